# SPDX-License-Identifier: BSD-2-Clause
"""A program keeps the module while card, reader and service go and come: each call answers, and
the next ones go on from there."""

import pytest

from support import (
    AUTH, BUILD, PIN, SIGN, TIMEOUT, VCARD, Card, assert_signed, first_line, listens, wait_until,
)

pytestmark = pytest.mark.alike

HOLD = BUILD / "tests" / "e2e" / "hold"
SLOT = {AUTH: 0, SIGN: 1}
CERTIFICATE = {AUTH: "authentication.pem", SIGN: "signature.pem"}
TEXT = b"text\n"

OK, DEVICE_ERROR, DEVICE_REMOVED = "0", "30", "32"
SESSION_HANDLE_INVALID, TOKEN_NOT_PRESENT, NOT_INITIALIZED = "b3", "e0", "190"


class Program:
    """tests/e2e/hold.c, with the module loaded until the end of the test."""

    def __init__(self, sandbox):
        self.process = sandbox.start(HOLD, sandbox.module)

    def tell(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def hear(self):
        """The next answer; no call takes as long as this waits."""
        return first_line(self.process)

    def __call__(self, *words):
        self.tell(*words)
        return self.hear()

    def tokens(self):
        return self("tokens") == "0 2"

    def end(self):
        self.process.stdin.close()
        status = self.process.wait(TIMEOUT)
        self.process.stdout.close()
        return status


@pytest.fixture
def program(sandbox):
    held = Program(sandbox)
    yield held
    assert held.end() == 0


def log_in(program, label):
    assert program("open", SLOT[label]) == OK
    assert program("login", PIN[label]) == OK
    assert program("state") == "0 user"


def assert_signs(program, certificate, folder):
    code, _, text = program("sign").partition(" ")
    assert code == OK
    signature = folder / "signature"
    signature.write_bytes(bytes.fromhex(text))
    assert_signed(certificate, TEXT, signature, folder)


def assert_removed(program):
    """The first call in the session says so, then there is no session, and no token."""
    assert program("state") == DEVICE_REMOVED
    assert program("state") == SESSION_HANDLE_INVALID
    assert program("open", 0) == TOKEN_NOT_PRESENT
    assert program("tokens") == "0 0"


def good_pins(card):
    """PINs that were sent, of which all must have been right."""
    assert {entry.sw for entry in card.verifies()} <= {"9000"}
    return len(card.verifies())


@pytest.mark.parametrize("label", [AUTH, SIGN])
@pytest.mark.parametrize("action", ["kill", "stop"])
def test_the_service_is_restarted(sandbox, card, program, certificates, tmp_path, action, label):
    card.mark()
    assert program("initialize") == OK
    log_in(program, label)
    assert_signs(program, certificates / CERTIFICATE[label], tmp_path)
    sandbox.service(action)
    assert_removed(program)
    sandbox.service("start")
    wait_until(program.tokens)
    assert program("state") == SESSION_HANDLE_INVALID
    log_in(program, label)
    assert_signs(program, certificates / CERTIFICATE[label], tmp_path)
    assert program("finalize") == OK
    assert good_pins(card) == 2
    assert card.verified() == []


def test_the_service_is_restarted_between_two_calls(sandbox, card, program, certificates, tmp_path):
    """The module has not looked while it was away."""
    assert program("initialize") == OK
    log_in(program, AUTH)
    sandbox.service("kill")
    sandbox.service("start")
    wait_until(card.seen)
    assert program("sign") == DEVICE_REMOVED
    log_in(program, AUTH)
    assert_signs(program, certificates / CERTIFICATE[AUTH], tmp_path)


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_the_service_starts_after_the_program(
    sandbox, card, program, certificates, tmp_path, label
):
    sandbox.service("kill")
    assert program("initialize") == OK
    assert program("tokens") == "0 0"
    assert program("open", SLOT[label]) == TOKEN_NOT_PRESENT
    assert program("begin-waiting") == OK
    sandbox.service("start")
    assert program("end-waiting") == OK
    wait_until(program.tokens)
    card.mark()
    log_in(program, label)
    assert_signs(program, certificates / CERTIFICATE[label], tmp_path)
    assert good_pins(card) == 1


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_the_service_starts_after_a_program_that_never_asks_how_many_slots_there_are(
    sandbox, card, program, certificates, tmp_path, label
):
    """The pair of slots without a reader takes the first one; that is no new slot, as the second
    reader's are."""
    sandbox.service("kill")
    assert program("initialize") == OK
    assert program("ready") == "0 2 0"
    sandbox.service("start")
    wait_until(card.seen)
    wait_until(lambda: program("ready") == "0 2 2")
    log_in(program, label)
    assert_signs(program, certificates / CERTIFICATE[label], tmp_path)
    wait_until(program.tokens)
    assert program("ready") == "0 4 2"


def test_the_card_is_pulled_and_put_back(card, program, certificates, tmp_path):
    assert program("initialize") == OK
    for label in (AUTH, SIGN):
        log_in(program, label)
        assert_signs(program, certificates / CERTIFICATE[label], tmp_path)
        card.eject()
        assert_removed(program)
        card.insert()
        assert program("state") == SESSION_HANDLE_INVALID
        log_in(program, label)
        card.eject()
        card.insert()
        assert program("sign") == DEVICE_REMOVED
        log_in(program, label)
        assert_signs(program, certificates / CERTIFICATE[label], tmp_path)
    assert good_pins(card) == 6


@pytest.fixture
def other_card(sandbox, tmp_path):
    """Another person's card, out of the reader, and the folder of its certificates."""
    folder = tmp_path / "other"
    control, certificates = folder / "control", folder / "certificates"
    folder.mkdir()
    sandbox.run(VCARD, "export", certificates, "--state", folder / "state")
    process = sandbox.start(VCARD, "run", "--state", folder / "state", "--control", control,
                            "--ejected")
    wait_until(lambda: listens(sandbox, control))
    sandbox.files["OTHER"] = str(control)
    yield Card(sandbox, "OTHER"), certificates
    sandbox.run(VCARD, "ctl", control, "quit")
    process.wait(TIMEOUT)
    process.stdin.close()
    process.stdout.close()


def test_another_card_is_put_in(card, other_card, program, certificates, tmp_path):
    other, others = other_card
    assert program("initialize") == OK
    log_in(program, AUTH)
    assert_signs(program, certificates / CERTIFICATE[AUTH], tmp_path)
    card.eject()
    other.insert()
    assert program("sign") == DEVICE_REMOVED
    assert program("state") == SESSION_HANDLE_INVALID
    assert other.verifies() == []
    log_in(program, AUTH)
    assert_signs(program, others / CERTIFICATE[AUTH], tmp_path)
    other.eject()
    card.insert()
    assert program("sign") == DEVICE_REMOVED
    log_in(program, AUTH)
    assert_signs(program, certificates / CERTIFICATE[AUTH], tmp_path)
    assert (good_pins(card), good_pins(other)) == (2, 1)


@pytest.mark.parametrize("trouble", ["kill the service", "pull the card", "cut the power"])
def test_in_the_middle_of_signatures(sandbox, card, program, certificates, tmp_path, trouble):
    assert program("initialize") == OK
    log_in(program, AUTH)
    assert program("sign-until-trouble") == OK
    if trouble == "kill the service":
        sandbox.service("kill")
        assert program.hear() == DEVICE_REMOVED
        sandbox.service("start")
    elif trouble == "pull the card":
        card.eject()
        assert program.hear() in (DEVICE_REMOVED, DEVICE_ERROR)
        card.insert()
    else:
        card.fault("power-loss", 1)
        assert program.hear() == "101"  # CKR_USER_NOT_LOGGED_IN
    wait_until(program.tokens)
    log_in(program, AUTH)
    assert_signs(program, certificates / CERTIFICATE[AUTH], tmp_path)
    assert good_pins(card) == 2


@pytest.mark.parametrize("service", [True, False])
def test_finalize_ends_a_wait(sandbox, program, service):
    if not service:
        sandbox.service("kill")
    for _ in range(3):
        assert program("initialize") == OK
        assert program("begin-waiting") == OK
        assert program("finalize") == OK
        assert program("end-waiting") == NOT_INITIALIZED


def test_finalize_ends_a_wait_whose_service_was_killed(sandbox, program):
    assert program("initialize") == OK
    assert program("begin-waiting") == OK
    sandbox.service("kill")
    assert program("end-waiting") == OK  # the card is gone: an event
    assert program("begin-waiting") == OK  # the other slot's
    assert program("end-waiting") == OK
    assert program("begin-waiting") == OK
    assert program("finalize") == OK
    assert program("end-waiting") == NOT_INITIALIZED
