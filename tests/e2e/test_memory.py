# SPDX-License-Identifier: BSD-2-Clause
"""After each way of a PIN no memory of the program holds it; on the way only locked pages do."""

import contextlib
import pathlib
import re
import signal

import pytest

from pin_program import (AGAIN, AUTHENTICATION, MEMORY, OK, PIN_INCORRECT, PIN_INVALID,
                         PIN_LEN_RANGE, PIN_LOCKED, SIGNATURE, PinProgram)
from support import TIMEOUT, VCARD, openssl, wait_until

pytestmark = pytest.mark.alike

PCSCD = "/usr/sbin/pcscd"
ROOM = 4096

PIN_NAME = ("authentication", "signature")

# As typed; none has three characters in a row that another has.
PASSWORD = "qZ7xK2vW9pR4mT6b"
NEXT_PASSWORD = "J3nYd8Hs5Fg1Lc0e"
WRONG_PASSWORD = "u6Bw2Xk9Vt4Qz7Pa"
# Four digits occur by chance: those are taken that do not.
DIGITS = ["7294", "8362", "9517", "6483", "8625", "7539", "9264", "5837", "6972", "8459"]
WINDOW = 6


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


def windows(data, size, step=1):
    """All pieces of that size; the whole if it is shorter."""
    return {data[i:i + size] for i in range(0, max(len(data) - size, 0) + 1, step)}


def traces(pin):
    """The bytes that show that a PIN was there, in whatever form, or a good part of it.

    Not binary-coded decimal: four digits would be two bytes, which are everywhere.
    """
    ascii_pin = "".join(chr(ord(c) - 0xFEE0) if ord(c) > 0xFF00 else c for c in pin)
    found = windows(pin.encode(), 2 * WINDOW) if ascii_pin != pin else set()
    for form in {ascii_pin, ascii_pin.upper()}:
        found |= windows(form.encode(), WINDOW)
        found |= windows(form[::-1].encode(), WINDOW)
        found |= windows(form.encode("utf-16-le"), 2 * WINDOW, 2)
        found |= windows(form.encode("utf-32-le"), 4 * WINDOW, 4)
    return found


class Program(PinProgram):
    """One whose memory is searched."""

    def __init__(self, sandbox, searcher, *before):
        self.searcher = searcher
        self.given = set()
        super().__init__(sandbox, *before)

    def give(self, how, *pins):
        self.last = set(pins)
        self.given |= self.last
        return super().give(how, *pins)

    def search(self, needles, pid=None):
        """Where the bytes are in all of its memory, but for the page of its own for a PIN."""
        found, size = self.searcher("search", pid or self.pid, [n.hex() for n in needles])
        assert size > 1 << 19  # the heap, stacks, data of libraries
        return [hit for hit in found if not self.buffer <= hit[0] < self.buffer + ROOM]

    def traces(self, pid=None):
        """Where the PINs are that it was given last."""
        return self.search(set().union(*map(traces, self.last)), pid)

    def assert_clean(self):
        assert self.traces() == []

    def assert_clean_child(self):
        child = self.ask("fork")
        assert self.traces(child) == []
        self("reap")

    def assert_clean_of_all(self):
        assert self.search(set().union(*map(traces, self.given))) == []

    def give_and_search(self, how, *pins, expected=OK):
        assert self.give(how, *pins) == expected
        self.assert_clean()


@pytest.fixture
def programs(sandbox, searcher, stopped):
    return lambda *before: stopped(Program(sandbox, searcher, *before))


@pytest.fixture
def program(programs):
    return programs()


@pytest.fixture
def password(card):
    card("pin", "set", "signature", PASSWORD.upper())
    return PASSWORD


def absent(program, pins):
    """Those that are nowhere in its memory."""
    return [pin for pin in pins if program.search(traces(pin)) == []]


