// "/" puts the cursor into the search bar, Escape leaves it again.
(() => {
  const field = document.querySelector("[data-find]");
  if (!field) return;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && document.documentElement.dataset.keys !== "off" && !event.ctrlKey && !event.metaKey && !event.altKey && field.offsetParent) {
      event.preventDefault();
      field.focus();
      field.select();
    }
    if (event.key === "Escape" && event.target === field) field.blur();
  });
})();
// A button that prints the page.
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
// A table that scrolls sideways can be scrolled from the keyboard too.
(() => {
  const look = () => {
    for (const area of document.querySelectorAll(".sw-scroll")) {
      if (area.scrollWidth > area.clientWidth && !area.querySelector("a, button, input, select, textarea")) area.tabIndex = 0;
    }
  };
  look();
  window.addEventListener("resize", look);
})();
