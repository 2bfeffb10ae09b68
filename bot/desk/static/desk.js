// What every page needs; a page's own script stands beside its template's name.
"use strict";

// One menu is open at a time, and Escape closes it.
document.addEventListener("toggle", (event) => {
  if (!(event.target instanceof HTMLDetailsElement) || !event.target.open) return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== event.target) menu.open = false;
  }
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});
