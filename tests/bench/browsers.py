# SPDX-License-Identifier: BSD-2-Clause
"""The browsers' rows: a login with TLS 1.3 in a real window. Only what the card sees is counted:
the time is that of the program which types."""

import contextlib
from typing import NamedTuple

from measure import Figures
from place import CONTACTLESS, OURS, THEIRS, Place
from screen import Screen
from support import Card, wait_until
from test_browsers import Chromium, Firefox

PROTOCOL = "TLSv1.3"
UNTRIED = "no TLS 1.3, and with TLS 1.2 two PINs are asked for"


class BrowserRow(NamedTuple):
    """A browser, and the module registered in it (None: what `jpki setup` registers)."""

    title: str
    browser: type
    module: str = None
    quick: bool = False


BROWSERS = {
    "firefox": BrowserRow(
        "log in with Firefox, TLS 1.3, module of the authentication token (nearly exact)", Firefox),
    "firefox-both": BrowserRow(
        "the same with the module of both tokens (nearly exact)", Firefox, "jpki-pkcs11"),
    "chromium": BrowserRow(
        "log in with Chromium, TLS 1.3, module of the authentication token (nearly exact)",
        Chromium),
}


def log_in(browser, place):
    """Start it, log in and quit; what the card saw until the page was there."""
    place.control("ledger", "mark")
    browser.start(PROTOCOL)
    browser.enter_pin()
    browser.assert_logged_in(PROTOCOL)
    total = place.total()
    browser.quit()
    return total


def browse(row, folder, card):
    """Cold, and then warm: the same profile and folders, on another screen."""
    figures = Figures()
    figures.untried[THEIRS.name] = UNTRIED
    with contextlib.ExitStack() as stack:
        place = Place(folder, card)
        stack.callback(place.stop)
        place.delay(CONTACTLESS)
        browser = None
        for mode in ("cold", "warm"):
            screen = Screen(folder / f"screen-{mode}")
            stack.callback(screen.stop)
            if browser is None:
                browser = row.browser(place.sandbox, screen, folder / "home", place.certificates,
                                      module=row.module)
                place.reinsert()
                wait_until(Card(place.sandbox).seen)
            browser.screen, browser.prompts = screen, []
            exchanges, size = log_in(browser, place)
            figures.add(OURS, mode, exchanges=exchanges, bytes=size)
    return figures
