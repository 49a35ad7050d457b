// SPDX-License-Identifier: BSD-2-Clause
//
// Hands a page's question to the program jpki-portal-host and its answer back: one start of the
// program for each question. The PIN is asked by the program in a window of its own, and never comes
// here.
//
// Chromium runs this as a service worker, Firefox as an event page. Both end it when nothing happens
// for half a minute, but not while a port to a program is open: a person may take time for a PIN.
"use strict";

const PROGRAM = "jpki.portal_host";
// The sites of the manifest. The browser runs page.js on no others; this asks it once more.
const SITES = /^https:\/\/(?:(?:[a-z0-9-]+\.)*myna\.go\.jp|login\.e-tax\.nta\.go\.jp)$/;
// How both browsers say that the program is not registered (`jpki setup portal` does that).
const NOT_REGISTERED = /host not found|host is forbidden|No such native application/;

// The origin of a page that may ask, as the browser tells it; null for others: frames, pages that
// are not shown yet, pages in a sandbox (their origin is "null").
function originOf({ tab, frameId, url, origin, documentLifecycle = "active" }) {
  if (!tab || frameId !== 0 || !url || documentLifecycle !== "active") {
    return null;
  }
  const address = new URL(url).origin;
  return SITES.test(address) && origin === address ? address : null;
}

// What needs no window: a person knows that he has cancelled, and sees the window of the other request.
const QUIET = ["cancelled", "busy"];

// The window that is open, and its word, are kept in the storage of this session of the browser: this
// script may be ended meanwhile.
async function openWindow() {
  const { trouble } = await chrome.storage.session.get("trouble");
  const there = trouble && await chrome.windows.get(trouble.id).catch(() => null); // or closed
  return there ? trouble : null;
}

// A page may ask again and again: there is one window at most, and none comes anew to say the same.
async function openTrouble(word) {
  const trouble = await openWindow();
  if (trouble?.word === word) {
    await chrome.windows.update(trouble.id, { drawAttention: true }); // it may lie behind others
    return;
  }
  if (trouble) {
    await chrome.windows.remove(trouble.id);
  }
  const { id } = await chrome.windows.create({
    type: "popup", url: `trouble.html?${word}`, width: 520, height: 340,
  });
  await chrome.storage.session.set({ trouble: { id, word } });
}

// One after the other. If a window cannot be opened, the page has its answer all the same.
let last = Promise.resolve();

// Tell the person what went wrong and what to do.
function showTrouble(word) {
  if (!QUIET.includes(word)) {
    last = last.then(() => openTrouble(word)).catch(() => {});
  }
}

// Why there was no answer. Firefox tells it at the port, Chromium in a variable.
function whyNone(program) {
  const error = program.error ?? chrome.runtime.lastError;
  return NOT_REGISTERED.test(error?.message) ? "no-program" : "internal";
}

function ask(page, origin, message) {
  const program = chrome.runtime.connectNative(PROGRAM);
  program.onMessage.addListener((answer) => {
    program.disconnect();
    page.postMessage(answer); // first: the page may have more to say than the window
    page.disconnect();
    if (answer?.result !== "0") {
      showTrouble(answer?.message ?? "internal");
    }
  });
  program.onDisconnect.addListener(() => {
    page.disconnect(); // page.js knows what to tell then
    showTrouble(whyNone(program));
  });
  // The page went, its tab was closed, it has crashed.
  page.onDisconnect.addListener(() => {
    program.postMessage({ origin, message: { mode: "05" } });
    program.disconnect();
  });
  try {
    program.postMessage({ origin, message });
  } catch {
    program.disconnect(); // it nests too deep; page.js knows what to tell
    page.disconnect();
  }
}

chrome.runtime.onConnect.addListener((page) => {
  const origin = originOf(page.sender);
  if (origin === null) {
    page.disconnect();
    return;
  }
  page.onMessage.addListener(function first(message) {
    page.onMessage.removeListener(first); // a port is for one question
    ask(page, origin, message);
  });
});

chrome.action.onClicked.addListener(() => chrome.runtime.openOptionsPage());
