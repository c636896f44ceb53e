// The vote counted while it is typed in, and no more rows of the sign-in sheet than are needed. The server judges again.
document.addEventListener("DOMContentLoaded", () => {
  const votes = document.querySelector("[data-votes]");
  if (!votes) return;
  const quorum = Number(votes.dataset.quorum);
  const tally = document.querySelector("[data-tally]");
  const signed = document.querySelector("[data-signed]");
  const sheet = document.querySelector("[data-signin]");
  const number = (name) => {
    const value = document.getElementById(`id_${name}`)?.value;
    return value === "" || value === undefined ? null : Number(value);
  };

  function judge() {
    const [entitled, present, agree, disagree] = ["entitled", "present", "agree", "disagree"].map(number);
    const names = [...sheet.querySelectorAll("input[name^=name_]")].filter((box) => box.value.trim()).length;
    signed.textContent = names ? `签到 ${names} 人` : "";
    if (entitled === null || present === null || !entitled) return;
    const words = [];
    const share = Math.round((present * 10000) / entitled) / 100;
    words.push(share >= quorum ? `到会 ${share}%，达到法定人数` : `到会 ${share}%，不足 ${quorum}%，评议无效`);
    if (agree !== null) words.push(agree * 2 > present ? "同意过半" : "同意没有过半，不通过");
    if (agree !== null && disagree !== null) {
      const sum = agree + disagree + (number("abstain") || 0) + (number("barred") || 0);
      words.push(sum === present ? "票数相符" : `票数合计 ${sum}，和实到 ${present} 不符`);
    }
    if (names && names !== present) words.push(`签到 ${names} 人，和实到不符`);
    tally.textContent = `${words.join("；")}。`;
  }
  document.addEventListener("input", judge);
  judge();

  const spare = [...sheet.querySelectorAll("[data-spare]")];
  spare.forEach((row) => { row.hidden = true; });
  const more = document.querySelector("[data-more]");
  if (more && spare.length) {
    more.hidden = false;
    more.addEventListener("click", () => {
      spare.splice(0, 5).forEach((row) => { row.hidden = false; });
      if (!spare.length) more.hidden = true;
    });
  }
});
