// J and K move through the rows of a list, Enter opens the one under the mark.
(() => {
  const rows = [...document.querySelectorAll("[data-keys] > li")];
  if (!rows.length) return;
  let at = -1;
  const mark = (to) => {
    if (at >= 0) rows[at].classList.remove("is-on");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("is-on");
    rows[at].querySelector("a").focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (document.documentElement.dataset.keys === "off") return;
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") mark(at + 1);
    if (event.key === "k") mark(at - 1);
  });
})();
