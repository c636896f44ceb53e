// What scrolls by itself shows its current entry: the navigation in a low window, the line of steps on a phone.
document.querySelector(".sw-side [aria-current]")?.scrollIntoView({ block: "nearest" });
for (const step of document.querySelectorAll(".sw-steps > [aria-current]")) {
  const line = step.parentElement;
  line.scrollLeft += step.getBoundingClientRect().left - line.getBoundingClientRect().left - (line.clientWidth - step.clientWidth) / 2;
}
