# SPDX-License-Identifier: BSD-2-Clause
"""The holder's attributes through libjpki, over the service: what it costs, and what stays open."""

import re

import pytest

from neighbour import OTHERS, Neighbour, select
from own import Own
from support import AUTH, BUILD, PIN, wait_until

OK, NO_CARD, LOGGED_IN, NOT_FOUND, DATA = 0, -12, -7, -31, -37
PIN_WRONG, PIN_BLOCKED, PIN_LENGTH, PIN_REFUSED = -33, -34, -50, -52
KEPT, SPENT = 0, 1
NOTHING = ["", "", "", ""]
RIGHT, WRONG = "5678", "8765"
COUNTERS = ("authentication", "signature", "input-aid")
# How long the card thinks about a PIN, in microseconds.
THINKING = 700_000


@pytest.fixture
def own(sandbox):
    with Own(sandbox, BUILD / "src" / "libjpki.so.0") as made:
        assert made("start") == OK
        yield made


@pytest.fixture
def there(own):
    """The number of the card that is in."""
    return own("card")[2]


def counters(card):
    return [card.tries(name) for name in COUNTERS]


def texts(card):
    told = card.attributes()
    return [told[name] for name in ("name", "address", "birth-date", "sex")]


def wait_for(folder, *events):
    """Until the card's ledger has them, one after another, beside others: its control socket would
    wait until it has answered a command."""
    row = "(.*\n)*".join(rf"\d+ {event}\b.*\n" for event in events)
    wait_until(lambda: re.search(row, (folder / "state0" / "ledger").read_text()))


def test_they_are_read_once_and_the_card_is_locked(own, card, there):
    card.mark()
    assert own("attributes", there, RIGHT) == [OK, KEPT, texts(card)]
    assert [(entry.application, entry.ef, entry.sw) for entry in card.verifies()] == \
        [("input-aid", "0011", "9000")]
    assert card.events("power-off") and card.verified() == []
    assert counters(card) == [3, 5, 3]


def test_a_wrong_pin_costs_a_try_of_its_own(own, card, there):
    assert own("attributes_tries", there) == [OK, 3, 3]
    assert own("attributes", there, WRONG) == [PIN_WRONG, SPENT, NOTHING]
    assert own("attributes", there, WRONG) == [PIN_REFUSED, KEPT, NOTHING]
    assert own("attributes", there, "56") == [PIN_LENGTH, KEPT, NOTHING]
    assert own("attributes_tries", there) == [OK, 2, 3]
    assert counters(card) == [3, 5, 2] and card.verified() == []
    assert len(card.verifies()) == 1
    # that the other PIN is another one
    assert own("login", there, "1234") == [OK, KEPT]


def test_a_blocked_pin_is_not_tried(own, card, there):
    card.set_tries("input-aid", 1)
    assert own("attributes", there, WRONG) == [PIN_BLOCKED, SPENT, NOTHING]
    card.mark()
    assert own("attributes", there, RIGHT) == [PIN_BLOCKED, KEPT, NOTHING]
    assert own("attributes_tries", there) == [OK, 0, 3]
    assert card.verifies() == [] and counters(card) == [3, 5, 0]
    assert own("login", there, "1234") == [OK, KEPT]


@pytest.mark.parametrize("pin, left", [(RIGHT, 3), (WRONG, 2)])
def test_a_card_that_is_pulled_as_it_gets_the_pin(own, card, tmp_path, there, pin, left):
    card("delay", "pin", str(THINKING))
    own("attributes_in_a_thread", there, pin)
    wait_for(tmp_path, "verify")
    card.eject()
    card("delay", "pin", "0")
    card.insert()
    assert own("attributes", there, pin) == [NO_CARD, KEPT, NOTHING]
    assert card.verified() == [] and counters(card) == [3, 5, left]
    again = own("card")[2]
    assert own("attributes", again, RIGHT) == [OK, KEPT, texts(card)]


