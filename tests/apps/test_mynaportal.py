# SPDX-License-Identifier: BSD-2-Clause
"""All of the way from a page to the card: real Firefox and Chromium with the extension, set up by
`jpki`, the program, a real pinentry, the service, the virtual card; the portal's server judges what
comes back. In each test the tries of all PINs are looked at."""

import pytest

from extension import BROWSERS
from listed_site import UNLISTED
from portal_login import READY, Login, Visit
from portal import SITE
from pin_window import type_pin
from support import SLOWNESS, wait_until

pytestmark = pytest.mark.timeout(600 * SLOWNESS)

PINS = {"authentication": (3, "0018"), "signature": (5, "001B"), "input-aid": (3, "0011")}
ORIGIN = "https://myna.go.jp"
QUESTION = '{mode: "01", service_id: "01", digest: btoa("x".repeat(32))}'
BLOCKED = [("log-in", "authentication"), ("sign", "signature"), ("attributes", "input-aid")]
# What a page may ask in vain, and the word that it hears.
REFUSED = [
    ('{mode: "01", service_id: "01", pin: "1234", digest: btoa("x".repeat(32))}', "refused-pin"),
    ('{mode: "02", service_id: "01", digest: Array(60000).fill(btoa("x".repeat(9)))}',
     "refused-digest"),
    ('{mode: "02", service_id: "01", digest: Array(101).fill(btoa("x".repeat(32)))}',
     "refused-digest"),
    ('{mode: "01", service_id: "01", digest: btoa("x".repeat(20))}', "refused-digest"),
    ('{mode: "01", service_id: "01", digest: btoa("x".repeat(245))}', "refused-digest"),
    ('{mode: "03"}', "not-understood"),
    ('{mode: "check"}', "not-understood"),
]
# Microseconds for an exchange with a slow card.
SLOW = 400000
# Long enough for no other file to have it.
PASSWORD = "QZ7XW4VK9TJ2"
# A login takes so many exchanges, beside those that read the certificate.
MOST = 12


@pytest.fixture(params=[*BROWSERS])
def logins(request, sandboxes, screens, certificates, tmp_path):
    """Makes a login in a sandbox with these options."""
    def make(*sandbox_options, **options):
        login = Login(request.param, sandboxes(*sandbox_options), screens(), tmp_path, certificates,
                      **options)
        login.start()
        return login

    return make


@pytest.fixture
def login(logins):
    return logins()


@pytest.fixture(params=[*BROWSERS])
def visits(request, sandboxes, screens, certificates, tmp_path):
    """Makes one with sites of any name."""
    def make():
        visit = Visit(request.param, sandboxes(), screens(), tmp_path, certificates)
        visit.start()
        return visit

    return make


def assert_tried(login, **tried):
    """These PINs were sent, with these answers, to the application that they are of, and no other;
    nothing is open any more."""
    seen = [(entry.application, entry.ef, entry.sw) for entry in login.card.verifies()]
    wanted = [("input-aid" if pin == "input_aid" else "jpki", PINS[pin.replace("_", "-")][1], sw)
              for pin, answers in tried.items() for sw in answers]
    assert seen == wanted
    assert login.card.verified() == []
    for pin, (most, _) in PINS.items():
        answers = tried.get(pin.replace("-", "_"), [])
        wrong = answers and answers[-1].startswith("63C") and int(answers[-1][3])
        assert login.card.tries(pin) == (most if not answers or answers[-1] == "9000" else wrong)


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
    assert_tried(login, authentication=["9000"])
    login.assert_windows(1)
    wait_until(lambda: login.programs() == [])


def test_sign_three_documents(login):
    """With one password, which is kept nowhere, nor what names the person."""
    login.card("pin", "set", "signature", PASSWORD)
    login.press("sign")
    login.give(PASSWORD.lower(), f"{ORIGIN}.*3 documents", "Tries left: 5 of 5")
    login.wait_state("02")
    assert login.judged() == ("02", "right", None)
    assert_tried(login, signature=["9000"])
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
    assert_tried(login, input_aid=["9000"])
    login.assert_windows(1)
    login.browser.quit()
    assert_nothing_kept(login, has["name"], has["name"].encode().hex(), has["address"],
                        has["address"].encode().hex(), has["manufacture-number"])


# --- what goes wrong ------------------------------------------------------------------------------


def test_cancel(login):
    """It is an answer, and nobody is told what he has done himself."""
    login.press("log-in")
    window = login.pin_window("Tries left: 3 of 3")
    login.screen.dismiss(window, "Escape")
    login.wait_state("declined")
    assert login.judged() == ("01", "declined", "cancelled")
    assert_tried(login)
    login.assert_windows(1)
    assert len(login.browser.tabs()) == 1


def test_a_wrong_pin(login):
    """What cannot be right is not sent; what is wrong costs a try, and a person answers again."""
    login.press("log-in")
    login.give("12", "Tries left: 3 of 3")
    login.give("9999", "No try was spent", "Tries left: 3 of 3")
    login.give("1234", "cost a try", "Tries left: 2 of 3")
    login.wait_state("01")
    assert_tried(login, authentication=["63C2", "9000"])
    login.assert_windows(3)


