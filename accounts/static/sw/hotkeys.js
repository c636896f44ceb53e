// The switch for single keys (J K A R /): who speaks to the machine or presses keys by accident turns them off, in this
// browser, on every page. Scripts that listen to such keys ask the mark on the page first.
(() => {
  const KEY = "sw-keys";
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const mark = (off) => { if (off) root.dataset.keys = "off"; else delete root.dataset.keys; };
  mark(read() === "off");
  for (const box of document.querySelectorAll("[data-keys-switch]")) {
    box.checked = root.dataset.keys !== "off";
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.addEventListener("change", () => {
      mark(!box.checked);
      try { localStorage.setItem(KEY, box.checked ? "on" : "off"); } catch { /* for this page only */ }
    });
  }
})();
