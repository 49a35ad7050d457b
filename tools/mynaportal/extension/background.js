// SPDX-License-Identifier: BSD-2-Clause
//
// Passes a page's question to the program jpki-portal-host, and the answer back. The program is
// started once for each question. It asks for the PIN in a window of its own; the PIN never comes
// here.
//
// Chromium runs this as a service worker, Firefox as an event page. Both end it after half a minute
// without events, but not while a port to a program is open: a person may take time for a PIN.
"use strict";

const PROGRAM = "jpki.portal_host";
// The sites of the manifest. The browser runs page.js on no others; this checks it again.
const SITES = /^https:\/\/(?:(?:[a-z0-9-]+\.)*myna\.go\.jp|login\.e-tax\.nta\.go\.jp)$/;
// Parts of both browsers' messages if the program is not registered (`jpki setup portal` does
// that).
const NOT_REGISTERED = /host not found|host is forbidden|No such native application/;

// The origin of a page that may ask, as the browser reports it; null for others: frames, pages that
// are not shown yet, sandboxed pages (their origin is "null").
function originOf({ tab, frameId, url, origin, documentLifecycle = "active" }) {
  if (!tab || frameId !== 0 || !url || documentLifecycle !== "active") {
    return null;
  }
  const address = new URL(url).origin;
  return SITES.test(address) && origin === address ? address : null;
}

// No window for these: the person has cancelled, or sees the window of the other request.
const QUIET = ["cancelled", "busy"];

// The open window and its word are kept in the browser's session storage, because this script may
// be ended meanwhile.
async function openWindow() {
  const { trouble } = await chrome.storage.session.get("trouble");
  const there = trouble && await chrome.windows.get(trouble.id).catch(() => null); // or closed
  return there ? trouble : null;
}

// A page may ask again and again, so there is at most one window, and none is opened to say the
// same again.
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

// Windows are opened one after the other. If that fails, the page still gets its answer.
let last = Promise.resolve();

// Tell the person what went wrong and what to do.
function showTrouble(word) {
  if (!QUIET.includes(word)) {
    last = last.then(() => openTrouble(word)).catch(() => {});
  }
}

// Why there was no answer. Firefox reports it at the port, Chromium in a variable.
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
  // The page was left, closed, or has crashed.
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
