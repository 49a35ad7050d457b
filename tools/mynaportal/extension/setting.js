// SPDX-License-Identifier: BSD-2-Clause
//
// Keeps the copy of the setting "tell these sites another platform" that platform.js reads.
"use strict";

const NAME = "jpki-portal-platform"; // as in platform.js

// The value of the copy; undefined if the site may store nothing.
function readCopy() {
  try {
    return localStorage.getItem(NAME) === "windows";
  } catch {
    return undefined;
  }
}

// Set the copy to the setting, for pages of this site that are opened from now on.
function correctCopy(setting) {
  try {
    if (setting) {
      localStorage.setItem(NAME, "windows");
    } else {
      localStorage.removeItem(NAME);
    }
  } catch {
    // no copy: the pages are told late, by the event
  }
}

// Was the page opened by its address alone, for example by a bookmark? The answer to a form has a
// referrer, and so has a page that this script has opened again. Nothing has been typed into it
// yet.
function isOpenedByAddress() {
  const [opened] = performance.getEntriesByType("navigation");
  return opened?.type === "navigate" && document.referrer === "" && !location.href.includes("#");
}

// If the copy was wrong, the page's first scripts have seen the wrong value. Then open the page
// again, if that can do no harm: never by a reload, which would send a form twice. Other pages get
// the event, which may be too late.
const known = readCopy(); // what platform.js has seen
chrome.storage.local.get("platform").then(({ platform = false }) => {
  correctCopy(platform);
  if (known !== platform && readCopy() === platform && isOpenedByAddress()) {
    location.replace(location.href);
  } else if (platform) {
    document.dispatchEvent(new Event(NAME));
  }
});

// An open page stays as it is; the next page of its site sees the change.
chrome.storage.onChanged.addListener((changes, area) => {
  if (area === "local" && changes.platform) {
    correctCopy(changes.platform.newValue === true);
  }
});
