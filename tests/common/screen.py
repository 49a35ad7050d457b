# SPDX-License-Identifier: BSD-2-Clause
"""A screen without a monitor, for programs that have windows: Xvfb, openbox, xdotool."""

import contextlib
import os
import pathlib
import re
import subprocess

from support import ROOT, TIMEOUT, needs, wait_until

KEPT = pathlib.Path(os.environ.get("JPKI_SCREENSHOTS", ROOT / "build-tests" / "screenshots"))
WINDOW = re.compile("0x[0-9a-f]+")
# What has not come of a key or a click after so many seconds was lost, most likely: on a slow machine
# things may take some of them.
LOST = 15
# A cursor that comes or goes is so many pixels wide at most; a letter is wider.
CURSOR = 2
# From a window's upper right corner to the middle of the button that closes it.
FRAME = 10


def until_seen(act, seen, again=lambda: True):
    """Act, and wait for what is to come of it; what seen() gave. A window that has just come may
    miss a key or a click: act again, for two minutes, if nothing came of it and again() says that
    it can do no harm."""
    for turn in range(120 // LOST):
        if turn == 0 or again():
            act()
        with contextlib.suppress(AssertionError):
            return wait_until(seen, LOST)
    raise AssertionError("waited in vain")


def difference(before, after):
    """How wide the part is in which two pictures of a window differ."""
    if len(before) != len(after):
        return 0
    columns = [column for old, new in zip(before, after) if old != new
               for column, pair in enumerate(zip(old, new)) if pair[0] != pair[1]]
    return max(columns) - min(columns) + 1 if columns else 0


class Screen:
    """A display of its own, with a window manager, until stop(). It is outside of any sandbox, so
    that no two take the same number; programs in a sandbox reach it with env()."""

    def __init__(self, folder, size="1280x1024"):
        needs("Xvfb", "openbox", "xdotool", "xprop", "import")
        folder.mkdir()
        self.folder = folder
        self.display = None
        self.processes = []
        try:
            self.start_all(size)
        except BaseException:
            self.stop()
            raise

    def start_all(self, size):
        """Without -noreset the server begins anew when its last client leaves: xprop, which asks
        for the window manager, while that tries to connect."""
        number = self.folder / "display"
        self.start("log", "sh", "-c",
                   f'exec Xvfb -displayfd 3 -screen 0 {size}x24 -nolisten tcp -noreset 3>"$0"',
                   number)
        wait_until(lambda: number.exists() and number.read_text().endswith("\n"))
        self.display = f":{number.read_text().strip()}"
        self.start("log", "openbox")
        wait_until(lambda: "_NET_SUPPORTING_WM_CHECK(WINDOW)" in self.run("xprop", "-root"))
        self.start("windows", "xprop", "-spy", "-root", "_NET_CLIENT_LIST")
        wait_until(lambda: (self.folder / "windows").read_text())

    def start(self, log, *command):
        with (self.folder / log).open("ab") as out:
            self.processes.append(subprocess.Popen(
                [*map(str, command)], env=self.environment(), stdin=subprocess.DEVNULL, stdout=out,
                stderr=out))

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(TIMEOUT)

    def env(self):
        """What a program needs in its environment to show its windows here."""
        return {"DISPLAY": self.display} if self.display else {}

    def environment(self):
        return {**os.environ, **self.env()}

    def run(self, *command):
        return subprocess.run([*map(str, command)], env=self.environment(), timeout=TIMEOUT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, errors="replace",
                              check=False).stdout

    # --- windows ---------------------------------------------------------------------------

    def listed(self):
        """All windows that the window manager has, oldest first."""
        return WINDOW.findall(self.run("xprop", "-root", "_NET_CLIENT_LIST"))

    def opened(self):
        """All windows that there ever were, those that are gone too, oldest first."""
        return [*dict.fromkeys(WINDOW.findall((self.folder / "windows").read_text()))]

    def title(self, window):
        return self.run("xdotool", "getwindowname", window).strip()

    def titles(self):
        return [self.title(window) for window in self.listed()]

    def windows(self, name):
        """The windows whose title holds this (a regular expression)."""
        return [window for window in self.listed() if re.search(name, self.title(window))]

    def wait_for(self, name, seconds=60):
        """The first window of that title, when there is one."""
        return wait_until(lambda: self.windows(name), seconds)[0]

    def wait_gone(self, name, seconds=60):
        wait_until(lambda: not self.windows(name), seconds)

    def wait_closed(self, window, seconds=60):
        wait_until(lambda: window not in self.listed(), seconds)

    # --- keys --------------------------------------------------------------------------------

    def has_focus(self, window):
        return self.run("xdotool", "getactivewindow").strip() == str(int(window, 16))

    def focus(self, window):
        """Keys go to that window from now on."""
        def focused():
            self.run("xdotool", "windowactivate", window)
            return self.has_focus(window)

        wait_until(focused)

    def write(self, window, text):
        """Type a text, wherever in that window it goes."""
        self.focus(window)
        self.run("xdotool", "type", "--delay", "20", text)

    def enter(self, window, text):
        """Type a text into the field of a window, in place of what is there. When the first letter
        is seen, the field takes the others too."""
        before = None

        def begin():
            nonlocal before
            self.key(window, "ctrl+a", "BackSpace")
            before = self.still(window)
            self.write(window, text[0])

        until_seen(begin, lambda: difference(before, self.pixels(window)) > CURSOR,
                   lambda: window in self.listed())
        self.write(window, text[1:])

    def type(self, window, text):
        """The same, and the Enter key after it."""
        self.enter(window, text)
        self.key(window, "Return")

    def answer(self, window, text):
        """The same, in a window that closes then. The next one may have the same title."""
        self.type(window, text)
        self.wait_closed(window)

    def key(self, window, *keys):
        self.focus(window)
        self.run("xdotool", "key", "--delay", "20", *keys)

    def click(self, window, x, y):
        """Click at a place in a window."""
        self.focus(window)
        self.run("xdotool", "mousemove", "--window", window, x, y, "click", "1")

    def dismiss(self, window, key):
        """Close a window by a key that it may miss; it goes to no other one."""
        until_seen(lambda: self.key(window, key), lambda: window not in self.listed(),
                   lambda: window in self.listed())

    def close(self, window):
        """By the window manager's key; a window that takes all keys for itself does not heed it."""
        self.key(window, "alt+F4")

    def click_away(self, window):
        """By the button at the right of the frame that the window manager draws."""
        width = re.search(r"^WIDTH=(\d+)$",
                          self.run("xdotool", "getwindowgeometry", "--shell", window), re.M)[1]
        self.click(window, int(width) - FRAME, -FRAME)

    # --- pictures ----------------------------------------------------------------------------

    def picture(self, file, window="root"):
        """What the screen shows now, or one window of it, as a PNG file; none of a window that
        cannot be seen."""
        file.unlink(missing_ok=True)
        self.run("import", "-window", window, file)
        return file

    def colours(self, area):
        """Those of the pixels of an area of the screen, line by line, as #RRGGBB."""
        return re.findall(r"#[0-9A-F]{6}", self.run(
            "import", "-window", "root", "-crop", area, "-depth", "8", "txt:-"))

    def pixels(self, window):
        """The same in shades of grey, as lines of bytes; nothing of a window that cannot be seen:
        the window manager lists one before it shows it."""
        made = subprocess.run(["import", "-window", window, "-depth", "8", "pgm:-"],
                              env=self.environment(), timeout=TIMEOUT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
        head = re.match(rb"P5\s(\d+) (\d+)\s255\s", made)
        width = int(head[1]) if head else 1
        return [made[at:at + width] for at in range(head.end(), len(made), width)] if head else []

    def still(self, window):
        """A picture of a window that is shown and in which nothing moves but a cursor."""
        pictures = [self.pixels(window)]

        def same():
            pictures.append(self.pixels(window))
            return pictures[-1] and difference(*pictures[-2:]) <= CURSOR

        wait_until(same)
        return pictures[-1]

    def text(self, window="root"):
        """What a person can read there."""
        picture = self.picture(self.folder / "text.png", window)
        if not picture.exists():
            return ""
        large = self.folder / "text.pgm"
        self.run("convert", picture, "-colorspace", "Gray", "-filter", "Triangle", "-resize",
                 "200%", large)
        # several threads would wait for each other, busily
        said = self.run("env", "OMP_THREAD_LIMIT=1", "tesseract", large, "-", "--psm", "11")
        return " ".join(said.split())

    def wait_text(self, wanted, window="root", seconds=60):
        """What can be read there, when it holds this (a regular expression)."""
        def read():
            text = self.text(window)
            return text if re.search(wanted, text) else None

        return wait_until(read, seconds)

    def keep(self, name):
        """Keep a picture where it outlives the test."""
        KEPT.mkdir(parents=True, exist_ok=True)
        return self.picture(KEPT / (re.sub(r"[^\w.-]+", "-", name) + ".png"))
