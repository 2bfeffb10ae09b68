// Opens a cell of the map in place. Without this script its link loads the page with the cell open.
"use strict";

(function () {
  const place = document.getElementById("cell");
  if (!place) return;
  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[data-cell]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const query = place.dataset.address + "&open=" + link.dataset.cell;
    fetch("/map/cell?" + query, { headers: { Accept: "text/html" } })
      .then(function (response) {
        if (!response.ok) throw new Error("not a cell");
        return response.text();
      })
      .then(function (text) {
        place.innerHTML = text;
        history.replaceState(null, "", "/map?" + query + "#cell");
        Array.prototype.forEach.call(document.querySelectorAll("a[data-cell]"), function (each) {
          if (each.dataset.cell === link.dataset.cell) each.setAttribute("aria-current", "true");
          else each.removeAttribute("aria-current");
        });
        place.focus({ preventScroll: true });
        place.scrollIntoView({ block: "nearest" });
      })
      .catch(function () { location.assign(link.href); });
  });
})();
