// The answer follows the form: it is fetched as a piece of the page, and the address keeps step with it.
"use strict";

(function () {
  const form = document.getElementById("case");
  const results = document.getElementById("results");
  const said = document.getElementById("said");
  const tour = document.getElementById("tour");
  const SEEN = "haq-tour-lookup";
  let running = null;

  function query() {
    const known = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (value) known.append(name, value);
    });
    return known.toString();
  }

  function show(address) {
    if (running) running.abort();
    const mine = (running = new AbortController());
    results.setAttribute("aria-busy", "true");
    return fetch(form.dataset.results + "?" + address, { signal: mine.signal, headers: { Accept: "text/html" } })
      .then(function (response) { return response.text().then(function (text) { return [response.status, text]; }); })
      .then(function (got) {
        if (mine !== running) return;
        if (got[0] !== 200 && got[0] !== 422) throw new Error("not an answer");
        if (got[1].indexOf("<!doctype") === 0) throw new Error("a whole page");
        results.innerHTML = got[1];
        results.setAttribute("aria-busy", "false");
        history.replaceState(null, "", form.getAttribute("action") + (address ? "?" + address : ""));
        ready();
        const answer = results.querySelector("[data-said]");
        said.textContent = answer ? answer.dataset.said : "";
      })
      .catch(function (error) {
        if (error.name === "AbortError") return;
        location.assign(form.getAttribute("action") + "?" + address); // the page itself says what is wrong
      });
  }

  function ready() {
    Array.prototype.forEach.call(results.querySelectorAll("[data-copy]"), function (button) {
      button.hidden = !(navigator.clipboard && navigator.clipboard.writeText);
    });
  }

  form.addEventListener("change", function (event) {
    if (event.target.hasAttribute("data-picker")) return; // its hidden field tells when it is settled
    show(query());
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    show(query()).then(function () {
      const title = document.getElementById("answer-title");
      if (title) {
        title.tabIndex = -1;
        title.focus();
      }
    });
  });
  results.addEventListener("click", function (event) {
    const link = event.target.closest('a[href="#open"]');
    if (link) document.getElementById("open").open = true;
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    navigator.clipboard.writeText(location.origin + button.dataset.copy).then(function () {
      button.textContent = button.dataset.copied;
    });
  });
  ready();

  // The tour is open on a first visit, until it is dismissed.
  if (tour) {
    let seen = null;
    try { seen = localStorage.getItem(SEEN); } catch (error) { seen = "1"; } // no storage: not shown each time
    const dismiss = tour.querySelector("[data-dismiss]");
    if (!seen && !location.search) {
      tour.open = true;
      dismiss.hidden = false;
    }
    dismiss.addEventListener("click", function () {
      try { localStorage.setItem(SEEN, "1"); } catch (error) { /* it will be shown again */ }
      tour.open = false;
      dismiss.hidden = true;
      tour.querySelector("summary").focus();
    });
  }
})();
