// SPDX-License-Identifier: BSD-2-Clause
//
// Keeps the copy of the setting "tell these sites another platform" that platform.js reads.
"use strict";

const NAME = "jpki-portal-platform"; // as in platform.js

// Make the copy say what the setting says. Whether it had to be changed, and that has worked.
function correctCopy(setting) {
  try {
    const wanted = setting === true ? "windows" : null;
    if (localStorage.getItem(NAME) === wanted) {
      return false;
    }
    if (wanted === null) {
      localStorage.removeItem(NAME);
    } else {
      localStorage.setItem(NAME, wanted);
    }
    return localStorage.getItem(NAME) === wanted;
  } catch {
    return false; // the site may store nothing
  }
}

// The scripts of this page have been told what the copy said before; a new page is told the new. One
// that is new already is not loaded once more: a site may empty its storage each time it is left.
function isReloaded() {
  return performance.getEntriesByType("navigation")[0]?.type === "reload";
}

chrome.storage.local.get("platform").then(({ platform }) => {
  if (correctCopy(platform) && !isReloaded()) {
    location.reload();
  } else if (platform === true) {
    document.dispatchEvent(new Event(NAME)); // late, for sites that store nothing
  }
});

// A page that is open is not loaded anew: the person may have typed something into it.
chrome.storage.onChanged.addListener((changes, area) => {
  if (area === "local" && changes.platform) {
    correctCopy(changes.platform.newValue);
  }
});