@pytest.mark.parametrize("nth", [1, 2])
def test_a_card_that_is_pulled_while_it_is_read(own, card, there, nth):
    card("quirk", "set", "attributes", "large")
    card.fault("eject", f"verify+{nth}")
    assert own("attributes", there, RIGHT) == [NO_CARD, KEPT, NOTHING]
    assert counters(card) == [3, 5, 3]
    card.insert()
    assert card.verified() == []


def test_a_program_that_is_logged_in_sees_itself_logged_out(own, sandbox, card, there):
    with Own(sandbox, BUILD / "src" / "libjpki.so.0") as other:
        assert other("start") == OK
        other_there = other("card")[2]
        assert other("login", other_there, "1234") == [OK, KEPT]
        assert own("attributes", there, RIGHT) == [OK, KEPT, texts(card)]
        assert card.verified() == []
        assert other("sign", other_there) != OK
        assert other("login", other_there, "1234") == [OK, KEPT]
        # while what needs no PIN leaves it alone
        assert own("attributes_tries", there) == [OK, 3, 3]
        assert own("number", there) == [OK, card.attributes()["manufacture-number"]]
        assert other("sign", other_there) == OK
    assert counters(card) == [3, 5, 3]


def test_a_login_of_ones_own_ends(own, card, there):
    assert own("login", there, "1234") == [OK, KEPT]
    assert own("attributes_tries", there)[0] == LOGGED_IN
    assert own("number", there)[0] == LOGGED_IN
    assert own("sign", there) == OK
    assert own("attributes", there, RIGHT) == [OK, KEPT, texts(card)]
    assert own("sign", there) != OK
    assert card.verified() == []


@pytest.mark.parametrize("pin, left", [(RIGHT, 3), (WRONG, 2)])
def test_a_program_that_is_killed_as_the_card_gets_the_pin(own, card, tmp_path, there, pin, left):
    card("delay", "pin", str(THINKING))
    card.mark()
    own("attributes_in_a_thread", there, pin)
    wait_for(tmp_path, "verify")
    own.kill()
    wait_for(tmp_path, "verify", "power-off")
    assert card.verified() == []
    events = [entry.event for entry in card.entries()]
    assert {"verify", "select", "select-other"}.isdisjoint(events[events.index("verify") + 1:]), events
    assert [(entry.application, entry.ef) for entry in card.verifies()] == [("input-aid", "0011")]
    assert counters(card) == [3, 5, left]


def test_another_application_in_between(own, sandbox, card, there):
    """Whatever another program has selected, each PIN goes where it belongs."""
    with Neighbour(sandbox) as neighbour:
        neighbour.connect()
        for application in OTHERS.values():
            assert neighbour.send(select(application)) == "9000"
            assert own("attributes", there, RIGHT)[0] == OK
            assert neighbour.send(select(application)) == "9000"
            assert own("login", there, PIN[AUTH]) == [OK, KEPT]
            assert own("logout", there) == OK
    assert {entry.application for entry in card.verifies()} == {"input-aid", "jpki"}
    assert {entry.sw for entry in card.verifies()} == {"9000"}
    assert counters(card) == [3, 5, 3]


@pytest.mark.parametrize("kind, answer", [("absent", NOT_FOUND), ("garbled", DATA), ("empty", DATA)])
def test_a_card_that_has_them_not_or_not_so(own, card, there, kind, answer):
    card("quirk", "set", "attributes", kind)
    assert own("attributes", there, RIGHT) == [answer, KEPT, NOTHING]
    assert card.verified() == [] and counters(card) == [3, 5, 3]
    assert len(card.verifies()) == (0 if kind == "absent" else 1)


def test_nothing_of_them_is_in_the_log(sandbox, card, tmp_path):
    log = tmp_path / "log"
    with Own(sandbox, BUILD / "src" / "libjpki.so.0", JPKI_LOG="trace", JPKI_LOG_FILE=log) as own:
        assert own("start") == OK
        there = own("card")[2]
        assert own("attributes", there, RIGHT)[0] == OK
        assert own("number", there)[0] == OK
    said = log.read_text()
    assert "attributes" in said
    spoken = [*texts(card), card.attributes()["manufacture-number"], RIGHT]
    for text in spoken:
        if len(text) < 4:
            continue
        assert text not in said
        assert text.encode().hex(" ").upper() not in said
