# SPDX-License-Identifier: BSD-2-Clause
"""A person who logs in to the portal's site with the extension: browser, program, windows for PINs,
card."""

import math
import os
import pathlib

from extension import BROWSERS
from listed_site import resolve
from pin_window import type_pin
from portal import SITE, SITES, start_portal
from support import JPKI, Card, needs, openssl, script, wait_until

# What the command pinentry is here.
PINENTRY = "pinentry-gtk-2"
PINENTRY_TITLE = "^JPKI$"
# What the portal's page is at first.
READY = "ready"
# Bytes that are read at once.
BLOCK = 256


class Login:
    """A browser with the extension, set up by `jpki`, that shows the portal's site."""

    def __init__(self, name, sandbox, screen, folder, certificates, **options):
        needs(PINENTRY, "tesseract")
        self.sandbox, self.screen, self.certificates = sandbox, screen, certificates
        resolve(sandbox, folder / "hosts", SITES)
        self.portal = start_portal(sandbox, certificates)
        # the command pinentry is what the system's administrator has chosen; its starts are counted
        self.started = folder / "windows"
        self.started.touch()
        script(folder / "bin" / "pinentry",
               f'echo >>"{self.started}"\nexec /usr/bin/{PINENTRY} "$@"')
        self.browser = BROWSERS[name](
            sandbox, screen, folder / name, self.portal.certificate,
            env={"PATH": f"{folder}/bin:{os.environ['PATH']}"}, **options)
        self.card = Card(sandbox)

    def jpki(self, *words, status=0):
        return self.sandbox.run(JPKI, *words, env=self.browser.environment(), status=status)

    def start(self):
        """To the site, which serves no Linux: a setting of the extension helps."""
        self.jpki("setup", "portal")
        self.browser.start()
        self.set_platform()
        self.browser.open(SITE)
        # this page has been told too late, the next one knows
        wait_until(lambda: self.browser.run(
            "return localStorage.getItem('jpki-portal-platform');") == "windows")
        self.browser.open(SITE)
        self.wait_state(READY)
        self.card.mark()

    def set_platform(self):
        self.browser.open_extension("options.html")
        wait_until(lambda: self.browser.element("platform", "disabled") is False)
        self.browser.click("platform")
        wait_until(lambda: self.browser.element("platform", "checked"))

    def reads(self, name):
        """Exchanges to read a certificate of the card."""
        size = len(openssl("x509", "-in", self.certificates / f"{name}.pem", "-outform", "DER"))
        return math.ceil(size / BLOCK)

    # --- the page ----------------------------------------------------------------------------

    def state(self):
        return self.browser.run("return document.body?.dataset.state ?? null;")

    def wait_state(self, *states):
        wait_until(lambda: self.state() in states, 60)

    def press(self, button):
        """Of the portal's page; what comes of it may have come already."""
        self.browser.click(button)
        wait_until(lambda: self.state() != READY)

    def close_tab(self):
        """The page's, while there is another one."""
        page = self.browser.tab()
        self.browser.open_tab("about:blank")
        self.browser.switch(page)
        self.browser.close_tab()

    def judged(self):
        """What the server has said to the answer that came last."""
        last = self.portal.answers()[-1]
        return last["mode"], last["outcome"], last.get("message")

    # --- the windows --------------------------------------------------------------------------

    def pin_window(self, *texts):
        """The next window that asks for a PIN; the display may give it the number of one that has
        gone."""
        window = self.screen.wait_for(PINENTRY_TITLE)
        for text in texts:
            self.screen.wait_text(text, window)
        return window

    def give(self, pin, *texts):
        """The PIN, into the window that says this."""
        window = self.pin_window(*texts)
        type_pin(self.screen, window, pin)

    def assert_windows(self, count):
        """So many have ever asked for a PIN, and none does now."""
        assert len(self.started.read_text()) == count
        assert self.screen.windows(PINENTRY_TITLE) == []

    # --- the processes ------------------------------------------------------------------------

    def programs(self):
        """The processes that ask for PINs and talk to the card, and whatever they have started."""
        home = f"HOME={self.browser.home}".encode()
        return [folder.name for folder in pathlib.Path("/proc").glob("[0-9]*")
                if name_of(folder) in ("jpki-portal-host", "jpki-guard", PINENTRY)
                and home in environment_of(folder)]


def name_of(process):
    try:
        return (process / "exe").readlink().name
    except OSError:
        return None


def environment_of(process):
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []
