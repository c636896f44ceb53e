// Ledgers: the drawer of a number marks its cell, takes the focus and closes.
"use strict";

let opener = null;

function closeDrawer() {
  const holder = document.getElementById("drawer");
  if (!holder || !holder.firstElementChild) return;
  holder.replaceChildren();
  document.querySelector(".sw-app").classList.remove("has-drawer");
  document.querySelectorAll("td.is-on").forEach((cell) => cell.classList.remove("is-on"));
  if (opener) opener.focus();
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "drawer") return;
  document.querySelector(".sw-app").classList.add("has-drawer");
  document.querySelectorAll("td.is-on").forEach((cell) => cell.classList.remove("is-on"));
  opener = event.detail.requestConfig.elt;
  const cell = opener.closest("td");
  if (cell) {
    cell.classList.add("is-on");
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  document.getElementById("drawer-title").focus();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) closeDrawer();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeDrawer();
});
