# SPDX-License-Identifier: BSD-2-Clause
"""A string that the card has refused costs one try, however often and by whichever call a program
brings it, for as long as the card stays in and nothing was verified since."""

import shutil
import time
from typing import NamedTuple

import pytest

from pin_program import (AGAIN, AUTHENTICATION, OK, PIN_INCORRECT, SIGNATURE,
                         PinProgram)
from support import AUTH, BUILD, PIN, SIGN, Card, wait_until

pytestmark = pytest.mark.alike


# Half a second after a refusal, and less, the same string is taken for a program that goes on by
# itself; this is more.
PAUSE = 0.6


class Key(NamedTuple):
    role: int
    name: str
    right: str
    wrong: str
    same: str  # the wrong one as an input method or a lower case keyboard gives it
    other: str
    tries: int


KEYS = [Key(AUTHENTICATION, "authentication", PIN[AUTH], "4321", "４３２１", "5678", 3),
        Key(SIGNATURE, "signature", PIN[SIGN], "XYZ987", "xyz987", "QRS654", 5)]
ALL_KEYS = pytest.mark.parametrize("key", KEYS, ids=[key.name for key in KEYS])


@pytest.fixture
def programs(sandbox):
    """Makes programs with the module, which end well."""
    made = []

    def make():
        made.append(PinProgram(sandbox))
        return made[-1]

    yield make
    for program in made:
        program.stop()
    assert [program.process.returncode for program in made] == [0] * len(made)


def give(program, key, call, pin):
    """The code of a call that brings this PIN, for set-pin as the old one."""
    pins = (pin, key.right) if call == "set-pin" else (pin,)
    return program.give(f"here {call} {key.role}", *pins)


def anew(program):
    """As libp11 does for each address: another initialisation, in the same process."""
    program("finalize")
    begin_anew(program)


def tried(card):
    """What the card has said to the PINs that it has seen since the mark."""
    return [entry.sw for entry in card.verifies()]


def assert_spent(card, key, tries):
    assert card.tries(key.name) == key.tries - tries
    assert len([sw for sw in tried(card) if sw != "9000"]) == tries


@ALL_KEYS
@pytest.mark.parametrize("first", ["login", "login-user", "set-pin"])
def test_whichever_call_brings_it(programs, card, key, first):
    """And whichever way it is typed: what comes to the same for the card is the same."""
    program = programs()
    card.mark()
    assert give(program, key, first, key.wrong) == PIN_INCORRECT
    for call in ("set-pin", "set-pin", "login", "set-pin", "login-user", "login"):
        for pin in (key.wrong, key.same):
            assert give(program, key, call, pin) in AGAIN
    assert_spent(card, key, 1)
    assert give(program, key, "set-pin", key.right) == OK
    assert_spent(card, key._replace(tries=key.tries + 1), 1)  # the right one gives it back


@pytest.mark.parametrize("key, pause", [(KEYS[0], PAUSE), (KEYS[1], PAUSE), (KEYS[0], 3)],
                         ids=["authentication", "signature", "after some seconds"])
def test_a_program_that_takes_its_time(programs, card, key, pause):
    """Past half a second it hears that the PIN is incorrect, so that it asks its person."""
    program = programs()
    card.mark()
    assert give(program, key, "login", key.wrong) == PIN_INCORRECT
    for _ in range(2):
        time.sleep(pause)
        assert give(program, key, "login", key.wrong) == PIN_INCORRECT
    assert_spent(card, key, 1)


def test_the_password_of_a_signature(programs, card):
    """The same for the login for one signature, which leaves the signature waiting."""
    program, key = programs(), KEYS[1]
    assert give(program, key, "login", key.right) == OK
    program("sign-init")
    card.mark()
    assert give(program, key, "context", key.wrong) == PIN_INCORRECT
    assert give(program, key, "context", key.wrong) in AGAIN
    assert_spent(card, key, 1)
    assert give(program, key, "context", key.right) == OK
    program("sign")
    assert tried(card) == ["63C4", "9000"]


@pytest.mark.parametrize("call", ["login", "login-user", "set-pin"])
def test_the_password_of_a_signature_then_another_call(programs, card, call):
    program, key = programs(), KEYS[1]
    assert give(program, key, "login", key.right) == OK
    program("sign-init")
    card.mark()
    assert give(program, key, "context", key.wrong) == PIN_INCORRECT
    program.ask(f"logout {key.role}")
    assert give(program, key, call, key.wrong) in AGAIN
    assert_spent(card, key, 1)


@ALL_KEYS
@pytest.mark.parametrize("call", ["login", "set-pin"])
def test_past_the_end_of_an_initialisation(programs, card, key, call):
    program = programs()
    card.mark()
    assert give(program, key, call, key.wrong) == PIN_INCORRECT
    for _ in range(3):
        anew(program)
        assert give(program, key, call, key.wrong) in AGAIN
    assert_spent(card, key, 1)
    anew(program)
    assert give(program, key, "login", key.right) == OK


# --- another copy, another process, another answer --------------------------------------------


def begin_anew(program):
    """As a forked child does with the module, which is not initialised there."""
    for command in ("initialize", "open"):
        program(command)


@ALL_KEYS
def test_modules_in_one_process_know_it_from_each_other(sandbox, card, tmp_path, key):
    """A browser may have two of ours registered, and gives each what its person typed."""
    shutil.copy(BUILD / "src" / "jpki-guard", tmp_path)
    modules = [shutil.copy(sandbox.module, tmp_path / f"module-{n}.so") for n in range(3)]
    program = PinProgram(sandbox, modules=modules)
    card.mark()
    assert give(program, key, "login", key.wrong) == PIN_INCORRECT
    for number in (1, 2):
        program(f"module {number}")
        for call in ("login", "set-pin"):
            assert give(program, key, call, key.wrong) in AGAIN
    assert_spent(card, key, 1)
    assert give(program, key, "login", key.right) == OK
    program.stop()


