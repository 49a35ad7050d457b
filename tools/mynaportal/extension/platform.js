// SPDX-License-Identifier: BSD-2-Clause
//
// Tells the page that the browser runs on Windows, if the person has turned that on (options.html).
//
// This runs among the page's scripts, before any of them, and has to decide at once: the page may
// read navigator in its first line, but the extension's setting can only be read later. So
// setting.js keeps a copy of the setting in the site's storage. If there is no copy (yet),
// setting.js sends an event a moment later if the setting is on. Without copy and event nothing is
// changed. A page that makes them itself is told "Windows", and gains nothing else.
"use strict";

(() => {
  const NAME = "jpki-portal-platform"; // of the copy and of the event, as in setting.js

  // If the browser lets sites store nothing, there is no copy, and even access to the storage may
  // fail.
  function turnedOn() {
    try {
      return localStorage.getItem(NAME) === "windows";
    } catch {
      return false;
    }
  }

  // The browser's name and version stay. Firefox on Windows has an appVersion without a number.
  function onWindows(text) {
    return text
      .replace(/\(X11;[^)]*?(?=; rv:|\))/, "(Windows NT 10.0; Win64; x64")
      .replace("(X11)", "(Windows)");
  }

  const WINDOWS = { platform: "Windows", platformVersion: "10.0.0", architecture: "x86", bitness: "64" };

  // Change those that were asked for; keep the rest: brands, version, whether it is a mobile
  // device.
  function hintsOfWindows(hints) {
    const told = Object.entries(WINDOWS).filter(([name]) => name in hints);
    return { ...hints, ...Object.fromEntries(told) };
  }

  // A proxy of the browser's own function keeps its name, its number of arguments, its text, and
  // its errors for wrong receivers.
  const { apply } = Reflect;
  function change(object, name, changed) {
    const property = object && Object.getOwnPropertyDescriptor(object, name);
    if (!property) {
      return; // not in this browser
    }
    const kind = property.get ? "get" : "value";
    property[kind] = new Proxy(property[kind], {
      apply: (original, self, given) => changed(apply(original, self, given)),
    });
    Object.defineProperty(object, name, property);
  }

  function tellWindows() {
    if (!navigator.userAgent.includes("(X11;")) {
      return; // it is Windows, or has been told already
    }
    const { prototype } = Navigator;
    change(prototype, "userAgent", onWindows);
    change(prototype, "appVersion", onWindows);
    change(prototype, "platform", () => "Win32");
    change(prototype, "oscpu", () => "Windows NT 10.0; Win64; x64");
    const data = globalThis.NavigatorUAData?.prototype;
    change(data, "platform", () => WINDOWS.platform);
    change(data, "toJSON", hintsOfWindows);
    change(data, "getHighEntropyValues", (promise) => promise.then(hintsOfWindows));
  }

  if (turnedOn()) {
    tellWindows();
  } else {
    document.addEventListener(NAME, tellWindows);
  }
})();