def choose_pins(program, card, count):
    """PINs of four digits that are nowhere in a program that has read all that the card says."""
    card("pin", "set", "signature", WRONG_PASSWORD.upper())
    assert program.give(f"here login {AUTHENTICATION}", "1234") == OK
    assert program.give(f"here login {SIGNATURE}", WRONG_PASSWORD) == OK
    pins = absent(program, DIGITS)[:count]
    program(f"logout {AUTHENTICATION}")
    program(f"logout {SIGNATURE}")
    program.given.clear()
    card("pin", "set", "authentication", pins[0])
    return pins


@contextlib.contextmanager
def held(sandbox, searcher, card, tmp_path, event):
    """A function that waits until the card has got that command, whose answer it keeps back."""
    card("delay", "pin", "1500000")
    card.mark()
    ledger = tmp_path / "state0" / "ledger"
    before = len(re.findall(rf"^\d+ {event} ", ledger.read_text(), re.MULTILINE))

    def wait():
        wait_until(lambda: len(re.findall(rf"^\d+ {event} ", ledger.read_text(), re.MULTILINE))
                   > before)
        assert len(searcher("signal", str(VCARD), signal.SIGSTOP)) == 1

    try:
        yield wait
    finally:
        searcher("signal", str(VCARD), signal.SIGCONT)
        card("delay", "pin", "0")


def assert_only_in_secrets(found):
    """The PINs are there, in memory that is neither swapped, dumped nor given to a child."""
    assert found
    for address, name, flags, _ in found:
        assert name == "" and {"lo", "dd", "wf"} <= set(flags), f"{address:x} {name} {flags}"


# --- the search itself ----------------------------------------------------------------------


@pytest.mark.parametrize("choice", [[PASSWORD], DIGITS], ids=PIN_NAME[::-1])
def test_what_is_left_is_found(programs, choice):
    for where in ("heap", "freed", "stack", "static", "utf16", "utf32", "reversed"):
        program = programs()
        pin = absent(program, choice)[0]
        program.give(f"leak {where}", pin)
        assert program.traces(), where


def test_a_piece_is_found(program):
    program.give("leak piece", PASSWORD)
    assert len(program.traces()) == 1


# --- success, refusal, trouble ----------------------------------------------------------------


@pytest.mark.parametrize("how", ["here", "thread"])
def test_no_password_is_left(program, card, password, how):
    login = f"{how} login {SIGNATURE}"
    program.give_and_search(login, password)
    program("sign-init")
    program.give_and_search(f"{how} context {SIGNATURE}", WRONG_PASSWORD, expected=PIN_INCORRECT)
    program.give_and_search(f"{how} context {SIGNATURE}", password)
    program("sign")
    program.assert_clean()
    program(f"logout {SIGNATURE}")
    program.give_and_search(f"{how} login-user {SIGNATURE}", full_width(password))
    program(f"logout {SIGNATURE}")
    program.give_and_search(login, password.upper())
    program(f"logout {SIGNATURE}")
    for malformed in (PASSWORD[:5], PASSWORD + "c", PASSWORD[:9] + "-" + PASSWORD[9:12],
                      full_width(PASSWORD + "c"), full_width(PASSWORD[:9] + "?")):
        program.give_and_search(login, malformed, expected=PIN_INCORRECT)
    # not the one that was just called wrong: on a quick machine that is a program's own doing
    program.give_and_search(login, WRONG_PASSWORD[::-1], expected=PIN_INCORRECT)
    program.give_and_search(f"{how} login {AUTHENTICATION}", password, expected=PIN_INCORRECT)
    card.set_tries("signature", 1)
    # not the one that was just refused, which would not be sent
    program.give_and_search(login, NEXT_PASSWORD, expected=PIN_LOCKED)
    program.give_and_search(login, password, expected=PIN_LOCKED)
    program("finalize")
    program("unload")
    program.assert_clean_of_all()


