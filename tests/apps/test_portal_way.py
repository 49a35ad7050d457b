# SPDX-License-Identifier: BSD-2-Clause
"""The whole way: a page that asks as Mynaportal does, the extension, the program, its window for the
PIN, the card, and a server that looks at what came back."""

import re

import pytest

from extension import BROWSERS
from listed_site import resolve
from portal import (ASKING, DECLINED, LOGGED_IN, NO_PLATFORM, READ, READY, SIGNED, SITE, SITES,
                    start_portal)
from screen import CURSOR, difference, until_seen
from support import AUTH, BUILD, PIN, SIGN, SLOWNESS, Card, needs, wait_until

pytestmark = pytest.mark.timeout(400 * SLOWNESS)

HOST = BUILD / "tools/mynaportal/host/jpki-portal-host"
LOG_IN, SIGNING, ATTRIBUTES = "log-in", "sign", "attributes"
# What the window says of each, where the PIN is that it wants (application and EF), and the PIN.
ASKED = {
    LOG_IN: ("https://myna.go.jp asks you to log in", ("jpki", "0018"), PIN[AUTH], 3),
    SIGNING: ("https://myna.go.jp asks for your signature under 3 documents", ("jpki", "001B"),
              PIN[SIGN].lower(), 5),
    ATTRIBUTES: ("https://myna.go.jp asks for your name, address", ("input-aid", "0011"), "5678", 3),
}
# What the page has of the card, by the card's own names for it.
NAMES = {"name": "name", "address": "address", "birthday": "birth-date", "sex": "sex"}


class Way:
    """A browser at the portal's site, with the platform setting on."""

    def __init__(self, sandbox, portal, browser):
        self.portal, self.browser, self.screen = portal, browser, browser.screen
        self.card = Card(sandbox)

    def title(self):
        return self.browser.run("return document.title;")

    def wait_title(self, beginning):
        wait_until(lambda: self.title().startswith(beginning), 60)

    def turn_platform_on(self):
        self.browser.open_extension("options.html")
        wait_until(lambda: self.browser.element("platform", "checked") is False)
        self.browser.click("platform")
        self.browser.open_extension("options.html")
        wait_until(lambda: self.browser.element("platform", "checked"))

    def press(self, what):
        """Of the portal's buttons one; the window that asks for the PIN then."""
        self.browser.click(what)
        self.wait_title(ASKING)
        return self.window(*ASKED[what][:1], f"Tries left: {ASKED[what][3]} of {ASKED[what][3]}")

    def window(self, *texts):
        """The only one, which says this."""
        window = self.screen.wait_for("^JPKI$")
        said = self.screen.wait_text(".*".join(map(re.escape, texts)), window)
        assert len(self.screen.windows("^JPKI$")) == 1, said
        return window

    def type(self, window, pin):
        before = self.screen.still(window)
        until_seen(lambda: self.screen.write(window, pin[0]),
                   lambda: difference(before, self.screen.pixels(window)) > CURSOR)
        self.screen.write(window, pin[1:])
        self.screen.key(window, "Return")
        self.screen.wait_closed(window)

    def outcomes(self):
        return [line["outcome"] for line in self.portal.answers()]


@pytest.fixture(params=[*BROWSERS])
def way(request, sandbox, certificates, extended, tmp_path):
    needs("nginx", "tesseract", "pinentry")
    portal = start_portal(sandbox, certificates)
    portal.sandbox, portal.authority = sandbox, portal.certificate
    resolve(sandbox, tmp_path / "hosts", SITES)
    browser = extended(request.param, portal)
    browser.register(HOST)
    browser.start()
    made = Way(sandbox, portal, browser)
    browser.open(SITE)
    made.wait_title(NO_PLATFORM)
    made.turn_platform_on()
    for _ in range(2):  # the first time the site gets the note of it
        browser.open(SITE)
    made.wait_title(READY)
    return made


def test_one_window_and_one_verify_each(way):
    """The server finds each answer right, and the card is locked afterwards."""
    for what, title in ((LOG_IN, LOGGED_IN), (SIGNING, SIGNED), (ATTRIBUTES, READ)):
        way.card.mark()
        way.type(way.press(what), ASKED[what][2])
        way.wait_title(title)
        assert [((entry.application, entry.ef), entry.sw) for entry in way.card.verifies()] == [
            (ASKED[what][1], "9000")]
        wait_until(lambda: way.card.verified() == [])
        assert way.screen.windows("^JPKI$") == []
        if what != ATTRIBUTES:
            assert re.fullmatch("[0-9a-f]{64}", way.browser.element("fact-combination_code"))
    attributes = way.card.attributes()
    assert {name: way.browser.element(f"fact-{name}") for name in NAMES} == {
        name: attributes[NAMES[name]] for name in NAMES}
    assert way.outcomes() == ["asked", "right"] * 3


def test_cancel_and_a_wrong_pin(way):
    """Cancel costs nothing. A wrong PIN costs one try, which the next window says."""
    way.card.mark()
    way.screen.dismiss(way.press(SIGNING), "Escape")
    way.wait_title(DECLINED)
    assert way.card.verifies() == []
    way.type(way.press(LOG_IN), "4321")
    again = way.window("That has cost a try", "Tries left: 2 of 3")
    assert [(entry.ef, entry.sw) for entry in way.card.verifies()] == [("0018", "63C2")]
    way.type(again, PIN[AUTH])
    way.wait_title(LOGGED_IN)
    assert [entry.sw for entry in way.card.verifies()] == ["63C2", "9000"]
    assert way.outcomes() == ["asked", "declined", "asked", "right"]
    assert way.portal.answers()[1]["message"] == "cancelled"
