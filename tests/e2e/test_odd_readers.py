# SPDX-License-Identifier: BSD-2-Clause
"""Readers that fail, cards that do not answer, names in other alphabets, beside a good card: what
they are keeps nobody from that one, and costs next to nothing."""

import pytest

from caller import OK, TOKEN_PRESENT, Caller
from neighbour import LEAVE, Neighbour
from odd import OddReader, plug
from support import AUTH, PIN, wait_until

GOOD = "Virtual PCD 00 00"
USER_FUNCTIONS = 1
SELECT = "command 00A404"
GONE = ("80100069", "80100068", "80100009")


@pytest.fixture
def reader(sandbox, card, tmp_path):
    """An odd reader, still empty, beside the virtual ones."""
    made = OddReader(tmp_path, "Odd")
    plug(sandbox, made)
    wait_until(card.seen)
    return made


def logged_in(caller):
    """A session with the good card."""
    session = caller.get("C_OpenSession", caller.slot(GOOD))
    caller.get("C_Login", session, PIN[AUTH])
    return session


def said_by_service(sandbox, text):
    """How often that is in its log."""
    return (sandbox.folder / "pcscd.log").read_text(errors="replace").count(text)


# --- a reader that fails -----------------------------------------------------------------------

FAILS = "Error communicating to: Odd"
# The service looks at it a few times a second. While so many looks fail somebody who waits may wait so
# many times for an answer of the service or for the next moment to ask; who asks again at once does so
# thousands of times. Who asks without any wait takes more of the processor than a part of the time.
LOOKS, WAITS, MUCH = 12, 1000, 4


def test_who_waits_at_a_reader_that_fails_takes_no_time(sandbox, card, reader, record_property):
    """And is told of what happens at another one."""
    with Caller(sandbox) as caller:
        caller.slot("Odd")
        reader.be("present", "flaky")
        wait_until(lambda: said_by_service(sandbox, FAILS))
        wait = caller.start("C_WaitForSlotEvent")
        waits, looks = caller.get("waits"), said_by_service(sandbox, FAILS)
        used, begun = caller.get("times")
        wait_until(lambda: said_by_service(sandbox, FAILS) >= looks + LOOKS)
        waits, (used_then, ended) = caller.get("waits") - waits, caller.get("times")
        assert not caller.has_answered(wait)  # nothing has come or gone
        record_property(f"times that it waited, in {LOOKS} looks of the service", waits)
        assert waits < WAITS
        assert used_then - used < (ended - begun) / MUCH
        card.eject()
        [told] = caller.answer(wait)
        assert told.rv == OK and told.given in (0, 1)


def test_a_reader_that_failed_is_good_again(sandbox, reader):
    with Caller(sandbox) as caller:
        slot = caller.slot("Odd")
        reader.be("flaky")
        wait_until(lambda: said_by_service(sandbox, FAILS))
        wait = caller.start("C_WaitForSlotEvent")
        reader.be("present")
        [told] = caller.answer(wait)
        assert told.rv == OK and told.given // 2 == slot // 2


# --- a card that does not answer -----------------------------------------------------------------

def insert_mute(sandbox, reader):
    reader.be("present", "mute")
    wait_until(lambda: said_by_service(sandbox, "Error powering up card"))


def become_mute(_, reader):
    """It answered when it came, and does not now that the service has taken its power."""
    reader.be("present")
    wait_until(lambda: reader.count("power-down"))
    reader.be("present", "mute")


