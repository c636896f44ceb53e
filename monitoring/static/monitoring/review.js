// The review queue by keyboard (J K 空格 A R), the counts of the batch bar, the words of a chosen return reason.
// Every part works without: rows are links, boxes and buttons of two plain forms.
document.addEventListener("DOMContentLoaded", () => {
  const list = document.querySelector("[data-queue]");
  if (!list) return;
  const KEY = "sw-review";
  const all = document.querySelector("[data-all]");
  const boxes = [...list.querySelectorAll("input[type=checkbox][name=item]:not(:disabled)")];
  const count = document.querySelector("[data-count]");
  const batch = document.querySelector("[data-batch]");
  const uidOf = (box) => box.value.split(":")[0];

  // What was ticked stays ticked while one goes from case to case.
  const kept = new Set((sessionStorage.getItem(KEY) || "").split(",").filter(Boolean));
  boxes.forEach((box) => { box.checked = kept.has(uidOf(box)); });

  function tell() {
    const chosen = boxes.filter((box) => box.checked);
    const people = chosen.reduce((sum, box) => sum + Number(box.dataset.people || 0), 0);
    sessionStorage.setItem(KEY, chosen.map(uidOf).join(","));
    if (count) count.textContent = chosen.length ? `已选 ${chosen.length} 户 ${people} 人` : "还没有勾选";
    if (batch) batch.textContent = chosen.length ? `一起通过 ${chosen.length} 户` : "一起通过";
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
  }
  if (all) {
    all.closest("[hidden]")?.removeAttribute("hidden");
    all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); tell(); });
  }
  list.addEventListener("change", tell);
  tell();

  // The reason's words go into the note as long as nobody has written his own.
  const reason = document.querySelector("[data-reason]");
  const note = document.getElementById("id_note");
  const words = {};
  document.querySelectorAll("[data-wording]").forEach((item) => { words[item.dataset.title] = item.dataset.wording; });
  let put = "";
  reason?.addEventListener("change", () => {
    if (note && (note.value === "" || note.value === put)) note.value = put = words[reason.value] || "";
  });

  const links = [...list.querySelectorAll("[data-row]")];
  const here = links.findIndex((link) => link.getAttribute("aria-current"));
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });

  function press(name) {
    const button = document.querySelector(`[data-verdict=${name}]`);
    if (!button) return;
    if (name === "return" && reason && !reason.value) reason.focus();
    else button.form.requestSubmit(button);
  }
  const keys = {
    j: () => links[here + 1]?.click(),
    k: () => links[here - 1]?.click(),
    " ": () => {
      const box = links[here]?.closest("li")?.querySelector("input:not(:disabled)");
      if (box) { box.checked = !box.checked; tell(); }
    },
    a: () => press("pass"),
    r: () => press("return"),
  };
  document.addEventListener("keydown", (event) => {
    if (document.documentElement.dataset.keys === "off") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    if (event.key === " " && event.target.closest("button, a, input")) return;
    const act = keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
});
