/*
 * The web chat of Haq: one file, no framework, no cookies, nothing from third parties.
 * docs/channels/web.md says how to embed it. Written for old browsers too (Chrome 49): ES5 only.
 */
(function () {
  'use strict';

  var script = document.currentScript || document.querySelector('script[src*="haq-chat.js"]');
  if (!script || window.haqChat) return;
  window.haqChat = true;

  var BASE = script.src.replace(/[?#].*$/, '').replace(/\/[^\/]*$/, '');
  // Blank tabs of most phones look like this page, it is light, and it speaks the language of the place.
  var EXIT = 'https://www.google.com/';
  var KEY = 'haq-chat';
  var MAX_LENGTH = 4000;
  var PATIENCE = 60000; // one request, on a slow 2G network
  var LONGEST_PAUSE = 30000;
  var EXIT_WITHIN = 2000; // three times Escape

  // Only for when the server cannot be reached; all other words come from it.
  var ENGLISH = {
    title: 'Help for migrant workers',
    open: 'Open the chat',
    close: 'Close the chat',
    send: 'Send',
    placeholder: 'Write here',
    sending: 'Sending…',
    retrying: 'Not sent yet. I keep trying.',
    exit: 'Leave fast',
    exit_hint: 'To leave fast, press Escape three times.',
    new_messages: 'New messages',
    language: 'Language',
    typing: 'An answer is being written…',
    download: 'Save the file',
    too_long: 'This is too long. Please write less at a time.',
    offline: 'No connection. I keep trying.',
    privacy: ''
  };

  var CSS = [
    ':host{all:initial}',
    '.haq{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-size:medium;' +
      'line-height:1.5;color:#1b1f1e;text-align:left;text-align:start;letter-spacing:normal;' +
      'text-transform:none;-webkit-text-size-adjust:100%}',
    '.haq *{box-sizing:border-box}',
    '.haq [hidden]{display:none!important}',
    '.haq button,.haq select,.haq textarea{font:inherit;line-height:1.3;margin:0;' +
      'min-height:44px;min-width:44px;border-radius:8px;border:1px solid #6b7572;background:#fff;color:#1b1f1e;text-transform:none;' +
      'box-shadow:none;width:auto;letter-spacing:normal;touch-action:manipulation}',
    '.haq button{cursor:pointer;padding:6px 12px}',
    '.haq button:hover{text-decoration:underline}',
    '.haq button:focus,.haq select:focus,.haq textarea:focus,.haq a:focus,.haq .haq-log:focus{' +
      'outline:3px solid #0b57d0;outline-offset:2px}',
    '.haq .haq-log:focus{outline-offset:-3px}',
    '.haq .haq-log:focus:not(:focus-visible){outline:none}',

    '.haq .haq-launcher{position:fixed;z-index:2147483000;right:16px;bottom:16px;width:60px;height:60px;' +
      'padding:0;border-radius:50%;border:2px solid #fff;background:#0b5a4b;color:#fff;' +
      'box-shadow:0 2px 8px rgba(0,0,0,.4)}',
    '.haq-page-rtl .haq-launcher{right:auto;left:16px}',
    '.haq .haq-launcher svg{display:block;margin:auto;width:28px;height:28px;fill:currentColor}',
    '.haq .haq-badge{position:absolute;top:-6px;right:-6px;min-width:24px;padding:0 4px;border-radius:12px;' +
      'border:1px solid #fff;background:#a3211a;color:#fff;font-size:.875em;line-height:22px}',

    '.haq .haq-panel{display:flex;flex-direction:column;background:#fff;overflow:hidden;' +
      'border:1px solid #6b7572;border-radius:12px}',
    '.haq-float .haq-panel{position:fixed;z-index:2147483001;right:16px;bottom:16px;' +
      'width:400px;height:640px;max-width:calc(100% - 32px);max-height:calc(100% - 32px);box-shadow:0 4px 24px rgba(0,0,0,.35)}',
    '.haq-float.haq-page-rtl .haq-panel{right:auto;left:16px}',
    '.haq-inline .haq-panel{width:100%;height:640px;max-height:90vh;min-height:320px}',
    '@media (max-width:480px),(max-height:480px){.haq-float .haq-panel,.haq-float.haq-page-rtl .haq-panel{' +
      'top:0;right:0;bottom:0;left:0;width:auto;height:auto;max-width:none;max-height:none;border:0;' +
      'border-radius:0}}',

    '.haq .haq-head{flex:none;padding:8px 8px 4px;background:#0b5a4b;color:#fff}',
    '.haq .haq-row{display:flex;align-items:center;justify-content:space-between}',
    '.haq .haq-title{flex:1;min-width:0;margin:0 8px;font-size:1.0625em;font-weight:bold;line-height:1.3;' +
      'overflow-wrap:break-word;word-wrap:break-word;color:inherit}',
    '.haq .haq-close{background:transparent;border-color:transparent;color:#fff;font-size:1.5em;padding:0}',
    '.haq .haq-language{flex:0 1 auto;min-width:88px;max-width:48%;padding:0 6px;margin:4px 0}',
    '.haq .haq-exit{flex:0 1 auto;margin:4px 0;background:#fff;border:2px solid #a3211a;color:#a3211a;' +
      'font-weight:bold}',
    '.haq .haq-head button:focus,.haq .haq-head select:focus{outline-color:#ffd54a}',

    '.haq .haq-middle{flex:1 1 auto;min-height:80px;position:relative;display:flex;flex-direction:column}',
    '.haq .haq-log{flex:1 1 auto;height:0;overflow-y:auto;padding:8px 12px;position:relative;' +
      '-webkit-overflow-scrolling:touch;overscroll-behavior:contain}',
    '.haq .haq-note{margin:4px 0 12px;font-size:.875em;color:#4a524f}',
    '.haq .haq-note p{margin:0 0 4px;white-space:pre-line;word-wrap:break-word}',
    '@media (hover:none) and (pointer:coarse){.haq .haq-note .haq-keys{display:none}}',
    '.haq .haq-message{display:flex;flex-direction:column;margin:0 0 10px}',
    '.haq .haq-bubble{align-self:flex-start;max-width:88%;padding:8px 12px;border-radius:14px;' +
      'border:1px solid #c9d1ce;background:#f1f4f3;color:#1b1f1e;white-space:pre-wrap;' +
      'word-wrap:break-word;overflow-wrap:anywhere;word-break:break-word}',
    '.haq .haq-bubble:lang(ur){line-height:1.9}',
    '.haq .haq-bubble a{color:#0b4f9e;text-decoration:underline;unicode-bidi:isolate;' +
      'margin:0 -2px;padding:10px 2px}',
    '.haq .haq-person .haq-bubble{align-self:flex-end;background:#0b5a4b;border-color:#0b5a4b;color:#fff}',
    '.haq .haq-person .haq-bubble a{color:#fff;outline-color:#ffd54a}',
    '.haq .haq-desk .haq-bubble{background:#fff4d6;border-color:#c49a2a}',
    '.haq .haq-who,.haq .haq-state{font-size:.875em;color:#4a524f}',
    '.haq .haq-state{align-self:flex-end}',
    '.haq .haq-bubble .haq-file{display:inline-block;padding:10px 2px;overflow-wrap:anywhere}',
    '.haq .haq-choices{margin:0 0 10px;padding:0;list-style:none}',
    '.haq .haq-choices li{margin:0 0 6px;padding:0}',
    '.haq .haq-choices button{max-width:100%;text-align:left;text-align:start;border:2px solid #0b5a4b;' +
      'color:#0b5a4b;overflow-wrap:anywhere;white-space:normal}',
    '.haq .haq-typing{margin:0 12px;font-size:.875em;color:#4a524f}',
    '.haq .haq-newer{position:absolute;bottom:8px;left:50%;transform:translateX(-50%);border-radius:22px;' +
      'background:#0b5a4b;color:#fff;max-width:90%}',

    '.haq .haq-status{flex:none;margin:0;padding:6px 12px;background:#fff4d6;font-size:.875em}',
    '.haq .haq-form{flex:none;display:flex;align-items:flex-end;margin:0;padding:8px;' +
      'border-top:1px solid #c9d1ce}',
    '.haq .haq-form textarea{flex:1 1 auto;min-width:0;height:44px;max-height:132px;padding:9px 10px;' +
      'resize:none;font-size:1em;line-height:1.5}',
    '.haq .haq-form textarea::placeholder{color:#5d6663;opacity:1}',
    '.haq .haq-space{flex:none;width:8px}',
    '.haq .haq-send{flex:none;max-width:40%;background:#0b5a4b;border-color:#0b5a4b;' +
      'color:#fff;font-weight:bold}',
    '.haq .haq-heard{position:absolute!important;width:1px;height:1px;margin:-1px;padding:0;border:0;' +
      'overflow:hidden;clip:rect(0 0 0 0);white-space:nowrap}',

    '@keyframes haq-breathe{50%{opacity:.6}}',
    '@media (prefers-reduced-motion:no-preference){.haq .haq-typing{' +
      'animation:haq-breathe 1.4s ease-in-out infinite}}',
    '@media (forced-colors:active){' +
      '.haq .haq-panel,.haq .haq-launcher,.haq .haq-head{border:2px solid ButtonText}' +
      '.haq .haq-person .haq-bubble{border-width:2px}' +
      '.haq button:focus,.haq select:focus,.haq textarea:focus,.haq a:focus{outline-color:Highlight}}',
    '@media print{.haq .haq-launcher{display:none}}'
  ];

  /* ---- Small tools ---- */

  function attribute(name) {
    return script.getAttribute('data-' + name) || '';
  }

  function element(tag, attributes, children) {
    var made = document.createElement(tag);
    var name;
    for (name in attributes) {
      if (attributes[name] !== null) made.setAttribute(name, attributes[name]);
    }
    (children || []).forEach(function (child) {
      made.appendChild(typeof child === 'string' ? document.createTextNode(child) : child);
    });
    return made;
  }

  function empty(node) {
    while (node.firstChild) node.removeChild(node.firstChild);
  }

  function remove(node) {
    if (node && node.parentNode) node.parentNode.removeChild(node);
  }

  function uuid() {
    var bytes = new Uint8Array(16);
    var hex = [];
    var i;
    window.crypto.getRandomValues(bytes);
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    for (i = 0; i < 16; i += 1) hex.push((bytes[i] + 256).toString(16).slice(1));
    return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /* Characters as people count them, not UTF-16 units. */
  function lengthOf(text) {
    return text.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '.').length;
  }

  /* Milliseconds to wait after so many failures: doubling, with jitter. */
  function pause(failures, asked) {
    var longest = Math.min(LONGEST_PAUSE, 1000 * Math.pow(2, Math.min(failures, 10) - 1));
    return Math.max(asked || 0, longest * (0.5 + Math.random() / 2));
  }

  /* ---- What the tab remembers ---- */

  var memory = null; // where storage is blocked, what is remembered ends with the page

  function remembered() {
    try {
      return JSON.parse(window.sessionStorage.getItem(KEY)) || memory || {};
    } catch (ignored) {
      return memory || {};
    }
  }

  function remember() {
    if (gone) return;
    memory = {
      session: state.session,
      texts: state.texts,
      rtl: state.rtl,
      language: state.language,
      languages: state.languages,
      outbox: state.outbox,
      open: state.open
    };
    try {
      window.sessionStorage.setItem(KEY, JSON.stringify(memory));
    } catch (ignored) {
      // Full or blocked: the page goes on without.
    }
  }

  var kept = remembered();
  var state = {
    session: kept.session || '',
    texts: kept.texts || {},
    rtl: kept.rtl || false,
    language: kept.language || '',
    languages: kept.languages || [],
    outbox: kept.outbox || [], // {id, text}: what was not taken by the server yet, in order
    open: kept.open || false,
    last: 0, // number of the newest event
    unread: 0
  };
  var picked = ''; // the language that was chosen and not yet confirmed
  var linked = ''; // the language that a link asked for
  var refused = false; // the server does not have the language of the page
  var used = !!kept.session;
  var lost = 0; // requests in a row that reached no server
  var gone = false; // quick exit was used: nothing is kept or asked any more

  function text(key) {
    var found = state.texts[key];
    return typeof found === 'string' ? found : ENGLISH[key] || '';
  }

  /* ---- Requests ---- */

  /*
   * Sends one request, then calls `done(status, answer, after)`: the status is 0 when there was no answer,
   * -1 when we broke off; `after` is how many milliseconds the server asks to wait.
   */
  function request(method, path, body, done) {
    var xhr = new XMLHttpRequest();
    var finished = false;
    function finish(status) {
      var answer = {};
      var after = 0;
      if (finished || gone) return;
      finished = true;
      try {
        answer = JSON.parse(xhr.responseText) || {};
        if (status === 429) after = 1000 * parseInt(xhr.getResponseHeader('Retry-After') || '0', 10) || 0;
      } catch (ignored) {
        // A proxy's or a captive portal's page is not our server's answer.
        if (status > 0 && status < 400) status = 0;
      }
      lost = status === 0 || status >= 502 ? lost + 1 : 0;
      done(status, answer, after);
      showConnection();
    }
    xhr.open(method, BASE + path, true);
    xhr.timeout = PATIENCE;
    if (body) xhr.setRequestHeader('Content-Type', 'application/json');
    if (state.session && path !== '/session') {
      xhr.setRequestHeader('Authorization', 'Bearer ' + state.session);
    }
    xhr.onload = function () { finish(xhr.status); };
    xhr.onerror = xhr.ontimeout = function () { finish(0); };
    xhr.onabort = function () { finish(-1); };
    xhr.send(body ? JSON.stringify(body) : null);
    return xhr;
  }

  /* A loop that asks again after failures, with growing pauses, and at once when told to `hurry`. */
  function loop(step) {
    var failures = 0;
    var timer = null;
    var busy = false;
    function run() {
      if (busy || gone) return;
      clearTimeout(timer);
      timer = null;
      busy = true;
      step(function next() {
        busy = false;
        failures = 0;
        run();
      }, function fail(asked) {
        busy = false;
        failures += 1;
        timer = setTimeout(run, pause(failures, asked));
      }, function stop() {
        busy = false;
        failures = 0;
      });
    }
    return {
      hurry: run,
      failing: function () { return failures > 0; }
    };
  }

  var asking = null; // the request for a session under way
  var polling = null; // the one for events
  var waiting = []; // who waits for its outcome

  /* Asks for a session, or for the texts of the one that we have; `done(ok, asked)`. */
  function startSession(body, done) {
    waiting.push(done);
    if (asking) return;
    asking = request('POST', '/session', body, function (status, answer, after) {
      var callers = waiting;
      var ok = status === 200 && typeof answer.session === 'string';
      asking = null;
      waiting = [];
      if (ok) {
        if (answer.session !== state.session) {
          state.last = 0; // a new session counts from the start; what is on the screen stays
          forgetNumbers();
          state.session = answer.session;
          if (polling) polling.abort(); // it waits for the old one
        }
        state.texts = answer.texts || {};
        state.rtl = !!answer.rtl;
        state.language = answer.language || '';
        state.languages = answer.languages || [];
        remember();
        showTexts();
      } else if (status === 400) {
        refused = true;
      } else if (status === 401 || status === 404) {
        state.session = '';
        remember();
      }
      callers.forEach(function (call) { call(ok, after); });
    });
  }

  /* Calls `go` with a session; without one it asks for it first. */
  function withSession(go, fail) {
    if (state.session) {
      go();
      return;
    }
    var wanted = picked || state.language || linked || attribute('language');
    startSession(wanted && !refused ? {language: wanted} : {}, function (ok, after) {
      if (ok) go(); else fail(after);
    });
  }

  var sender = loop(function (next, fail, stop) {
    var message = state.outbox[0];
    if (!message) {
      stop();
      return;
    }
    withSession(function () {
      var session = state.session;
      request('POST', '/message', {id: message.id, text: message.text}, function (status, answer, after) {
        if (status === 200 || status === 202) {
          taken(message.id);
          receiver.hurry();
          next();
        } else if (status === 401 || status === 404) {
          if (state.session === session) state.session = '';
          fail(after);
        } else if (status === 400 || status === 413) {
          // It would never be taken: the words stay in sight, with the reason.
          taken(message.id);
          showState(message.id, status === 413 ? text('too_long') : String(answer.error || ''));
          next();
        } else {
          showState(message.id, text('retrying'));
          fail(after);
        }
      });
    }, function (after) {
      showState(message.id, text('retrying'));
      fail(after);
    });
  });

  var receiver = loop(function (next, fail, stop) {
    function poll() {
      var began = Date.now();
      var session = state.session;
      polling = request('GET', '/events?after=' + state.last, null, function (status, answer, after) {
        polling = null;
        if (session !== state.session && state.session) {
          next();
        } else if (status === 200 && answer.events) {
          receive(answer.events, !!answer.typing);
          // A server or proxy that answers at once with nothing must not be asked without a break.
          if (!answer.events.length && Date.now() - began < 1000) setTimeout(next, 2000);
          else next();
        } else {
          if (status === 401 || status === 404) state.session = '';
          showTyping(false);
          fail(after);
        }
      });
    }
    if (!wanted()) {
      stop();
    } else if (lost && state.session) {
      // A quick request tells sooner than a long one that the server is back.
      startSession({session: state.session}, function (ok, after) {
        if (ok) poll(); else fail(after);
      });
    } else {
      withSession(poll, fail);
    }
  });

  /* Whether to ask for events: not when nobody looks and nothing is open; it saves data and battery. */
  function wanted() {
    return state.open || inline || (state.session && !document.hidden);
  }

  /* ---- The page ---- */

  var inline = false;
  var root, panel, launcher, badge, title, closer, leave, hint, language, log, note, privacyLine, exitLine;
  var typing, newer, status, form, input, send, heard, choices, bottom;
  var lines = {}; // own messages by id
  var numbered = []; // message nodes that have a number, in order
  var first = !!kept.session; // the first events after a reload are the conversation so far

  function icon() {
    var space = 'http://www.w3.org/2000/svg';
    var svg = document.createElementNS(space, 'svg');
    var path = document.createElementNS(space, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    svg.setAttribute('focusable', 'false');
    path.setAttribute('d',
      'M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-9l-6 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z');
    svg.appendChild(path);
    return svg;
  }

  /* Puts the styles where a strict CSP allows it: constructed, else in an element with the script's nonce. */
  function addStyles(place) {
    var sheet, node;
    try {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS.join('\n'));
      place.adoptedStyleSheets = [sheet];
      if (place.adoptedStyleSheets.length) return;
    } catch (ignored) {
      // Chrome before 73, Safari before 16.4, Firefox before 101.
    }
    node = element('style', {nonce: script.nonce || script.getAttribute('nonce') || null}, [CSS.join('\n')]);
    (place === document ? document.head : place).appendChild(node);
  }

  function build() {
    var within = document.getElementById('haq-chat');
    var host = element('div', {'class': 'haq-chat-host'});
    var place = host;
    inline = !!within;
    if (host.attachShadow) place = host.attachShadow({mode: 'open'});

    badge = element('span', {'class': 'haq-badge', hidden: ''});
    launcher = element('button', {'class': 'haq-launcher', type: 'button', 'aria-expanded': 'false'},
      [icon(), badge]);
    title = element('h2', {'class': 'haq-title', id: 'haq-title'});
    closer = element('button', {'class': 'haq-close', type: 'button'}, ['×']);
    language = element('select', {'class': 'haq-language'});
    leave = element('button', {'class': 'haq-exit', type: 'button', 'aria-describedby': 'haq-hint'});
    hint = element('span', {'class': 'haq-heard', id: 'haq-hint'});
    privacyLine = element('p');
    exitLine = element('p', {'class': 'haq-keys'});
    note = element('div', {'class': 'haq-note'}, [privacyLine, exitLine]);
    // The conversation so far is not read aloud again.
    log = element('div', {'class': 'haq-log', role: 'log', 'aria-live': first ? 'off' : 'polite',
      'aria-relevant': 'additions',
      tabindex: '0', 'aria-labelledby': 'haq-title'}, [note]);
    newer = element('button', {'class': 'haq-newer', type: 'button', hidden: ''});
    typing = element('p', {'class': 'haq-typing', role: 'status'});
    status = element('p', {'class': 'haq-status', id: 'haq-status', role: 'status', hidden: ''});
    input = element('textarea', {'class': 'haq-input', rows: '1', autocomplete: 'off', dir: 'auto',
      // Some browsers send what is typed to a spelling service of their maker.
      spellcheck: 'false', enterkeyhint: 'send'});
    send = element('button', {'class': 'haq-send', type: 'submit'});
    form = element('form', {'class': 'haq-form', novalidate: ''},
      [input, element('span', {'class': 'haq-space'}), send]);
    heard = element('p', {'class': 'haq-heard', role: 'status'});
    panel = element('div', {'class': 'haq-panel', role: inline ? 'region' : 'dialog',
      'aria-labelledby': 'haq-title', id: 'haq-panel'}, [
      element('div', {'class': 'haq-head'}, [
        element('div', {'class': 'haq-row'}, [title, closer]),
        element('div', {'class': 'haq-row'}, [language, leave, hint])
      ]),
      element('div', {'class': 'haq-middle'}, [log, newer]),
      typing, status, form
    ]);
    launcher.setAttribute('aria-controls', 'haq-panel');
    root = element('div', {'class': 'haq ' + (inline ? 'haq-inline' : 'haq-float')},
      [launcher, panel, heard]);
    if (window.getComputedStyle(document.documentElement).direction === 'rtl') {
      root.className += ' haq-page-rtl';
    }
    addStyles(place === host ? document : place);
    place.appendChild(root);

    launcher.hidden = inline;
    closer.hidden = inline;
    panel.hidden = true;
    typing.hidden = true;

    launcher.onclick = function () { open(true); };
    closer.onclick = close;
    leave.onclick = exit;
    newer.onclick = function () {
      log.scrollTop = log.scrollHeight;
      log.focus();
    };
    log.onscroll = function () {
      bottom = atBottom();
      if (bottom) newer.hidden = true;
    };
    language.onchange = changeLanguage;
    form.onsubmit = function (event) {
      event.preventDefault();
      submit();
    };
    input.onkeydown = function (event) {
      var key = event.keyCode || event.which;
      if (key !== 13 || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    };
    input.oninput = function () {
      grow();
      if (input.hasAttribute('aria-invalid')) checkLength();
    };
    document.addEventListener('keydown', escape, true);
    window.addEventListener('online', hurry);
    window.addEventListener('offline', function () { showConnection(); });
    window.addEventListener('pageshow', function (event) { if (event.persisted) hurry(); });
    document.addEventListener('visibilitychange', function () { if (!document.hidden) receiver.hurry(); });
    if (window.visualViewport) {
      window.visualViewport.addEventListener('resize', fit);
      window.visualViewport.addEventListener('scroll', fit);
    }

    (within || document.body).appendChild(host);
    if (attribute('fill') === 'true') fill();
    showTexts();
    state.outbox.forEach(function (message) { addOwn(message.id, message.text, text('sending')); });
    if (inline || (kept.session ? kept.open : attribute('open') === 'true')) open(false);
    else if (state.session) receiver.hurry();
  }

  function hurry() {
    sender.hurry();
    receiver.hurry();
  }

  /*
   * A link may bring the first words: `#language=ne&text=...`. Only the person sends them. The address is
   * made plain again, so that the history does not tell them.
   */
  function fill() {
    var hash = window.location.hash;
    function given(name) {
      var found = new RegExp('[#&]' + name + '=([^&]*)').exec(hash);
      try {
        return found ? decodeURIComponent(found[1]) : '';
      } catch (ignored) {
        return '';
      }
    }
    if (!/[#&](text|language)=/.test(hash)) return;
    linked = given('language');
    input.value = given('text');
    grow();
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
  }

  /* Keeps the head, with the way out, in sight above a phone's keyboard. */
  function fit() {
    var view = window.visualViewport;
    var full = !inline && window.matchMedia('(max-width:480px),(max-height:480px)').matches;
    var covered = full && view.scale < 1.05 && window.innerHeight - view.height > 60;
    panel.style.top = covered ? view.offsetTop + 'px' : '';
    panel.style.bottom = covered ? 'auto' : '';
    panel.style.height = covered ? view.height + 'px' : '';
    if (bottom) log.scrollTop = log.scrollHeight;
  }

  function open(focus) {
    state.open = used = true;
    state.unread = 0;
    panel.hidden = false;
    launcher.hidden = true;
    launcher.setAttribute('aria-expanded', 'true');
    if (state.session) remember();
    showUnread();
    log.scrollTop = log.scrollHeight;
    bottom = true;
    hurry();
    // On a phone the keyboard would hide what there is to read.
    if (focus) (window.matchMedia('(pointer:coarse)').matches ? log : input).focus();
  }

  function close() {
    state.open = false;
    panel.hidden = true;
    launcher.hidden = false;
    launcher.setAttribute('aria-expanded', 'false');
    if (state.session) remember();
    launcher.focus();
  }

  function showTexts() {
    var i, option, pair;
    if (!root) return;
    root.setAttribute('dir', state.rtl ? 'rtl' : 'ltr');
    root.setAttribute('lang', state.texts.title ? state.language : 'en');
    title.textContent = text('title');
    launcher.setAttribute('title', launcherLabel());
    closer.setAttribute('aria-label', text('close'));
    closer.setAttribute('title', text('close'));
    leave.textContent = text('exit');
    leave.setAttribute('title', text('exit_hint'));
    hint.textContent = exitLine.textContent = text('exit_hint');
    privacyLine.textContent = text('privacy');
    newer.textContent = '↓ ' + text('new_messages');
    showTyping(!typing.hidden);
    form.setAttribute('aria-label', text('placeholder'));
    input.setAttribute('aria-label', text('placeholder'));
    input.setAttribute('placeholder', text('placeholder'));
    send.textContent = text('send');
    language.setAttribute('aria-label', text('language'));
    language.hidden = state.languages.length < 2;
    empty(language);
    for (i = 0; i < state.languages.length; i += 1) {
      pair = state.languages[i];
      option = element('option', {value: pair[0], lang: pair[0], dir: 'auto'}, [pair[1]]);
      option.selected = pair[0] === (picked || state.language);
      language.appendChild(option);
    }
    showUnread();
    showConnection();
  }

  function launcherLabel() {
    return state.texts.open || attribute('label') || ENGLISH.open;
  }

  function changeLanguage() {
    picked = language.value;
    sendLanguage(0);
  }

  function sendLanguage(failures) {
    var wanted = picked;
    var body = {language: wanted};
    function again(delay) {
      setTimeout(function () {
        if (picked === wanted) sendLanguage(failures + 1);
      }, delay);
    }
    if (asking) { // a request of another kind
      again(200);
      return;
    }
    if (state.session) body.session = state.session;
    startSession(body, function (ok, after) {
      if (picked !== wanted) return; // another one was chosen meanwhile
      if (!ok && !refused) {
        again(pause(failures + 1, after));
        return;
      }
      picked = '';
      showTexts();
      receiver.hurry();
    });
  }

  function showUnread() {
    badge.hidden = !state.unread;
    badge.textContent = String(state.unread);
    launcher.setAttribute('aria-label',
      launcherLabel() + (state.unread ? ' (' + text('new_messages') + ': ' + state.unread + ')' : ''));
    heard.textContent = state.unread ? text('new_messages') : '';
  }

  function showTyping(now) {
    // Emptied when hidden, so that it is read aloud each time it comes.
    typing.hidden = !now;
    typing.textContent = now ? text('typing') : '';
  }

  function showConnection() {
    if (!root || input.hasAttribute('aria-invalid')) return;
    say(navigator.onLine === false || lost > 1 ? text('offline') : '');
  }

  function say(words) {
    if (status.textContent !== words) status.textContent = words;
    status.hidden = !words;
  }

  /* ---- Writing ---- */

  function grow() {
    input.style.height = '';
    if (input.scrollHeight > input.clientHeight) input.style.height = Math.min(input.scrollHeight + 2, 132) + 'px';
  }

  function checkLength() {
    var ok = lengthOf(input.value.trim()) <= MAX_LENGTH;
    if (ok) {
      input.removeAttribute('aria-invalid');
      input.removeAttribute('aria-describedby');
      showConnection();
    } else {
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', 'haq-status');
      say(text('too_long') + ' (' + lengthOf(input.value.trim()) + '/' + MAX_LENGTH + ')');
    }
    return ok;
  }

  function submit() {
    var words = input.value.trim();
    if (words && checkLength()) {
      input.value = '';
      grow();
      write(words);
    }
    input.focus();
  }

  function write(words) {
    var message = {id: uuid(), text: words};
    heardSoFar();
    state.outbox.push(message);
    remember();
    addOwn(message.id, words, text(sender.failing() ? 'retrying' : 'sending'));
    removeChoices();
    log.scrollTop = log.scrollHeight;
    sender.hurry();
  }

  /* The server has this message: it is not sent again. */
  function taken(id) {
    state.outbox = state.outbox.filter(function (message) { return message.id !== id; });
    remember();
    showState(id, '');
  }

  /* ---- The conversation ---- */

  function atBottom() {
    return log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  }

  function addOwn(id, words, condition) {
    var line = message({from: 'person', text: words});
    lines[id] = line;
    log.appendChild(line);
    showState(id, condition);
  }

  function showState(id, condition) {
    var line = lines[id];
    var shown = line && line.querySelector('.haq-state');
    if (!line) return;
    if (!condition) {
      remove(shown);
    } else if (shown) {
      shown.textContent = condition;
    } else {
      line.appendChild(element('span', {'class': 'haq-state'}, [condition]));
    }
  }

  function forgetNumbers() {
    numbered.forEach(function (line) { line.removeAttribute('data-number'); });
    numbered = [];
  }

  /* Where the next event goes: before what the server does not have yet. */
  function before() {
    var last = numbered[numbered.length - 1];
    var at = last ? last.nextSibling : note.nextSibling;
    // What is left of an ended session stays above.
    while (at && !isPending(at)) at = at.nextSibling;
    return at;
  }

  function isPending(line) {
    return state.outbox.some(function (message) { return lines[message.id] === line; });
  }

  /* From now on what comes is new, and read aloud. */
  function heardSoFar() {
    if (!first) return;
    first = false;
    setTimeout(function () { log.setAttribute('aria-live', 'polite'); }, 1000);
  }

  function receive(events, busy) {
    var follow = first || bottom;
    var added = [];
    var latest = null;
    events.forEach(function (event) {
      var line = event.from === 'person' && event.id ? lines[event.id] : null;
      var at;
      if (event.number <= state.last) return;
      state.last = event.number;
      if (line) {
        taken(event.id);
      } else {
        line = message(event);
        if (event.from === 'person' && event.id) lines[event.id] = line;
        else added.push(line);
      }
      at = before();
      if (line.parentNode !== log || line.nextSibling !== at) log.insertBefore(line, at);
      numbered.push(line);
      latest = event;
    });
    showTyping(busy);
    if (latest) showChoices(latest);
    if (first) {
      heardSoFar();
      if (events.length) log.scrollTop = log.scrollHeight;
      return;
    }
    if (!added.length) return;
    if (!state.open) {
      state.unread += added.length;
      showUnread();
    } else if (follow) {
      // A long answer is read from its start.
      log.scrollTop = Math.min(log.scrollHeight - log.clientHeight, added[0].offsetTop - 8);
    } else {
      newer.hidden = false;
    }
  }

  function removeChoices() {
    var focused = (root.getRootNode ? root.getRootNode() : document).activeElement;
    var within = choices && choices.contains(focused);
    remove(choices);
    choices = null;
    if (within) input.focus(); // else the keyboard's place in the page would be lost
  }

  /* The newest message's choices, until something is said. */
  function showChoices(event) {
    removeChoices();
    if (event.from === 'person' || !event.choices || !event.choices.length || state.outbox.length) return;
    choices = element('ol', {'class': 'haq-choices', lang: event.language || null}, event.choices.map(
      function (label, index) {
        var button = element('button', {type: 'button', dir: 'auto'}, [(index + 1) + '. ' + label]);
        button.onclick = function () { write(label); };
        return element('li', {}, [button]);
      }));
    choices.setAttribute('role', 'list');
    log.appendChild(choices);
  }

  var RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|ks|ps|sd|ug|ur|yi)\b/;
  var RIGHT_LETTERS = /[\u0590-\u08FF\uFB1D-\uFDFD\uFE70-\uFEFC]/;

  /* An Arabic sentence may begin with a Latin name: where the language is known, it decides. */
  function direction(event) {
    var rtl = RIGHT_TO_LEFT.test(event.language || '');
    if (event.from === 'person' || !event.language) return 'auto';
    return rtl && RIGHT_LETTERS.test(event.text || '') ? 'rtl' : 'auto';
  }

  function message(event) {
    var who = event.from === 'person' || event.from === 'desk' ? event.from : 'assistant';
    var name = state.texts[who === 'person' ? 'you' : who] || '';
    var bubble = element('div', {'class': 'haq-bubble', dir: direction(event),
      lang: who === 'person' ? null : event.language || null});
    var line = element('div', {'class': 'haq-message haq-' + who});
    if (name) line.appendChild(element('span', {'class': who === 'desk' ? 'haq-who' : 'haq-heard'}, [name]));
    if (event.text) addWords(bubble, event.text);
    if (event.file) bubble.appendChild(download(event.file));
    line.appendChild(bubble);
    return line;
  }

  var INVISIBLE = '[\\u200e\\u200f\\u2066-\\u2069]*';
  // An https address; a number with + and 7 to 15 digits; three digits after a colon, such as "Police: 999".
  var TAPPABLE = new RegExp(
    '(https:\\/\\/[^\\s<>"\'\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]+)' +
    '|(\\+\\d(?:[ \\u00a0().\\/-]{0,2}\\d){6,14})(?!\\d)' +
    '|([:：፡]\\s?' + INVISIBLE + ')([019]\\d\\d)(?=' + INVISIBLE + '(?:;|[.。।۔።]?' + INVISIBLE + '[ \\t]*(?:\\n|$)))',
    'g');

  /* Adds text, with addresses and telephone numbers to tap. */
  function addWords(node, words) {
    var at = 0;
    var found, shown, start, link;
    TAPPABLE.lastIndex = 0;
    while ((found = TAPPABLE.exec(words))) {
      shown = found[1] ? trimmed(found[1]) : found[2] || found[4];
      start = found.index + (found[3] || '').length;
      TAPPABLE.lastIndex = start + shown.length;
      if (found[2] && /[\w+]/.test(words.charAt(start - 1))) continue;
      link = element('a', {dir: 'ltr', href: found[1] ? shown : 'tel:' + shown.replace(/[^\d+]/g, '')}, [shown]);
      if (found[1]) {
        link.setAttribute('target', '_blank');
        link.setAttribute('rel', 'noopener noreferrer');
      }
      node.appendChild(document.createTextNode(words.slice(at, start)));
      node.appendChild(link);
      at = start + shown.length;
    }
    node.appendChild(document.createTextNode(words.slice(at)));
  }

  /* An address without the punctuation of the sentence around it. */
  function trimmed(address) {
    var end = address.replace(/[.,;:!?'"»”’)\]。।۔،؛]+$/, '');
    // A closing bracket belongs to it when one was opened in it.
    return /\([^)]*$/.test(end) && address.charAt(end.length) === ')' ? end + ')' : end;
  }

  function download(file) {
    var raw = window.atob(file.base64);
    var bytes = new Uint8Array(raw.length);
    var known = /^(application\/pdf|text\/plain|image\/(png|jpeg))$/.test(file.mime);
    var mime = known ? file.mime : 'application/octet-stream';
    var name = String(file.name).replace(/[\\\/:*?"<>|\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '_');
    var i;
    for (i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
    return element('a', {
      'class': 'haq-file',
      href: URL.createObjectURL(new Blob([bytes], {type: mime})),
      download: name
    }, [text('download') + ': ', element('bdi', {}, [name]), ' (' + Math.ceil(raw.length / 1024) + ' KB)']);
  }

  /* ---- The way out ---- */

  var escapes = [];

  function escape(event) {
    var now = Date.now();
    var key = event.key || event.keyCode;
    if ((key !== 'Escape' && key !== 'Esc' && key !== 27) || event.isComposing || event.repeat) return;
    if (!used) return; // the chat was never used: the key is the page's own
    escapes = escapes.concat(now).filter(function (at) { return now - at <= EXIT_WITHIN; });
    if (escapes.length >= 3) {
      exit();
    } else if (state.open && !inline) {
      close();
    }
  }

  /* Erases the session and goes to another page, in the place of this one in the history. */
  function exit() {
    var target = /^https?:\/\//.test(attribute('exit')) ? attribute('exit') : EXIT;
    var session = state.session;
    var headers = {Authorization: 'Bearer ' + session};
    var xhr;
    gone = true;
    // At once: on a slow network the other page takes its time.
    remove(root);
    document.documentElement.style.visibility = 'hidden';
    document.title = '\u00a0';
    // The other page must not learn where the person comes from.
    document.head.appendChild(element('meta', {name: 'referrer', content: 'no-referrer'}));
    memory = null;
    try {
      window.sessionStorage.clear();
    } catch (ignored) {
      // Blocked: then nothing was kept either.
    }
    if (session) {
      try {
        if (window.fetch && 'keepalive' in window.Request.prototype) {
          // It outlives this page, which a plain request may not.
          window.fetch(BASE + '/end', {
            method: 'POST', keepalive: true, credentials: 'omit', headers: headers
          })['catch'](function () {});
        } else {
          xhr = new XMLHttpRequest();
          xhr.open('POST', BASE + '/end', true);
          xhr.setRequestHeader('Authorization', headers.Authorization);
          xhr.send();
        }
      } catch (ignored) {
        // Whatever happens, the person leaves.
      }
    }
    if (window.top === window) {
      window.location.replace(target);
      return;
    }
    // From within a frame the whole page goes; where the browser forbids that, at least the frame.
    setTimeout(function () { window.location.replace(target); }, 500);
    try {
      window.top.location.replace(target);
    } catch (ignored) {
      window.location.replace(target);
    }
  }

  if (document.body && document.readyState !== 'loading') build();
  else document.addEventListener('DOMContentLoaded', build);
}());