@pytest.mark.parametrize("how", ["here", "thread"])
def test_no_password_is_left_by_a_change(program, card, password, how):
    change = f"{how} set-pin {SIGNATURE}"
    program.give_and_search(change, password, NEXT_PASSWORD)
    program.give_and_search(change, password, NEXT_PASSWORD, expected=PIN_INCORRECT)
    for new, said in ((PASSWORD[:5], PIN_LEN_RANGE), (PASSWORD + "c", PIN_LEN_RANGE),
                      ("BCDFGHJK", PIN_INVALID), (PASSWORD[:8] + "-", PIN_INVALID)):
        program.give_and_search(change, NEXT_PASSWORD, new, expected=said)
    program.give_and_search(change, PASSWORD[:5], WRONG_PASSWORD, expected=PIN_INCORRECT)
    program.give_and_search(change, full_width(NEXT_PASSWORD), full_width(password))
    card.set_tries("signature", 0)
    program.give_and_search(change, password, NEXT_PASSWORD, expected=PIN_LOCKED)


def test_no_pin_of_four_digits_is_left(program, card):
    pin, wrong, new, other = choose_pins(program, card, 4)
    login = f"here login {AUTHENTICATION}"
    program.give_and_search(login, pin)
    program(f"logout {AUTHENTICATION}")
    program.give_and_search(login, full_width(pin))
    program(f"logout {AUTHENTICATION}")
    program.give_and_search(f"thread login-user {AUTHENTICATION}", pin)
    program(f"logout {AUTHENTICATION}")
    for malformed in (pin + wrong, pin + "a", pin[:3] + "x" + wrong, full_width(pin + "1")):
        program.give_and_search(login, malformed, expected=PIN_INCORRECT)
    program.give_and_search(f"here login {SIGNATURE}", pin, expected=PIN_INCORRECT)
    program.give_and_search(login, wrong, expected=PIN_INCORRECT)
    assert program.give(f"here set-pin {AUTHENTICATION}", wrong, new) in AGAIN
    program.assert_clean()
    program.give_and_search(f"here set-pin {AUTHENTICATION}", pin, new)
    program.give_and_search(f"here set-pin {AUTHENTICATION}", new, pin)
    card.set_tries("authentication", 1)
    program.give_and_search(login, other, expected=PIN_LOCKED)
    program.give_and_search(login, pin, expected=PIN_LOCKED)
    program("finalize")
    program.assert_clean_of_all()


def after_verify(card):
    """How many exchanges after its VERIFY a change of a PIN has sent the new one."""
    said = card("ledger", "show")
    verify, change = (int(re.search(rf"^(\d+) {event} ", said, re.MULTILINE).group(1))
                      for event in ("verify", "change"))
    return change - verify


FAULTS = ["garbage", "empty", "power-loss", "eject"]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_password_is_left_after_a_fault(program, card, password, fault):
    """The card fails as it gets the PIN of a login, and as it gets each of a change."""
    card.mark()
    assert program.give(f"here set-pin {SIGNATURE}", password, NEXT_PASSWORD) == OK
    between = range(1, after_verify(card)) if fault in ("garbage", "power-loss") else ()
    ways = [("login", [password], ["verify"]),
            ("set-pin", [password, NEXT_PASSWORD],
             ["verify", *(f"verify+{number}" for number in between), "change"])]
    for how, pins, moments in ways:
        for moment in moments:
            card.set_tries("signature", 5)
            card("pin", "set", "signature", PASSWORD.upper())
            program.ask("close")
            program("open")
            card.fault(fault, moment)
            assert program.give(f"here {how} {SIGNATURE}", *pins) != OK
            program.assert_clean()
            card.clear_faults()
            if fault in ("empty", "eject"):
                card.eject()
                card.insert()


# --- while the card has the PIN -----------------------------------------------------------------


