// SPDX-License-Identifier: BSD-2-Clause
//
// Runs in the pages of the listed sites: passes a page's questions to background.js, and the
// answers back. It decides nothing, and sends no address: the background gets that from the
// browser.
"use strict";

// Hidden inputs that the pages look for: the versions that they know of the official extension, and
// of the official program on Windows.
const INPUTS = { "extension-is-installed": "24", "app-is-installed": "29" };
// The error code by which the pages know that the program has not answered.
const NO_ANSWER = "EW044-C300";
// The most characters of a question; a hundred documents to sign need a tenth of that.
const LONGEST = 1024 * 1024;

// --- the hidden inputs ---------------------------------------------------------------------------

function addInputs(body) {
  for (const [id, value] of Object.entries(INPUTS)) {
    if (!document.getElementById(id)) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.id = id;
      input.value = value;
      body.append(input);
    }
  }
}

// There is no body yet when this runs, and a page may replace it. A page that removes the inputs
// from its body does not get them again: that could go on for ever.
let marked = null;
const changes = new MutationObserver(markBody);
function markBody() {
  if (document.documentElement) {
    changes.observe(document.documentElement, { childList: true });
  }
  if (document.body instanceof HTMLBodyElement && document.body !== marked) {
    marked = document.body;
    addInputs(marked);
  }
}
changes.observe(document, { childList: true });
markBody();

// --- questions and answers -----------------------------------------------------------------------

let running = null; // the request that waits for its answer: its mode, its port to the background

function tell(answer) {
  const detail = JSON.stringify(answer);
  document.dispatchEvent(new CustomEvent("recvMsg", { bubbles: true, detail }));
}

function refusal(mode, more) {
  const asked = typeof mode === "string" ? { mode } : {};
  return { ...asked, result: "1", errcode: NO_ANSWER, ...more };
}

// The page's question as an object; null if it is not one.
function parsed(detail) {
  if (typeof detail !== "string" || detail.length > LONGEST) {
    return null;
  }
  try {
    const message = JSON.parse(detail);
    return typeof message === "object" && !Array.isArray(message) ? message : null;
  } catch {
    return null;
  }
}

function begin(message) {
  let port = null;
  function end(answer) {
    if (running?.port === port) {
      running = null;
      tell(answer ?? refusal(message.mode));
    }
  }
  try {
    port = chrome.runtime.connect();
    running = { mode: message.mode, port };
    port.onMessage.addListener((answer) => end(answer));
    port.onDisconnect.addListener(() => end());
    port.postMessage(message);
  } catch {
    running = null; // the extension was taken away meanwhile, or this nests too deep
    tell(refusal(message.mode));
  }
}

// Give up the question: the background sees that the port is closed, and ends the program.
function leave() {
  running?.port.disconnect();
  running = null;
}

document.addEventListener("launchApp", (event) => {
  const message = parsed(event.detail);
  if (message === null) {
    tell(refusal());
  } else if (message.mode === "05") {
    const left = running;
    leave();
    for (const { mode } of left ? [left, message] : [message]) {
      tell(refusal(mode)); // as when the program ends and says nothing
    }
  } else if (running) {
    tell(refusal(message.mode, { message: "busy" }));
  } else {
    begin(message);
  }
});

// Also when the page only goes to the browser's back/forward cache.
addEventListener("pagehide", leave);