def test_the_pin_of_another_application(login):
    """The PIN for logging in is not that of the attributes: it costs one of their tries alone."""
    login.press("attributes")
    login.give("1234", "Tries left: 3 of 3")
    window = login.pin_window("Tries left: 2 of 3")
    login.screen.dismiss(window, "Escape")
    login.wait_state("declined")
    assert_tried(login, input_aid=["63C2"])
    login.assert_windows(2)


def test_blocked_pins(login):
    """Nobody is asked for one; a window of the extension tells what to do."""
    for button, pin in BLOCKED:
        login.card.set_tries(pin, 0)
        login.browser.open(SITE)
        login.wait_state(READY)
        login.press(button)
        login.wait_state("declined")
        assert login.judged()[1:] == ("declined", "pin-blocked")
        assert login.card.verifies() == [] and login.card.tries(pin) == 0
    login.assert_windows(0)
    wait_until(lambda: len(login.browser.tabs()) == 2)


def test_the_last_try_is_told(login):
    login.card.set_tries("authentication", 1)
    login.press("log-in")
    login.give("9999", "ONLY ONE TRY IS LEFT")
    login.wait_state("declined")
    assert login.judged() == ("01", "declined", "pin-blocked")
    assert login.card.answers() == ["63C0"]
    login.assert_windows(1)


def test_no_card(login):
    login.card.eject()
    login.press("log-in")
    login.wait_state("declined")
    assert login.judged() == ("01", "declined", "no-card")
    assert_tried(login)
    login.assert_windows(0)


def test_the_card_is_pulled_while_the_window_asks(login):
    login.press("log-in")
    window = login.pin_window("Tries left: 3 of 3")
    login.card.eject()
    type_pin(login.screen, window, "1234")
    login.wait_state("declined")
    assert login.judged()[2] in ("no-card", "card-removed")
    login.card.insert()
    assert_tried(login)
    login.assert_windows(1)


def test_the_card_is_pulled_at_the_second_signature(login):
    """There is no part of an answer."""
    login.press("sign")
    window = login.pin_window("Tries left: 5 of 5")
    login.card.fault("eject", "sign+1")
    type_pin(login.screen, window, "ABC123")
    login.wait_state("declined")
    assert login.judged()[2] in ("no-card", "card-removed")
    assert len(login.card.events("sign")) == 1
    wait_until(lambda: not login.card.seen())
    login.card.insert()
    assert_tried(login, signature=["9000"])


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
    """As soon as the PIN is verified. Half a second after what the card was doing then nothing is
    open; without that, it would be for as long as all that comes before the first signature."""
    login.press("sign")
    window = login.pin_window("Tries left")
    login.card("delay", "exchange", str(SLOW))
    type_pin(login.screen, window, "ABC123")
    wait_until(login.card.verified)
    login.browser.kill()
    wait_until(lambda: login.card.verified() == [], SLOW / 1e6 + 0.5)
    assert login.card.events("sign") == []
    wait_until(lambda: login.programs() == [])
    assert [entry.sw for entry in login.card.verifies()] == ["9000"]


# --- others who ask -------------------------------------------------------------------------------


def test_two_tabs_at_once(login):
    """One window at a time: the second page hears that, and the first goes on."""
    login.press("log-in")
    window = login.pin_window("Tries left: 3 of 3")
    first = login.browser.tab()
    login.browser.open_tab(SITE)
    login.wait_state(READY)
    login.browser.click("sign")
    login.wait_state("declined")
    assert login.judged() == ("02", "declined", "busy")
    login.browser.switch(first)
    type_pin(login.screen, window, "1234")
    login.wait_state("01")
    assert_tried(login, authentication=["9000"])
    login.assert_windows(1)


def test_a_page_asks_for_what_is_refused(login):
    """No window, no card."""
    for message, word in REFUSED:
        login.ask(message)
        answer = login.told()
        assert (answer["result"], answer["message"]) == ("1", word), message
    assert_tried(login)
    login.assert_windows(0)
    assert login.card.events("sign") == []


def test_a_page_says_that_it_is_another(login):
    """The window names the site that the browser names."""
    login.ask('{mode: "01", service_id: "01", origin: "https://login.e-tax.nta.go.jp", '
              'digest: btoa("x".repeat(32))}')
    window = login.pin_window(ORIGIN)
    assert "e-tax" not in login.screen.text(window)
    login.screen.dismiss(window, "Escape")
    assert login.told()["message"] == "cancelled"
    assert_tried(login)




def test_a_page_that_is_not_on_the_list(visits):
    """It has neither inputs nor an answer; nor has a page of a listed site within it."""
    visit = visits()
    for url in (*(f"https://{name}/index.html" for name in UNLISTED),
                "http://myna.go.jp/index.html"):
        visit.browser.open(url)
        assert visit.browser.run("return document.querySelectorAll('body > input').length;") == 0
        visit.ask(QUESTION)
    visit.browser.open("https://example.jp/frame.html")
    visit.ask_in_frame(QUESTION)
    visit.browser.open("https://myna.go.jp/index.html")
    visit.ask(QUESTION)
    visit.screen.dismiss(visit.pin_window(ORIGIN), "Escape")
    assert visit.told()["message"] == "cancelled"
    visit.assert_windows(1)
    assert_tried(visit)


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
