// The rules workshop: more lines in a list, and patience while the whole law is read.
"use strict";

// A list value shows two empty lines; a press on the button copies the last one under the next number.
for (const button of document.querySelectorAll(".add-row")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const rows = button.closest(".value").querySelector(".rows");
    const last = rows.lastElementChild;
    const number = rows.children.length;
    const row = last.cloneNode(true);
    const prefix = rows.dataset.rows + ".";
    for (const control of row.querySelectorAll("input, select, textarea")) {
      control.name = control.name.replace(prefix + (number - 1) + ".", prefix + number + ".");
      if (control.id) control.id += "-" + number;
      if (control.type === "checkbox") control.checked = false;
      else if (control.tagName !== "SELECT" && !control.classList.contains("short")) control.value = "";
      const name = control.getAttribute("aria-label");
      if (name) control.setAttribute("aria-label", name.replace(String(number), String(number + 1)));
    }
    const legend = row.querySelector("legend");
    legend.textContent = legend.textContent.replace(String(number), String(number + 1));
    rows.append(row);
    row.querySelector("input, select, textarea").focus();
  });
}

// Checking reads the whole law: a second press would do it twice.
for (const form of document.querySelectorAll("form.slow")) {
  form.addEventListener("submit", (event) => {
    if (form.classList.contains("busy")) {
      event.preventDefault();
      return;
    }
    form.classList.add("busy");
    form.setAttribute("aria-busy", "true");
  });
}
// A page that comes back from the browser's memory is not busy any more.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.busy")) {
    form.classList.remove("busy");
    form.removeAttribute("aria-busy");
  }
});

// A field may be marked as not confirmed once something stands in it.
document.addEventListener("input", (event) => {
  const value = event.target.closest && event.target.closest(".value.empty");
  if (value) value.classList.remove("empty");
});

// After a check, say at once how it went.
const outcome = document.getElementById("wrong") || document.getElementById("right");
if (outcome) outcome.focus();
