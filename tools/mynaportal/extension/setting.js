// SPDX-License-Identifier: BSD-2-Clause
//
// Keeps the copy of the setting "tell these sites another platform" that platform.js reads.
"use strict";

const NAME = "jpki-portal-platform"; // as in platform.js

// What the copy says; undefined if the site may store nothing.
function readCopy() {
  try {
    return localStorage.getItem(NAME) === "windows";
  } catch {
    return undefined;
  }
}

// Make it say what the setting says, for the pages of this site that are opened from now on.
function correctCopy(setting) {
  try {
    if (setting) {
      localStorage.setItem(NAME, "windows");
    } else {
      localStorage.removeItem(NAME);
    }
  } catch {
    // its pages are told late, each time
  }
}

// Was the page opened by its address alone, as by a bookmark? The answer to a form has a referrer;
// so has a page that was opened once more. What a person has typed is not there yet.
function isOpenedByAddress() {
  const [opened] = performance.getEntriesByType("navigation");
  return opened?.type === "navigate" && document.referrer === "" && !location.href.includes("#");
}

// Its first scripts have seen the copy as it was, if that was wrong: open it once more where that
// can do no harm. It is never loaded anew, which would send a form twice. Other pages are told a
// moment later, which may be too late.
const known = readCopy(); // what platform.js has seen
chrome.storage.local.get("platform").then(({ platform = false }) => {
  correctCopy(platform);
  if (known !== platform && readCopy() === platform && isOpenedByAddress()) {
    location.replace(location.href);
  } else if (platform) {
    document.dispatchEvent(new Event(NAME));
  }
});

// A page that is open stays as it is, but the next one of its site knows.
chrome.storage.onChanged.addListener((changes, area) => {
  if (area === "local" && changes.platform) {
    correctCopy(changes.platform.newValue === true);
  }
});
