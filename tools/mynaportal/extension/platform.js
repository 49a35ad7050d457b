// SPDX-License-Identifier: BSD-2-Clause
//
// Tells the page that the browser runs on Windows, if the person has turned that on (options.html).
//
// This runs among the scripts of the page, before any of them, and has to know at once: the page may
// look at navigator with its first line, the setting of the extension can be read later only. So
// setting.js keeps a copy of it in the storage of the site. Where there is no copy (yet), setting.js
// says a moment later, by an event, that it is on. Without both nothing is touched. A page
// that makes them itself is told "Windows", which is all that it gets from that.
"use strict";

(() => {
  const NAME = "jpki-portal-platform"; // of the copy and of the event, as in setting.js

  // Some people let sites store nothing: then there is no copy, and storage itself may be refused.
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

  // What of this was asked for, the rest as it is: brands, version, whether it is a telephone.
  function hintsOfWindows(hints) {
    const told = Object.entries(WINDOWS).filter(([name]) => name in hints);
    return { ...hints, ...Object.fromEntries(told) };
  }

  // A proxy of the browser's own function has its name, its number of arguments, its errors for what
  // is no navigator, and looks like it as a text.
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
