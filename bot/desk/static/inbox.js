// The inbox, live: what changes comes in by itself, an emergency rings, and what is written is never lost.
"use strict";

(() => {
  const words = (document.getElementById("inbox") || {}).dataset;
  const part = document.getElementById("part");
  if (!words || !part || !window.fetch || !window.EventSource) return;
  const byId = (id) => document.getElementById(id);
  const onList = part.dataset.part === "/inbox/rows";
  const ALARM_EVERY = 30000, QUIET_TOO_LONG = 40000, IDLE = 30 * 60000, MINUTE = 60000, POLL = 20000;

  // What a browser remembers of this person's choices; nothing of a chat.
  const kept = {
    get: (key) => { try { return localStorage.getItem(key); } catch (error) { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch (error) { /* it lasts for this page */ } },
  };

  // ---- Sound: a browser lets a page ring only after somebody has touched it ----
  let audio = null, muted = kept.get("haq-muted") === "yes";
  function wake() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!audio && Context) audio = new Context();
    if (audio && audio.state === "suspended") audio.resume();
  }
  function ring() {
    if (muted || !audio) return;
    [0, 0.25].forEach((later) => {
      const tone = audio.createOscillator(), loudness = audio.createGain(), at = audio.currentTime + later;
      tone.frequency.value = 880;
      loudness.gain.setValueAtTime(0.2, at);
      loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
      tone.connect(loudness);
      loudness.connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.2);
    });
  }

  // ---- The two switches: sound, and whether one counts as being at the desk ----
  let away = kept.get("haq-away") === "yes", idle = false;
  const soundSwitch = byId("sound"), hereSwitch = byId("here");
  const isHere = () => !away && !idle;
  function showSwitches() {
    soundSwitch.hidden = hereSwitch.hidden = false;
    soundSwitch.setAttribute("aria-pressed", String(!muted));
    soundSwitch.textContent = muted ? words.soundOff : words.soundOn;
    hereSwitch.setAttribute("aria-pressed", String(isHere()));
    hereSwitch.textContent = isHere() ? words.here : words.away;
  }
  soundSwitch.addEventListener("click", () => {
    muted = !muted;
    kept.set("haq-muted", muted ? "yes" : "no");
    showSwitches();
    ring();
  });
  hereSwitch.addEventListener("click", () => {
    away = isHere();
    idle = false;
    kept.set("haq-away", away ? "yes" : "no");
    showSwitches();
    listen();
  });
  window.addEventListener("storage", (event) => {
    if (event.key === "haq-muted") muted = event.newValue === "yes";
    else if (event.key === "haq-away") { away = event.newValue === "yes"; listen(); }
    else return;
    showSwitches();
  });
  let touchedAt = Date.now();
  ["pointerdown", "keydown"].forEach((name) => document.addEventListener(name, () => {
    touchedAt = Date.now();
    wake();
    if (!idle) return;
    idle = false;
    showSwitches();
    listen();
  }, { passive: true }));

  // ---- Alarms: which were heard is remembered while the tab is open, so that a new page does not ring anew ----
  const title = document.title.replace(/^\(\d+\) /, "");
  let alarms = [], heard = [];
  try { heard = JSON.parse(sessionStorage.getItem("haq-heard") || "[]"); } catch (error) { /* then it rings */ }
  function note(news) {
    const all = news.alarms.concat(news.own), fresh = all.filter((id) => heard.indexOf(id) < 0);
    alarms = news.alarms;
    heard = all;
    try { sessionStorage.setItem("haq-heard", JSON.stringify(heard)); } catch (error) { /* as above */ }
    document.title = alarms.length ? `(${alarms.length}) ${title}` : title;
    if (fresh.length) ring();
    return fresh;
  }
  setInterval(() => { if (alarms.length && !away) ring(); }, ALARM_EVERY);

  // ---- The line to the desk ----
  const line = byId("line");
  let events = null, seen = changeOf(part), heardAt = Date.now(), asked = 0, over = false;
  function changeOf(box) {
    const inner = box.firstElementChild;
    return inner ? Number(inner.dataset.change) : -1;
  }
  const address = (path) => `${path}?here=${isHere() ? "yes" : "no"}`;
  function listen() {
    if (events) events.close();
    events = null;
    if (over) return;
    // Browsers keep few connections: a chat that nobody looks at asks now and then instead.
    if (document.hidden && !onList) { poll(); return; }
    heardAt = Date.now();
    const opened = events = new EventSource(address(words.live));
    opened.onopen = () => {
      heardAt = Date.now();
      if (line.textContent === words.lost) line.textContent = words.back;
    };
    opened.addEventListener("beat", () => { heardAt = Date.now(); });
    opened.addEventListener("change", (event) => { heardAt = Date.now(); changed(JSON.parse(event.data)); });
    opened.onerror = () => {
      if (events !== opened) return;
      line.textContent = words.lost;
      if (opened.readyState === EventSource.CLOSED) poll(); // refused: asking tells why
    };
  }
  function poll() {
    fetch(address(words.state), { credentials: "same-origin", headers: { accept: "application/json" } })
      .then((answer) => {
        if (answer.status === 401 || answer.status === 403 || answer.redirected) { loggedOut(); return null; }
        return answer.ok ? answer.json() : null;
      })
      .then((news) => { if (news) changed(news); })
      .catch(() => { line.textContent = words.lost; });
  }
  function loggedOut() {
    over = true;
    line.textContent = words.over;
    byId("alarm").textContent = words.over;
    if (events) events.close();
  }
  document.addEventListener("visibilitychange", () => { if (!onList || !events) listen(); });
  setInterval(() => {
    if (over) return;
    if (!events || events.readyState === EventSource.CLOSED) { if (document.hidden && !onList) poll(); else listen(); }
    else if (Date.now() - heardAt > QUIET_TOO_LONG) listen(); // a line that died without a word
    if (!idle && Date.now() - touchedAt > IDLE) { idle = true; showSwitches(); listen(); }
  }, POLL);
  setInterval(() => { if (!document.hidden && !over && !idle) fetchPart(); }, MINUTE); // "12 minutes ago" goes on

  function changed(news) {
    const fresh = note(news);
    pending = pending.concat(fresh);
    if (news.number !== seen) fetchPart();
  }

  // ---- What changes of the page ----
  let waits = waiting(), caseMark = markOf(), pending = [];
  function waiting() { return Array.from(part.querySelectorAll("[data-waits]"), (row) => row.dataset.waits); }
  function markOf() { return part.firstElementChild ? part.firstElementChild.dataset.case : ""; }
  function fetchPart() {
    const mine = asked += 1;
    fetch(part.dataset.part, { credentials: "same-origin", headers: { accept: "text/html" } })
      .then((answer) => {
        if (answer.status === 401 || answer.status === 403 || answer.redirected) { loggedOut(); return null; }
        return answer.ok ? answer.text() : null;
      })
      .then((html) => { if (html !== null && mine === asked) show(html); })
      .catch(() => { line.textContent = words.lost; });
  }
  function show(html) {
    const fresh = pending;
    pending = [];
    const active = document.activeElement, focused = part.contains(active) ? active.id : "";
    const lines = part.querySelectorAll(".inbox-line").length;
    part.innerHTML = html;
    seen = changeOf(part);
    localTimes(part);
    if (focused && byId(focused)) byId(focused).focus();
    if (onList) {
      const now = waiting(), come = now.filter((id) => waits.indexOf(id) < 0);
      waits = now;
      say("alarm", come.filter((id) => fresh.indexOf(Number(id)) >= 0));
      say("news", come.filter((id) => fresh.indexOf(Number(id)) < 0));
    } else {
      settle();
      const after = part.querySelectorAll(".inbox-line");
      const heading = part.querySelector(".notice strong"); // that it is over; the last words must not stay
      if (heading || after.length > lines) byId("news").textContent = (heading || after[after.length - 1]).textContent;
      if (fresh.indexOf(Number(words.number)) >= 0) byId("alarm").textContent = (part.querySelector(".inbox-alarm") || {}).textContent || "";
    }
  }
  function say(where, ids) {
    if (!ids.length) return;
    byId(where).textContent = ids.map((id) => byId(`chat-${id}`).innerText.replace(/\s+/g, " ")).join(". ");
  }
  function localTimes(box) {
    box.querySelectorAll("time").forEach((time) => {
      const at = new Date(time.getAttribute("datetime"));
      if (!isNaN(at)) {
        time.textContent = at.toLocaleTimeString(`${document.documentElement.lang}-u-nu-latn`, { hour: "2-digit", minute: "2-digit", hour12: false });
      }
    });
  }

  // ---- A chat: who has it decides what can be done ----
  const reply = byId("reply"), box = byId("text"), problem = byId("problem"), caseBox = byId("case");
  function settle() {
    const inner = part.firstElementChild, state = inner ? inner.dataset.state : "over", mine = state === "mine";
    if (state === "over") {
      box.value = byId("note").value = ""; // what the person had erased must not stand in a box either
      [reply, byId("finish"), byId("noting"), caseBox].forEach((each) => { each.hidden = true; });
      caseBox.textContent = "";
      return;
    }
    const holds = box.value.trim() !== "";
    reply.hidden = !mine && !holds;
    byId("finish").hidden = !mine;
    byId("send").disabled = !mine;
    problem.hidden = mine || !holds;
    if (!problem.hidden) problem.textContent = inner.dataset.lost;
    caseBox.querySelectorAll("[data-insert]").forEach((button) => { button.disabled = !mine; });
    if (markOf() !== caseMark) { caseMark = markOf(); fetchCase(); }
  }
  function fetchCase() {
    const topic = byId("topic") ? byId("topic").value : "";
    fetch(`${caseBox.dataset.case}?topic=${encodeURIComponent(topic)}`, { credentials: "same-origin", headers: { accept: "text/html" } })
      .then((answer) => (answer.ok ? answer.text() : null))
      .then((html) => { if (html !== null) { caseBox.innerHTML = html; settle(); } })
      .catch(() => { line.textContent = words.lost; });
  }
  function grow() { box.rows = Math.min(12, Math.max(3, box.value.split("\n").length + 1)); }
  function insert(rule) {
    const ready = caseBox.querySelector(`[data-words="${CSS.escape(rule)}"]`);
    if (!ready) return;
    const kept = document.createElement("input");
    kept.type = "hidden"; kept.name = "rules"; kept.value = rule;
    reply.appendChild(kept);
    box.value = [box.value.trim(), ready.textContent.trim()].filter(Boolean).join("\n\n");
    grow();
    box.focus();
    box.scrollIntoView({ block: "center" });
  }
  function send(form) {
    const button = form.querySelector("button"), said = form.querySelector("[role=alert]");
    const field = form.querySelector("textarea"), sent = field.value;
    button.disabled = true;
    said.hidden = true;
    fetch(form.action, {
      method: "POST", credentials: "same-origin", headers: { accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    }).then((answer) => {
      if (answer.status === 401 || answer.status === 403) loggedOut();
      return answer.json().then((told) => ({ ok: answer.ok, told }));
    }).then(({ ok, told }) => {
      button.disabled = false;
      if (!ok) { said.textContent = told.problem || words.unsent; said.hidden = false; fetchPart(); return; }
      if (field.value === sent) field.value = "";
      if (form === reply) {
        reply.querySelectorAll("[name=rules]").forEach((each) => each.remove());
        reply.elements.token.value = told.token;
        grow();
      }
      fetchPart();
    }).catch(() => { button.disabled = false; said.textContent = words.unsent; said.hidden = false; });
  }
  if (!onList) {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (!form.hasAttribute("data-quiet")) return;
      event.preventDefault();
      send(form);
    });
    caseBox.addEventListener("click", (event) => {
      const button = event.target.closest("[data-insert]");
      if (!button) return;
      event.preventDefault();
      insert(button.dataset.insert);
    });
    caseBox.addEventListener("change", (event) => { if (event.target.id === "topic") fetchCase(); });
    caseBox.addEventListener("submit", (event) => { event.preventDefault(); fetchCase(); });
    box.addEventListener("input", grow);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !byId("send").disabled && box.value.trim()) {
        event.preventDefault();
        send(reply);
      }
    });
    grow();
    if (!reply.hidden && !location.hash) reply.scrollIntoView({ block: "end" }); // to what was written last
  }

  showSwitches();
  localTimes(document);
  listen();
})();