@pytest.mark.parametrize("make_mute", [insert_mute, become_mute])
def test_a_mute_card_keeps_nobody_from_another_card(sandbox, reader, record_property, make_mute):
    """Only while its reader tries to wake it could it keep somebody, and that is not done at each look:
    there are as many as a browser makes in some minutes."""
    make_mute(sandbox, reader)
    before = reader.count("power-up")
    with Caller(sandbox) as caller:
        slot, session = caller.slot("Odd"), logged_in(caller)
        caller.start("C_WaitForSlotEvent")
        mute = caller.start("C_GetSlotInfo", slot, times=300)
        good = caller.answer(caller.start("C_GetSessionInfo", session, times=300))
        mute = caller.answer(mute)
        ups = reader.count("power-up") - before
        record_property("times that the mute card was powered", ups)
        assert {(one.rv, one.given) for one in good} == {(OK, USER_FUNCTIONS)}
        assert {(one.rv, one.given[1] & TOKEN_PRESENT) for one in mute} == {(OK, 0)}
        assert ups <= 3


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a good card"])
def test_a_card_that_was_turned_round_is_seen(sandbox, card, reader, beside):
    """Who has it upside down turns it round, and waits."""
    if not beside:
        card.eject()
    insert_mute(sandbox, reader)
    with Caller(sandbox) as caller:
        slot = caller.slot("Odd")
        assert caller("C_GetTokenInfo", slot).rv != OK
        reader.be()
        wait_until(lambda: said_by_service(sandbox, "Card Removed From Odd"))
        reader.be("present")
        wait_until(lambda: caller("C_GetTokenInfo", slot) and reader.count(SELECT))


# --- a card of somebody else -----------------------------------------------------------------------


def look_often(caller, slot):
    """As browsers do while a card is there."""
    for _ in range(10):
        assert slot not in caller.get("C_GetSlotList", True)
        assert caller("C_GetTokenInfo", slot).rv != OK
        assert caller.get("C_GetSlotInfo", slot)[1] & TOKEN_PRESENT == 0


@pytest.mark.parametrize("kind", [["present"], ["present", "broken"]], ids=["says no", "fails"])
def test_a_card_of_somebody_else_keeps_its_power(sandbox, reader, kind):
    """Another program may be at work with it; and it is not asked again and again."""
    selects, others = [], []
    with Neighbour(sandbox, "Odd 00 00") as neighbour, Caller(sandbox) as caller:
        slot = caller.slot("Odd")
        for _ in range(2):
            reader.be(*kind)
            wait_until(lambda: neighbour.ask("connect", "shared") == "0")
            before = len(reader.notes())
            look_often(caller, slot)
            notes = reader.notes()[before:]
            selects.append(sum(note.startswith(SELECT) for note in notes))
            others += [note for note in notes if not note.startswith("command")]
            reader.be()
            wait_until(lambda: neighbour.ask("send", "00B0000000") in GONE)
            neighbour.ask("disconnect", LEAVE)
    assert others == []  # its power, before all
    assert 1 <= min(selects) and max(selects) <= 3


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, seen", [
    (b"Lecteur \xe9t\xe9", "Lecteur "),
    (b"Lecteur de cartes \xe0 puce \xe9lectronique du minist\xe8re fran\xe7ais", "Lecteur de cartes "),
    ("読み取り機".encode(), "読み取り機 00 00 ("),
    ("マイナンバーカードを読み取る機械".encode(), "マイナンバー"),
], ids=["Latin-1", "long Latin-1", "UTF-8", "long UTF-8"])
def test_the_name_of_a_reader_is_utf_8(sandbox, tmp_path, name, seen):
    plug(sandbox, OddReader(tmp_path, name))
    with Caller(sandbox) as caller:
        said = [bytes.fromhex(caller.get("C_GetSlotInfo", slot)[0]).decode()
                for slot in caller.get("C_GetSlotList", False)]
    assert sum(description.startswith(seen) for description in said) == 2


def test_all_the_readers_that_the_service_takes(sandbox, card, tmp_path):
    """pcsc-lite has 16 places up to version 2."""
    plug(sandbox, *[OddReader(tmp_path, f"Odd {chr(ord('A') + number)}") for number in range(14)])
    wait_until(card.seen)
    with Caller(sandbox) as caller:
        slots = caller.get("C_GetSlotList", False)
        names = {caller.get("C_GetSlotInfo", slot)[0] for slot in slots}
        assert len(slots) == len(names) == 2 * 16
        wait = caller.start("C_WaitForSlotEvent")
        card.eject()
        [told] = caller.answer(wait)
        assert told.rv == OK and told.given in (0, 1)
