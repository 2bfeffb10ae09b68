// Comboboxes (WAI-ARIA: list autocomplete with automatic selection) over /suggest. Without this script a
// field takes any word, and the server reads it.
"use strict";

(function () {
  const PAUSE = 60; // milliseconds without a key before the server is asked
  let count = 0;

  function enhance(input) {
    const kind = input.dataset.picker;
    const list = document.createElement("ul");
    const hidden = document.createElement("input");
    list.id = "options-" + ++count;
    list.className = "options";
    list.setAttribute("role", "listbox");
    const label = document.querySelector('label[for="' + input.id + '"]');
    if (label) list.setAttribute("aria-label", label.textContent);
    list.hidden = true;
    hidden.type = "hidden";
    hidden.name = input.name;
    hidden.value = input.dataset.code || "";
    input.removeAttribute("name");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-haspopup", "listbox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);
    const box = document.createElement("span");
    box.className = "combobox";
    input.parentNode.insertBefore(box, input);
    box.append(input, hidden, list);

    let found = [], active = -1, timer = 0, asked = null, accepted = input.value, after = null;

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(index) {
      active = index;
      Array.prototype.forEach.call(list.children, function (option, place) {
        option.setAttribute("aria-selected", String(place === index));
        if (place === index && option.scrollIntoView) option.scrollIntoView({ block: "nearest" });
      });
      if (index < 0) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", list.children[index].id);
    }

    function show(suggestions) {
      found = suggestions;
      list.textContent = "";
      suggestions.forEach(function (each, place) {
        const option = document.createElement("li");
        option.id = list.id + "-" + place;
        option.setAttribute("role", "option");
        option.dir = "auto";
        option.textContent = each.label;
        if (each.note) {
          const note = document.createElement("bdi");
          note.className = "hint";
          note.textContent = each.note;
          option.append(" ", note);
        }
        option.addEventListener("mousedown", function (event) {
          event.preventDefault(); // the field keeps the focus
          accept(each);
        });
        list.append(option);
      });
      if (!suggestions.length) return close();
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      mark(input.value.trim() ? 0 : -1);
    }

    function accept(each) {
      clearTimeout(timer);
      asked = null;
      input.value = accepted = each.label;
      input.removeAttribute("aria-invalid");
      close();
      set(each.value);
    }

    function set(value) {
      if (hidden.value === value) return;
      hidden.value = value;
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
    }

    // The suggestions for what stands in the field; `then` is done once they are there.
    function ask(then) {
      const text = input.value.trim();
      const mine = (asked = {});
      after = then || null;
      fetch("/suggest?kind=" + kind + "&q=" + encodeURIComponent(text), { headers: { Accept: "application/json" } })
        .then(function (response) { return response.ok ? response.json() : { suggestions: [] }; })
        .then(function (body) {
          if (mine !== asked) return; // something else was typed meanwhile
          asked = null;
          const next = after;
          after = null;
          if (next) next(body.suggestions);
          else if (document.activeElement === input) show(body.suggestions);
        })
        .catch(function () { if (mine === asked) asked = null; });
    }

    // Takes the marked suggestion, or the first one that is still on its way.
    function settle() {
      const text = input.value.trim();
      clearTimeout(timer);
      if (text === accepted.trim()) return close();
      if (!text) {
        accepted = "";
        close();
        return set("");
      }
      if (!asked && !list.hidden && active >= 0 && fresh === input.value) return accept(found[active]);
      ask(function (suggestions) {
        if (suggestions.length) accept(suggestions[0]);
        else {
          close();
          input.setAttribute("aria-invalid", "true");
          set("");
        }
      });
    }

    let fresh = null; // the text that the shown suggestions are for
    function typed() {
      clearTimeout(timer);
      const text = input.value;
      if (!text.trim()) {
        close();
        return;
      }
      timer = setTimeout(function () {
        fresh = text;
        ask();
      }, PAUSE);
    }

    input.addEventListener("input", typed);
    input.addEventListener("focus", function () { input.select(); });
    input.addEventListener("blur", settle);
    input.addEventListener("keydown", function (event) {
      if (event.isComposing) return; // an input method is at work
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) {
          fresh = input.value;
          return ask();
        }
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark((active + step + found.length) % found.length);
      } else if (event.key === "Enter") {
        if (input.value.trim() === accepted.trim() && list.hidden) return; // sends the form
        event.preventDefault();
        if (!list.hidden && active >= 0 && fresh === input.value && !asked) accept(found[active]);
        else settle();
      } else if (event.key === "Escape") {
        if (!list.hidden) close();
        else {
          input.value = accepted = "";
          set("");
        }
        clearTimeout(timer);
        asked = null;
      }
    });
  }

  Array.prototype.forEach.call(document.querySelectorAll("input[data-picker]"), enhance);
})();
