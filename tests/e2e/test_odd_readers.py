# SPDX-License-Identifier: BSD-2-Clause
"""Readers that fail, cards that do not answer, names in other alphabets, beside a good card: what
they are keeps nobody from that one, and costs next to nothing."""

import time

import pytest

from caller import OK, TOKEN_PRESENT, Caller
from neighbour import LEAVE, Neighbour
from odd import OddReader, plug
from support import AUTH, PIN, SLOWNESS, wait_until

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
    """Whether that is in its log."""
    return text in (sandbox.folder / "pcscd.log").read_text(errors="replace")


def slowest(answers):
    return max(one.seconds for one in answers) / SLOWNESS


# --- a reader that fails -----------------------------------------------------------------------

# How long it is watched, in seconds.
WATCHED = 5


def time_of_service(sandbox):
    """The time of the processor that the PC/SC service has taken, in seconds."""
    pid = (sandbox.folder / "service").read_text()
    fields = sandbox.run("cat", f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / int(sandbox.run("getconf", "CLK_TCK"))


def test_who_waits_at_a_reader_that_fails_takes_no_time(sandbox, card, reader, record_property):
    """And is told of what happens at another one."""
    with Caller(sandbox) as caller:
        caller.slot("Odd")
        reader.be("present", "flaky")
        wait_until(lambda: said_by_service(sandbox, "Error communicating to: Odd"))
        before = time_of_service(sandbox)
        assert caller.answer(caller.start("cpu", repeat=WATCHED))  # nobody waits yet
        idle = time_of_service(sandbox) - before
        wait = caller.start("C_WaitForSlotEvent")
        used, before = caller.get("cpu"), time_of_service(sandbox)
        assert caller.answer(wait, WATCHED) is None  # nothing has come or gone
        used, service = caller.get("cpu") - used, time_of_service(sandbox) - before
        record_property("seconds of the processor in 5 s of waiting", used)
        record_property("seconds of the processor, of the service", f"{service} ({idle} before)")
        assert used < 0.2 * SLOWNESS
        assert service < idle + 0.2 * SLOWNESS
        card.eject()
        [told] = caller.answer(wait, 5)
        assert told.rv == OK and told.given in (0, 1)


def test_a_reader_that_failed_is_good_again(sandbox, reader):
    with Caller(sandbox) as caller:
        slot = caller.slot("Odd")
        reader.be("flaky")
        wait_until(lambda: said_by_service(sandbox, "Error communicating to: Odd"))
        wait = caller.start("C_WaitForSlotEvent")
        reader.be("present")
        [told] = caller.answer(wait, 10)
        assert told.rv == OK and told.given // 2 == slot // 2


# --- a card that does not answer -----------------------------------------------------------------

# How long a reader tries to wake it (odd_reader.c), in seconds.
MUTE = 0.4


def insert_mute(sandbox, reader):
    reader.be("present", "mute")
    wait_until(lambda: said_by_service(sandbox, "Error powering up card"))


def become_mute(_, reader):
    """It answered when it came, and does not now that the service has taken its power."""
    reader.be("present")
    wait_until(lambda: reader.count("power-down"))
    reader.be("present", "mute")


# Looks at the good card that may be slow because the machine is busy. If the other card were what
# keeps them, most would be.
BUSY = 3


def looks_felt(sandbox):
    """Since version 2 pcsc-lite lets nobody else ask while somebody looks at such a card, which is
    done after five seconds, and more seldom then."""
    return BUSY + (3 if " 2." in sandbox.run("pcscd", "--version") else 0)


@pytest.mark.parametrize("make_mute", [insert_mute, become_mute])
def test_a_mute_card_keeps_nobody_from_another_card(sandbox, reader, record_property, make_mute):
    make_mute(sandbox, reader)
    before = reader.count("power-up")
    with Caller(sandbox) as caller:
        slot, session = caller.slot("Odd"), logged_in(caller)
        caller.start("C_WaitForSlotEvent")
        mute = caller.start("C_GetSlotInfo", slot, repeat=10)
        good = caller.answer(caller.start("C_GetSessionInfo", session, repeat=10))
        mute = caller.answer(mute)
        ups = reader.count("power-up") - before
        record_property("slowest look at the good card, in s", slowest(good))
        record_property("looks at the mute card, slowest", f"{len(mute)}, {slowest(mute)} s")
        record_property("times that the mute card was powered", ups)
        assert {(one.rv, one.given) for one in good} == {(OK, USER_FUNCTIONS)}
        assert {(one.rv, one.given[1] & TOKEN_PRESENT) for one in mute} == {(OK, 0)}
        slow = [one.seconds for one in good if one.seconds >= MUTE / 2]
        assert len(slow) <= looks_felt(sandbox), slow
        assert ups <= 3


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a good card"])
def test_a_card_that_was_turned_round_is_seen(sandbox, card, reader, beside, record_property):
    """Who has it upside down turns it round, and waits."""
    if not beside:
        card.eject()
    insert_mute(sandbox, reader)
    with Caller(sandbox) as caller:
        slot = caller.slot("Odd")
        assert caller("C_GetTokenInfo", slot).rv != OK
        reader.be()
        wait_until(lambda: said_by_service(sandbox, "Card Removed From Odd"))
        begun = time.monotonic()
        reader.be("present")
        wait_until(lambda: caller("C_GetTokenInfo", slot) and reader.count(SELECT))
        record_property("seen after, in s", time.monotonic() - begun)


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
        [told] = caller.answer(wait, 10)
        assert told.rv == OK and told.given in (0, 1)
