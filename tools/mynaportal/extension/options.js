// SPDX-License-Identifier: BSD-2-Clause
//
// What the extension does, the check of all that a login needs, and the setting for the platform.
"use strict";

const PROGRAM = "jpki.portal_host"; // as in background.js
const SITES = chrome.runtime.getManifest().content_scripts[0].matches;
const KEYS = { auth: "checkKeyAuth", sign: "checkKeySign" };

// --- the check -----------------------------------------------------------------------------------

// What the program reports about itself and the card; undefined if it cannot be started. It asks
// for no PIN.
function askProgram() {
  return new Promise((resolve) => {
    const program = chrome.runtime.connectNative(PROGRAM);
    program.onMessage.addListener((answer) => {
      program.disconnect();
      resolve(answer);
    });
    program.onDisconnect.addListener(() => {
      void chrome.runtime.lastError; // Chromium complains if nobody looks at it
      resolve(undefined);
    });
    program.postMessage({ check: true });
  });
}

// A line of the results: a name, and either the good result, or what is wrong and what to do.
function show(name, word, good) {
  const [what, next] = word === "ok" ? [good] : troubleTexts(word);
  const title = document.createElement("dt");
  title.textContent = text(name);
  const result = document.createElement("dd");
  result.className = word === "ok" ? "good" : "bad";
  result.textContent = what;
  document.getElementById("results").append(title, result);
  if (next) {
    const advice = document.createElement("dd");
    advice.textContent = next;
    document.getElementById("results").append(advice);
  }
  return word === "ok";
}

// In both browsers a person can take sites away from an extension.
async function checkSites() {
  const allowed = await chrome.permissions.contains({ origins: SITES });
  show("checkSites", allowed ? "ok" : "no-sites", text("checkSitesOk"));
}

// Stops at the first failure: without a service there is no reader, without a reader no card. A
// newer program may report keys that this page does not know.
function checkCard({ service, reader, card, keys }) {
  const known = keys.filter((key) => Object.hasOwn(KEYS, key));
  const found = known.map((key) => text(KEYS[key])).join(text("checkKeysAnd"));
  return show("checkService", service, text("checkServiceOk"))
    && show("checkReader", reader, text("checkReaderOk"))
    && show("checkCard", card, text("checkCardOk"))
    && show("checkKeys", known.length > 0 ? "ok" : "no-key", found);
}

function checkAnswer(answer) {
  if (!answer) {
    show("checkProgram", "no-program");
  } else if (answer.result === "0") {
    show("checkProgram", "ok", text("checkProgramOk", answer.version));
    show("checkPinentry", answer.pinentry ? "ok" : "no-pinentry", text("checkPinentryOk"));
    checkCard(answer);
  } else {
    show("checkService", answer.message ?? "internal"); // it could not look
  }
}

// Run the check. The card may take some seconds.
async function check() {
  const button = document.getElementById("check");
  button.disabled = true;
  button.textContent = text("checkRuns");
  document.getElementById("results").replaceChildren();
  try {
    await checkSites();
    checkAnswer(await askProgram());
  } finally {
    button.textContent = text("checkButton");
    button.disabled = false;
  }
}

document.getElementById("check").addEventListener("click", check);

// --- the setting ---------------------------------------------------------------------------------

const platform = document.getElementById("platform");

// The box is disabled until the setting has been read.
chrome.storage.local.get("platform").then((stored) => {
  platform.checked = stored.platform === true;
  platform.disabled = false;
});

// Off is the default, so nothing is stored.
platform.addEventListener("change", () => {
  if (platform.checked) {
    chrome.storage.local.set({ platform: true });
  } else {
    chrome.storage.local.remove("platform");
  }
});

// --- the sites -----------------------------------------------------------------------------------

for (const site of SITES) {
  const item = document.createElement("li");
  item.textContent = site;
  document.getElementById("sites").append(item);
}
