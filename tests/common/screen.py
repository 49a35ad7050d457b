# SPDX-License-Identifier: BSD-2-Clause
"""A screen without a monitor, for programs that have windows: Xvfb, openbox, xdotool."""

import os
import pathlib
import re
import subprocess

from support import ROOT, TIMEOUT, needs, wait_until

KEPT = pathlib.Path(os.environ.get("JPKI_SCREENSHOTS", ROOT / "build-tests" / "screenshots"))


class Screen:
    """A display of its own, with a window manager, until stop(). It is outside of any sandbox, so
    that no two take the same number; programs in a sandbox reach it with env()."""

    def __init__(self, folder, size="1280x1024"):
        needs("Xvfb", "openbox", "xdotool", "import")
        folder.mkdir()
        self.processes = []
        number = folder / "display"
        self.start(folder, "sh", "-c",
                   f'exec Xvfb -displayfd 3 -screen 0 {size}x24 -nolisten tcp 3>"$0"', number)
        wait_until(lambda: number.exists() and number.read_text().endswith("\n"))
        self.display = f":{number.read_text().strip()}"
        self.start(folder, "openbox")
        wait_until(lambda: "_NET_SUPPORTING_WM_CHECK(WINDOW)" in self.run("xprop", "-root"))

    def start(self, folder, *command):
        with (folder / "log").open("ab") as log:
            self.processes.append(subprocess.Popen(
                [*map(str, command)], env=self.environment(), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log))

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(20)

    def env(self):
        """What a program needs in its environment to show its windows here."""
        return {"DISPLAY": self.display} if hasattr(self, "display") else {}

    def environment(self):
        return {**os.environ, **self.env()}

    def run(self, *command):
        return subprocess.run([*map(str, command)], env=self.environment(), timeout=TIMEOUT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, errors="replace",
                              check=False).stdout

    # --- windows ---------------------------------------------------------------------------

    def windows(self, name):
        """The visible windows whose title holds this (a regular expression)."""
        return self.run("xdotool", "search", "--onlyvisible", "--name", name).split()

    def titles(self):
        """The titles of all windows that the window manager has."""
        listed = re.findall(r"0x[0-9a-f]+", self.run("xprop", "-root", "_NET_CLIENT_LIST"))
        return [self.run("xdotool", "getwindowname", window).strip() for window in listed]

    def wait_for(self, name, seconds=40):
        """The first window of that title, when there is one."""
        return wait_until(lambda: self.windows(name), seconds)[0]

    def wait_gone(self, name, seconds=20):
        wait_until(lambda: not self.windows(name), seconds)

    # --- keys --------------------------------------------------------------------------------

    def focus(self, window):
        self.run("xdotool", "windowactivate", "--sync", window)

    def type(self, window, text):
        """Type a text into a window, and the Enter key after it."""
        self.focus(window)
        self.run("xdotool", "type", "--delay", "20", text)
        self.key(window, "Return")

    def key(self, window, *keys):
        self.focus(window)
        self.run("xdotool", "key", *keys)

    # --- pictures ----------------------------------------------------------------------------

    def picture(self, file):
        """What the screen shows now, as a PNG file."""
        self.run("import", "-window", "root", file)
        return file

    def keep(self, name):
        """Keep a picture where it outlives the test."""
        KEPT.mkdir(parents=True, exist_ok=True)
        return self.picture(KEPT / (re.sub(r"[^\w.-]+", "-", name) + ".png"))
