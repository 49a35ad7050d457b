// SPDX-License-Identifier: BSD-2-Clause
//
// Keeps the copy of the setting "tell these sites another platform" that platform.js reads.
"use strict";

const NAME = "jpki-portal-platform"; // as in platform.js

// Make the copy say what the setting says, for the pages of this site that are opened from now on.
function correctCopy(setting) {
  try {
    if (setting === true) {
      localStorage.setItem(NAME, "windows");
    } else {
      localStorage.removeItem(NAME);
    }
  } catch {
    // the site may store nothing: its pages are told late, each time
  }
}

// The page is never loaded anew for this: it may be the answer to a form, which would be sent twice,
// and a person may have typed something into it. Where the copy was not there in time, the page is
// told a moment later; that may be too late for its first scripts.
chrome.storage.local.get("platform").then(({ platform }) => {
  correctCopy(platform);
  if (platform === true) {
    document.dispatchEvent(new Event(NAME));
  }
});

// A page that is open stays as it is, but the next one of its site knows.
chrome.storage.onChanged.addListener((changes, area) => {
  if (area === "local" && changes.platform) {
    correctCopy(changes.platform.newValue);
  }
});
