# SPDX-License-Identifier: BSD-2-Clause
"""All of the way from a page to the card: real Firefox and Chromium with the extension, set up by
`jpki`, the program, a real pinentry, the service, the virtual card; the portal's server judges what
comes back. In each test the tries of all PINs are looked at. (What each of them refuses, and how it
ends: test_portal_extension, e2e/test_portal_host, test_portal_site.)"""

import pytest

from extension import BROWSERS
from portal_login import READY, Login
from portal import SITE
from pin_window import type_pin
from support import SLOWNESS, wait_until

pytestmark = pytest.mark.timeout(600 * SLOWNESS)

PINS = {"authentication": ("jpki", "0018", 3), "signature": ("jpki", "001B", 5),
        "input-aid": ("input-aid", "0011", 3)}
ORIGIN = "https://myna.go.jp"
# Microseconds for an exchange with a slow card.
SLOW = 1000000
# Long enough for no other file to have it.
PASSWORD = "QZ7XW4VK9TJ2"
# A login takes so many exchanges, beside those that read the certificate.
MOST = 12


@pytest.fixture(params=[*BROWSERS])
def login(request, sandbox, screen, certificates, tmp_path):
    made = Login(request.param, sandbox, screen, tmp_path, certificates)
    made.start()
    return made


def assert_tried(login, pin=None, *answers):
    """This PIN was sent, with these answers, of which the last one is good, to the application that it
    is of, and no other; nothing is open any more."""
    seen = [(entry.application, entry.ef, entry.sw) for entry in login.card.verifies()]
    assert seen == [(*PINS[pin][:2], sw) for sw in answers]
    assert login.card.verified() == []
    assert [login.card.tries(one) for one in PINS] == [most for *_, most in PINS.values()]


def assert_nothing_kept(login, *secrets):
    """No file below the home has one of these texts."""
    wanted = [text.encode() for text in secrets]
    for file in login.browser.home.rglob("*"):
        if file.is_file() and not file.is_symlink():
            data = file.read_bytes()
            assert not [text for text in wanted if text in data], file


# --- what it is for -------------------------------------------------------------------------------


def test_log_in(login, record_property):
    """One window, one PIN. What the page got is right, says the server."""
    login.press("log-in")
    login.give("1234", f"{ORIGIN}.*log in", "Tries left: 3 of 3")
    login.wait_state("01")
    assert login.judged() == ("01", "right", None)
    exchanges = login.card.exchanges()
    record_property(f"exchanges for a login to Mynaportal with {login.browser.name}", exchanges)
    assert exchanges <= MOST + login.reads("authentication"), exchanges
    assert_tried(login, "authentication", "9000")
    login.assert_windows(1)
    wait_until(lambda: login.programs() == [])


def test_sign_three_documents(login):
    """With one password, which is kept nowhere, nor what names the person."""
    login.card("pin", "set", "signature", PASSWORD)
    login.press("sign")
    login.give(PASSWORD.lower(), f"{ORIGIN}.*3 documents", "Tries left: 5 of 5")
    login.wait_state("02")
    assert login.judged() == ("02", "right", None)
    assert_tried(login, "signature", "9000")
    login.assert_windows(1)
    login.browser.quit()
    assert_nothing_kept(login, PASSWORD, PASSWORD.lower(), login.card.attributes()["name"])


def test_give_the_attributes(login):
    """They are seen on the page, and kept nowhere."""
    login.press("attributes")
    login.give("5678", f"{ORIGIN}.*name, address", "Tries left: 3 of 3")
    login.wait_state("04")
    assert login.judged() == ("04", "right", None)
    has = login.card.attributes()
    shown = login.browser.run(
        "return ['name', 'address', 'birthday', 'sex']"
        ".map(name => document.getElementById(`fact-${name}`).textContent);")
    assert shown == [has["name"], has["address"], has["birth-date"], has["sex"]]
    assert_tried(login, "input-aid", "9000")
    login.assert_windows(1)
    login.browser.quit()
    assert_nothing_kept(login, has["name"], has["name"].encode().hex(), has["address"],
                        has["address"].encode().hex(), has["manufacture-number"])


# --- what goes wrong ------------------------------------------------------------------------------


def test_a_wrong_pin(login):
    """What cannot be right is not sent; what is wrong costs a try, and a person answers again."""
    login.press("log-in")
    login.give("12", "Tries left: 3 of 3")
    login.give("9999", "No try was spent", "Tries left: 3 of 3")
    login.give("1234", "cost a try", "Tries left: 2 of 3")
    login.wait_state("01")
    assert_tried(login, "authentication", "63C2", "9000")
    login.assert_windows(3)


@pytest.mark.parametrize("login", ["firefox"], indirect=True)
def test_the_last_try_is_told_and_blocks(login):
    login.card.set_tries("authentication", 1)
    login.press("log-in")
    login.give("9999", "ONLY ONE TRY IS LEFT")
    login.wait_state("declined")
    assert login.judged() == ("01", "declined", "pin-blocked")
    assert login.card.answers() == ["63C0"] and login.card.verified() == []
    login.assert_windows(1)


# --- the browser goes -----------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["kill", "close_tab"])
def test_the_browser_goes_while_the_window_asks(login, end):
    """The window goes with it, and nothing was sent."""
    login.press("log-in")
    window = login.pin_window("Tries left: 3 of 3")
    {"kill": login.browser.kill, "close_tab": login.close_tab}[end]()
    login.screen.wait_closed(window, 10)
    wait_until(lambda: login.programs() == [])
    assert_tried(login)


def test_the_browser_is_killed_while_the_card_is_open(login):
    """As soon as the PIN is verified. All programs are gone while the card stands still, which then signs
    nothing, and is locked."""
    login.press("sign")
    window = login.pin_window("Tries left")
    login.card("delay", "exchange", str(SLOW))
    type_pin(login.screen, window, "ABC123")
    wait_until(login.card.verified)
    login.sandbox.run("pkill", "-STOP", "-x", "jpki-vcard")
    login.browser.kill()
    wait_until(lambda: login.programs() == [])
    login.sandbox.run("pkill", "-CONT", "-x", "jpki-vcard")
    wait_until(lambda: login.card.verified() == [])
    assert login.card.events("sign") == []
    assert [entry.sw for entry in login.card.verifies()] == ["9000"]


# --- setting up -----------------------------------------------------------------------------------


def test_remove_gives_every_byte_back(login):
    """What jpki has made goes, and what the program has kept, with their folders."""
    home = login.browser.home
    login.press("log-in")
    login.give("1234", "Tries left: 3 of 3")
    login.wait_state("01")
    made = [home / ".local/share/jpki/portal-installation",
            home / login.browser.programs_folder / "jpki.portal_host.json"]
    assert all(file.is_file() for file in made)
    login.browser.quit()
    login.jpki("setup", "portal", "--remove")
    assert not any(file.exists() or file.parent.exists() for file in made)
    login.browser.start()
    login.browser.open(SITE)
    login.wait_state(READY)
    login.press("log-in")
    login.wait_state("declined")
    login.assert_windows(1)
