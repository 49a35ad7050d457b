// SPDX-License-Identifier: BSD-2-Clause
//
// Fills a page with the texts of _locales, in the language of the browser.
"use strict";

const text = chrome.i18n.getMessage;

// The texts for a word of the program: what is wrong, and what to do. A newer program may use words
// that are unknown here.
function troubleTexts(word) {
  const key = `trouble_${word.replaceAll("-", "_")}`;
  return text(key) ? [text(key), text(`${key}_next`)] : troubleTexts("internal");
}

document.documentElement.lang = text("language");
for (const element of document.querySelectorAll("[data-text]")) {
  element.textContent = text(element.dataset.text);
}