@ALL_KEYS
def test_workers_know_it_from_each_other(programs, card, key):
    """A server's workers, each of which logs in with the PIN of the settings."""
    program = programs()
    card.mark()
    for _ in range(4):
        program.worker()
        begin_anew(program)
        assert give(program, key, "login", key.wrong) in AGAIN
        program.leave()
    assert give(program, key, "login", key.wrong) in AGAIN
    assert_spent(card, key, 1)
    program.worker()
    begin_anew(program)
    assert give(program, key, "login", key.right) == OK
    program.leave()


def test_a_worker_knows_what_was_refused_before_it_was_there(programs, card):
    program, key = programs(), KEYS[0]
    card.mark()
    assert give(program, key, "login", key.wrong) == PIN_INCORRECT
    program("finalize")
    program.worker()
    program.worker()
    begin_anew(program)
    assert give(program, key, "login", key.wrong) in AGAIN
    program.leave()
    program.leave()
    assert_spent(card, key, 1)


@ALL_KEYS
@pytest.mark.parametrize("fault", ["truncated", "overlong", "sw-after"])
def test_an_answer_that_is_lost_was_one(programs, card, key, fault):
    """The tries tell that the card has refused it."""
    program = programs()
    card.mark()
    for _ in range(3):
        card.fault(fault, "verify")
        assert give(program, key, "login", key.wrong) != OK
        card.clear_faults()
        time.sleep(PAUSE)
    assert card.tries(key.name) == key.tries - 1
    assert give(program, key, "login", key.right) == OK


@ALL_KEYS
def test_a_right_one_whose_answer_is_lost_is_taken(programs, card, key):
    program = programs()
    card.fault("sw-after", "verify")
    assert give(program, key, "login", key.right) not in (OK, PIN_INCORRECT)
    card.clear_faults()
    assert give(program, key, "login", key.right) == OK
    assert card.tries(key.name) == key.tries


@ALL_KEYS
def test_a_card_that_does_not_tell_its_tries(sandboxes, key):
    """While somebody has it verified, and keeps that: it says no more than so."""
    sandbox = sandboxes("--quirk", "verified-count=9000", "--quirk", "wrong-pin=keeps")
    card = Card(sandbox)
    other, program = PinProgram(sandbox), PinProgram(sandbox)
    assert give(other, key, "login", key.right) == OK
    card.mark()
    assert give(program, key, "login", key.wrong) == PIN_INCORRECT
    for _ in range(2):
        time.sleep(PAUSE)
        assert give(program, key, "login", key.wrong) == PIN_INCORRECT
    assert_spent(card, key, 1)
    for one in (program, other):
        one.stop()


@ALL_KEYS
def test_another_string_is_another_try(programs, card, key):
    """And the first one is not forgotten for it."""
    program = programs()
    card.mark()
    assert give(program, key, "login", key.wrong) == PIN_INCORRECT
    assert give(program, key, "login", key.other) == PIN_INCORRECT
    assert_spent(card, key, 2)
    for pin in (key.wrong, key.other):
        for call in ("login", "set-pin"):
            assert give(program, key, call, pin) in AGAIN
    assert_spent(card, key, 2)


@ALL_KEYS
@pytest.mark.parametrize("call", ["login", "set-pin"])
def test_a_card_that_was_out_may_be_another_one(programs, card, key, call):
    program = programs()
    card.mark()
    assert give(program, key, call, key.wrong) == PIN_INCORRECT
    card.eject()
    card.insert()
    wait_until(lambda: program.ask("open") == OK)
    assert give(program, key, call, key.wrong) == PIN_INCORRECT
    assert_spent(card, key, 2)


@ALL_KEYS
def test_a_reset_by_another_program_is_no_other_card(sandbox, programs, card, key):
    program = programs()
    card.mark()
    assert give(program, key, "login", key.wrong) == PIN_INCORRECT
    for kind in ("cold", "warm"):
        sandbox.run("opensc-tool", f"--reset={kind}")
        assert give(program, key, "login", key.wrong) in AGAIN
    assert_spent(card, key, 1)


@ALL_KEYS
@pytest.mark.parametrize("call", ["login", "set-pin"])
def test_another_program_knows_the_pin(programs, card, key, call):
    """The counter has gone up: who has had it right since may know what it is now."""
    program, other = programs(), programs()
    card.mark()
    assert give(program, key, call, key.wrong) == PIN_INCORRECT
    assert give(other, key, "login", key.right) == OK
    other(f"logout {key.role}")
    time.sleep(PAUSE)
    assert give(program, key, call, key.wrong) == PIN_INCORRECT
    assert_spent(card, key._replace(tries=key.tries + 1), 2)


@ALL_KEYS
def test_another_program_makes_it_the_pin(programs, card, key):
    """What was wrong is right then, and is not refused without a look."""
    program, other = programs(), programs()
    assert give(program, key, "login", key.wrong) == PIN_INCORRECT
    assert other.give(f"here set-pin {key.role}", key.right, key.wrong) == OK
    time.sleep(PAUSE)
    assert give(program, key, "login", key.wrong) == OK
    assert card.tries(key.name) == key.tries


@ALL_KEYS
def test_another_program_does_not_know_it_either(programs, card, key):
    """The counter has gone down: nothing was verified, and the string is as wrong as before."""
    program, other = programs(), programs()
    card.mark()
    assert give(program, key, "login", key.wrong) == PIN_INCORRECT
    assert give(other, key, "login", key.other) == PIN_INCORRECT
    assert give(program, key, "login", key.wrong) in AGAIN
    assert_spent(card, key, 2)
