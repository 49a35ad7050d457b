# SPDX-License-Identifier: BSD-2-Clause
"""Another program has a transaction with the card and does not let go of it: nobody who uses the
module waits for that without end, and the card is locked in the end.

Who comes back while it is held has not waited for its end; and who has given up a wait for it has left
a thread that goes on, so that none more means no wait."""

import contextlib

import pytest

from caller import DEVICE_ERROR, FUNCTION_FAILED, NOT_LOGGED_IN, OK, TOKEN_PRESENT, Caller
from neighbour import LEAVE
from support import AUTH, PIN, wait_until
from test_ending import Ending, guards
from test_way import LONG, Way

PUBLIC, USER = 0, 1
# Of another thread, with pauses between them: fewer than there are while somebody waits in vain for the
# card. A machine that stands still counts none.
TURNS = 500


@pytest.fixture
def caller(sandbox):
    with Caller(sandbox) as made:
        yield made


@pytest.fixture
def session(caller):
    return caller.get("C_OpenSession", caller.get("C_GetSlotList", True)[0])


@contextlib.contextmanager
def held(holder):
    """It has a transaction; whatever it is for."""
    assert holder.ask("begin") == "0"
    try:
        yield
    finally:
        assert holder.ask("end", LEAVE) == "0"


@pytest.mark.parametrize("logs_in", [True, False], ids=["logged in", "not logged in"])
def test_a_look_waits_for_nobody(holder, caller, session, logs_in):
    if logs_in:
        caller.get("C_Login", session, PIN[AUTH])
    state = USER if logs_in else PUBLIC
    wait_until(lambda: caller.get("threads") == 0)
    with held(holder):
        for _ in range(5):
            assert caller.get("C_GetSessionInfo", session) == state
            caller.get("C_GetSlotInfo", 0)
        assert caller.get("threads") == 0
    assert caller.get("C_GetSessionInfo", session) == state


def test_a_look_waits_for_nobody_while_a_login_does(holder, caller, session):
    wait_until(lambda: caller.get("threads") == 0)
    with held(holder):
        login = caller.start("C_Login", session, PIN[AUTH])
        wait_until(lambda: caller.get("threads") == 1)
        for _ in range(5):
            caller.get("C_GetSlotInfo", 0)
        assert caller.get("threads") == 1
    assert caller.answer(login)[0].rv == OK


def test_who_knows_nothing_of_the_card_waits_once(holder, caller):
    """Others may take turns with it; but if one holds it, a look does not wait each time."""
    with held(holder):
        assert not caller.get("C_GetSlotInfo", 0)[1] & TOKEN_PRESENT
        turns = caller.start("threads", times=TURNS)
        assert caller.answer(caller.start("C_GetSlotInfo", 0, times=3))
        assert not caller.has_answered(turns)
    wait_until(lambda: caller.get("C_GetSlotInfo", 0)[1] & TOKEN_PRESENT)


def gives_up(caller, call, *arguments):
    assert caller(call, *arguments).rv in (DEVICE_ERROR, FUNCTION_FAILED)


def test_a_login_gives_up_and_may_come_again(card, holder, caller, session):
    card.mark()
    with held(holder):
        gives_up(caller, "C_Login", session, PIN[AUTH])
        assert caller("C_GetSessionInfo", session).given == PUBLIC
    caller.get("C_Login", session, PIN[AUTH])
    assert [entry.sw for entry in card.verifies()] == ["9000"]
    assert holder.signs_without_a_pin("authentication")  # it is at the same card


def test_a_signature_gives_up_and_may_come_again(card, holder, caller, session):
    caller.get("C_Login", session, PIN[AUTH])
    caller.get("C_SignInit", session, caller.get("find_key", session))
    with held(holder):
        gives_up(caller, "C_Sign", session)
    assert caller("C_Logout", session).rv in (OK, NOT_LOGGED_IN)
    wait_until(lambda: card.verified() == [])
    caller.get("C_Login", session, PIN[AUTH])
    caller.get("C_SignInit", session, caller.get("find_key", session))
    caller.get("C_Sign", session)


@pytest.mark.parametrize(
    "way", ["C_Logout", "C_CloseSession", "C_Finalize", "return", "exit", "dlclose"])
def test_an_end_does_not_wait_and_the_card_is_locked_afterwards(
        sandbox, card, holder, tmp_path, way):
    """Not as long as a login would: another program, with less patience than that, waits still."""
    with Ending(sandbox, way, AUTH) as ending:
        with Way(sandbox, tmp_path) as other, held(holder):
            other.start("open", LONG)
            assert ending.go() == 0
            assert not other.has_answered()
            assert card.verified() == ["authentication"]  # nobody can help it yet
        wait_until(lambda: card.verified() == [])
        assert not holder.signs_without_a_pin("authentication")
    wait_until(lambda: guards(sandbox) == 0)


def tell_guard_to_end(sandbox):
    assert guards(sandbox) == 1
    sandbox.run("sh", "-c", "kill $(pidof jpki-guard)")


def test_a_guard_that_tries_can_be_told_to_end(sandbox, holder):
    with Ending(sandbox, "SIGKILL", AUTH) as ending, held(holder):
        ending.go()
        tell_guard_to_end(sandbox)
        wait_until(lambda: guards(sandbox) == 0)


def test_a_guard_that_waits_is_told_to_end(sandbox, card, holder, caller, session):
    """The program goes on meanwhile. It may not be the only one that is logged in, and locks the card
    itself: the guard stays until it has."""
    caller.get("C_Login", session, PIN[AUTH])
    wait_until(lambda: caller.get("threads") == 0)
    with held(holder):
        tell_guard_to_end(sandbox)
        assert caller.get("C_GetSessionInfo", session) == USER
        assert caller.get("threads") == 0
    assert caller("C_Logout", session).rv == OK
    wait_until(lambda: card.verified() == [] and guards(sandbox) == 0)
