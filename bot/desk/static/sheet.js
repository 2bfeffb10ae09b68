// The case sheet: the button that prints needs script, so it shows only with it.
"use strict";

const printing = document.getElementById("print");
if (printing) {
  printing.hidden = false;
  printing.addEventListener("click", () => window.print());
}
