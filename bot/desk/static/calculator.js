// The result follows the form while somebody types. What is wrong is said beside a field once it was left.
"use strict";

(function () {
  const form = document.getElementById("calculator");
  const result = document.getElementById("result");
  const said = document.getElementById("said");
  const PAUSE = 350;
  const left = new Set(); // fields that somebody was in
  let timer = 0, running = null;

  function fieldOf(name) {
    return document.getElementById(name);
  }

  function blame(errors, all) {
    Array.prototype.forEach.call(form.querySelectorAll(".error"), function (place) {
      const name = place.id.replace(/-error$/, "");
      const field = fieldOf(name);
      const text = errors.has(name) && (all || left.has(name)) ? errors.get(name) : "";
      place.textContent = text;
      if (!field) return;
      if (text) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    });
  }

  function complete() {
    return Array.prototype.every.call(form.querySelectorAll("[required]"), function (field) {
      return field.value.trim() !== "";
    });
  }

  function workOut(all) {
    clearTimeout(timer);
    if (running) running.abort();
    const mine = (running = new AbortController());
    result.setAttribute("aria-busy", "true");
    return fetch(form.dataset.result, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: mine.signal })
      .then(function (response) {
        if (!response.ok) throw new Error("no result");
        return response.text();
      })
      .then(function (text) {
        if (mine !== running) return;
        result.innerHTML = text;
        result.setAttribute("aria-busy", "false");
        const errors = new Map();
        Array.prototype.forEach.call(result.querySelectorAll("[data-errors] [data-field]"), function (each) {
          errors.set(each.dataset.field, each.textContent);
        });
        blame(errors, all);
        const outcomes = result.querySelector(".outcomes");
        said.textContent = outcomes ? outcomes.textContent.replace(/\s+/g, " ") : "";
        if (all && errors.size) {
          const first = fieldOf(errors.keys().next().value);
          if (first) first.focus();
        }
      })
      .catch(function (error) {
        if (error.name !== "AbortError" && all) form.submit();
        else result.setAttribute("aria-busy", "false");
      });
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(function () { workOut(false); }, PAUSE);
  }

  form.addEventListener("input", function (event) {
    if (!event.target.hasAttribute("data-picker") && complete()) later();
  });
  form.addEventListener("change", function (event) {
    if (event.target.hasAttribute("data-picker")) return;
    if (event.target.id) left.add(event.target.id);
    if (complete() || form.querySelector("[aria-invalid]")) later();
  });
  form.addEventListener("focusout", function (event) {
    if (event.target.id && event.target.value) left.add(event.target.id);
  });
  form.addEventListener("submit", function (event) {
    const sender = event.submitter || document.activeElement;
    if (sender && sender.name === "rows") return; // more rows: the page is loaded with them
    event.preventDefault();
    workOut(true);
  });
  document.addEventListener("click", function (event) {
    const link = event.target.closest("[data-opens]");
    if (link) document.getElementById(link.dataset.opens).open = true;
  });
})();
