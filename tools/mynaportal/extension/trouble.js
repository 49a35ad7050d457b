// SPDX-License-Identifier: BSD-2-Clause
//
// A small window after an error: what went wrong, and what to do next.
"use strict";

const [what, next] = troubleTexts(location.search.slice(1));
document.getElementById("what").textContent = what;
document.getElementById("next").textContent = next;

async function closeWindow() {
  const { id } = await chrome.windows.getCurrent();
  chrome.windows.remove(id);
}

document.getElementById("close").addEventListener("click", closeWindow);
document.getElementById("check").addEventListener("click", async () => {
  await chrome.runtime.openOptionsPage();
  closeWindow();
});