def test_a_password_on_its_way_is_in_secrets_alone(
    sandbox, searcher, program, card, password, tmp_path
):
    with held(sandbox, searcher, card, tmp_path, "verify") as wait:
        program.give(f"begin login {SIGNATURE}", password)
        wait()
        whole = program.search([password.upper().encode()])
        assert len(whole) == 2  # the PIN, and the command
        assert program.search([password.encode()]) == []  # what was typed is the caller's
        assert_only_in_secrets(program.traces())
        program.assert_clean_child()
    program("end")
    program.assert_clean()
    program.assert_clean_child()
    program(f"logout {SIGNATURE}")
    program.assert_clean()
    with held(sandbox, searcher, card, tmp_path, "change") as wait:
        program.give(f"begin set-pin {SIGNATURE}", password, NEXT_PASSWORD)
        wait()
        assert len(program.search([password.upper().encode()])) == 1
        assert len(program.search([NEXT_PASSWORD.upper().encode()])) == 2
        assert_only_in_secrets(program.traces())
        program.assert_clean_child()
    program("end")
    program.assert_clean()


def test_the_service_goes_while_it_has_the_password(
    sandbox, searcher, program, card, password, tmp_path
):
    with held(sandbox, searcher, card, tmp_path, "verify") as wait:
        program.give(f"begin login {SIGNATURE}", password)
        wait()
        assert searcher("signal", PCSCD, signal.SIGKILL)
        assert program.ask("end") != OK
    program.assert_clean()


def core_of(folder):
    """The core of the one program that ran in the folder; None where cores go elsewhere."""
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if pattern.startswith(("|", "/")):
        return None
    return wait_until(lambda: list(folder.iterdir()))[0].read_bytes()


def test_a_core_dump_has_no_password(
    sandbox, searcher, programs, card, password, tmp_path
):
    """While it is being sent: it is there, in pages that are marked as not to be dumped."""
    folder = tmp_path / "core"
    folder.mkdir()
    program = programs("sh", "-c", f'cd {folder} && ulimit -c unlimited && exec "$@"', "sh")
    marker = WRONG_PASSWORD
    program.give("leak heap", marker)
    with held(sandbox, searcher, card, tmp_path, "verify") as wait:
        program.give(f"begin login {SIGNATURE}", password)
        wait()
        assert_only_in_secrets(program.traces())
        assert searcher("signal", str(MEMORY), signal.SIGABRT) == [program.pid]
        program.process.wait(TIMEOUT)
    core = core_of(folder)
    if core is not None:
        assert marker.encode() in core  # it is one of all the rest
        assert [one for one in traces(password) if one in core] == []


# --- the person whom the signature certificate names ------------------------------------------


def test_the_certificate_is_forgotten(program, password, certificates):
    """The module's copies, and what it makes of them; OpenSSL frees its own without wiping."""
    der = openssl("x509", "-in", certificates / "signature.pem", "-outform", "DER")
    name = "番号　花子".encode()
    assert name in der
    # over the end of what is signed, where OpenSSL takes a certificate apart
    whole = der[-290:-240]
    assert program.search([whole, name]) == []
    assert program.give(f"here login {SIGNATURE}", password) == OK
    program(f"certificate {SIGNATURE}")
    assert len(program.search([whole])) == 2  # as read, and as an attribute
    copies = len(program.search([name]))
    for end in (f"logout {SIGNATURE}", "close", "finalize"):
        program(end)
        assert program.search([whole]) == []
        assert len(program.search([name])) <= copies - 2


@pytest.mark.parametrize("end", [None, f"logout {SIGNATURE}"], ids=["logged in", "logged out"])
def test_a_child_has_no_certificate_that_is_private(program, password, certificates, end):
    """Also when it is one of a program that is logged in, which keeps its own."""
    der = openssl("x509", "-in", certificates / "signature.pem", "-outform", "DER")
    whole = der[-290:-240]
    assert program.give(f"here login {SIGNATURE}", password) == OK
    program(f"certificate {SIGNATURE}")
    if end:
        program(end)
    child = program.ask("fork")
    wait_until(lambda: program.search([whole], child) == [])  # it may not have begun yet
    assert len(program.search([whole])) == (0 if end else 2)
    program("reap")
