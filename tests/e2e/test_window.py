# SPDX-License-Identifier: BSD-2-Clause
"""When the window of a login with the signature key has passed: the key is locked, everybody sees
that, and the password given again helps. What was begun in time may take its time."""

import re

import pytest

from later import Later
from neighbour import JPKI, Neighbour, select
from support import AUTH, PIN, SIGN, SLOWNESS, TIMEOUT, assert_signed, wait_until, with_window
from worker import Worker

# Longer than any test takes, in seconds, and not as long as a signature may; time passes when the test
# says so.
WINDOW = 300
PAST = WINDOW + 1
# A PIN for one signature has had a time of its own, whatever the window is: no setting shortens it.
LONG = 11
# By how much the clock of a program that will be stopped is behind that of others, by which its guard
# goes, and how long after the login the window ends for that. It has given a login a minute.
BEHIND, SOON = 20, 10 * SLOWNESS
TEXT = "text"
PUBLIC, USER = "CKS_{}_PUBLIC_SESSION", "CKS_{}_USER_FUNCTIONS"
LOGGED_OUT = "CKR_USER_NOT_LOGGED_IN"
WRONG = "XYZ987"
SIGNATURE_PIN = ("--login", "--pin", PIN[SIGN])


def set_window(monkeypatch, folder, seconds):
    for name, value in with_window(folder, seconds).items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def later(monkeypatch, tmp_path):
    set_window(monkeypatch, tmp_path, WINDOW)
    made = Later(tmp_path)
    for name, value in made.env.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def right(signature_of):
    return signature_of(SIGN)


@pytest.fixture
def worker(sandbox):
    with Worker(sandbox) as made:
        yield made


def log_in(worker, kind="RO"):
    assert worker.ask("open", "s", "Signature", 0, kind) == "CKR_OK"
    assert worker.ask("login", "s", PIN[SIGN]) == "CKR_OK"


def pid_of(worker):
    return worker.ask("number").split()[1]


def pass_time(later, worker, seconds=PAST):
    """Until the module in the worker has seen it."""
    later.seen(worker.sandbox, pid_of(worker), seconds)


def await_locked(card, later):
    """The window passes."""
    later(PAST)
    wait_until(lambda: card.verified() == [])


# --- a program that is stopped -----------------------------------------------------------------

def test_the_key_of_a_stopped_program_is_locked(sandbox, card, later, monkeypatch, tmp_path):
    """Who is stopped (SIGSTOP) can lock nothing. Another program stays at the card, so that the
    service leaves it its power; and one that logs in then is left alone. By its own clock, which was
    set back when it told its guard the moment, the worker has time."""
    set_window(monkeypatch, tmp_path, BEHIND + SOON)
    with Neighbour(sandbox) as neighbour, Worker(sandbox) as worker, Worker(sandbox) as other:
        neighbour.connect()
        later(-BEHIND)
        log_in(worker)
        card.mark()
        # which waits for the worker's transaction: stopped within that, it would hold the card
        assert neighbour.send(select(JPKI)) == "9000"
        worker.stop()
        assert card.verified() == ["signature"]
        wait_until(lambda: card.verified() == [])
        assert not neighbour.signs_without_a_pin("signature")
        cuts = len(card.events("power-off"))
        assert cuts == 1
        assert other.ask("open", "a", "Authentication") == "CKR_OK"
        assert other.ask("login", "a", PIN[AUTH]) == "CKR_OK"
        later(PAST)
        worker.go_on()
        wait_until(lambda: worker.ask("state", "s") == PUBLIC.format("RO"))
        assert len(other.ask("sign", "a", TEXT)) == 512
        assert len(card.events("power-off")) == cuts
        assert worker.ask("login", "s", PIN[SIGN]) == "CKR_OK"


# --- a program that makes no call --------------------------------------------------------------


def test_the_key_of_an_idle_program_is_locked(worker, card, right, later):
    card.mark()
    log_in(worker)
    await_locked(card, later)
    assert worker.ask("login", "s", PIN[SIGN]) == "CKR_OK"
    happened = " ".join(entry.event for entry in card.entries()
                        if entry.event in ("verify", "power-off"))
    assert re.search("verify.*verify", happened).group() == "verify power-off verify"
    assert worker.ask("sign", "s", TEXT) == right


# --- the session ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["RO", "RW"])
def test_the_password_given_again_helps(worker, card, right, later, kind):
    """The session is a public one: programs log in again, by the one call that they know. They go
    on with the key that they have."""
    log_in(worker, kind)
    key = worker.ask("key", "s")
    card.mark()
    for _ in range(2):
        await_locked(card, later)
        wait_until(lambda: worker.ask("state", "s") == PUBLIC.format(kind))
        assert worker.ask("login", "s", PIN[SIGN]) == "CKR_OK"
        assert worker.ask("state", "s") == USER.format(kind)
        assert worker.ask("key", "s") == key
        assert worker.ask("sign", "s", TEXT) == right
    assert card.answers("001B") == ["9000"] * 2


def test_the_password_given_again_helps_who_has_not_looked(worker, card, right, later):
    """A login is the first call after the window, or one that has just failed to sign."""
    log_in(worker)
    card.mark()
    await_locked(card, later)
    assert worker.ask("login", "s", PIN[SIGN]) == "CKR_OK"
    assert worker.ask("sign", "s", TEXT) == right
    await_locked(card, later)
    assert worker.ask("sign", "s", TEXT) == LOGGED_OUT
    assert worker.ask("login", "s", PIN[SIGN]) == "CKR_OK"
    assert worker.ask("sign", "s", TEXT) == right
    assert card.answers("001B") == ["9000"] * 2


def test_a_wrong_password_given_again_is_one_try(worker, card, right, later):
    log_in(worker)
    card.mark()
    await_locked(card, later)
    assert worker.ask("login", "s", WRONG) == "CKR_PIN_INCORRECT"
    assert worker.ask("login", "s", PIN[SIGN]) == "CKR_OK"
    assert worker.ask("sign", "s", TEXT) == right
    assert card.answers("001B") == ["63C4", "9000"]


@pytest.mark.parametrize("looks", [False, True], ids=["unseen", "seen"])
def test_a_password_for_one_signature_still_does(worker, card, right, later, looks):
    """By C_SignInit and a login for it alone, as programs do that know CKA_ALWAYS_AUTHENTICATE;
    also where they have seen that the login is over."""
    log_in(worker)
    card.mark()
    for _ in range(2):
        pass_time(later, worker)
        if looks:
            worker.ask("state", "s")
        assert worker.ask("sign", "s", TEXT, "pkcs1", PIN[SIGN]) == right
        assert card.verified() == []
    assert card.answers("001B") == ["9000"] * 2


def test_the_other_key_has_no_window(worker, card, later):
    assert worker.ask("open", "a", "Authentication") == "CKR_OK"
    assert worker.ask("login", "a", PIN[AUTH]) == "CKR_OK"
    pass_time(later, worker)
    assert worker.ask("state", "a") == USER.format("RO")
    assert len(worker.ask("sign", "a", TEXT)) == 512
    assert card.verified() == ["authentication"]


# --- what was begun in time -------------------------------------------------------------------


@pytest.mark.parametrize("own_pin, pause", [(False, PAST), (True, LONG)], ids=["login", "own PIN"])
def test_a_signature_begun_in_time_may_take_its_time(worker, card, right, later, own_pin, pause):
    """Whether the login or a PIN of its own is behind it, and whoever looks meanwhile."""
    log_in(worker)
    card.mark()
    assert worker.ask("begin", "s") == "CKR_OK"
    if own_pin:
        assert worker.ask("pin", "s", PIN[SIGN]) == "CKR_OK"
    for part in (TEXT[:2], TEXT[2:]):
        assert worker.ask("update", "s", part) == "CKR_OK"
        pass_time(later, worker, pause)
        worker.ask("state", "s")
        pause = 0
    assert worker.ask("final", "s") == right
    if not own_pin:  # after which the login is shown for a moment more
        assert worker.ask("state", "s") == PUBLIC.format("RO")
    assert card.verified() == []
    assert card.answers("001B") == ["9000"] * own_pin


def test_a_signature_begun_in_time_may_be_given_a_pin_later(worker, card, right, later):
    log_in(worker)
    card.mark()
    assert worker.ask("begin", "s") == "CKR_OK"
    assert worker.ask("update", "s", TEXT) == "CKR_OK"
    pass_time(later, worker)
    assert worker.ask("pin", "s", PIN[SIGN]) == "CKR_OK"
    assert worker.ask("final", "s") == right
    assert card.verified() == []


def test_a_signature_that_is_given_up_leaves_nothing_open(worker, card, later):
    """The time that it may take is over with it."""
    log_in(worker)
    assert worker.ask("begin", "s") == "CKR_OK"
    assert worker.ask("update", "s", TEXT) == "CKR_OK"
    pass_time(later, worker)
    assert worker.ask("close", "s") == "CKR_OK"
    assert card.verified() == []


# --- pkcs11-tool ------------------------------------------------------------------------------


@pytest.fixture
def tool(sandbox, tmp_path):
    """pkcs11-tool, which signs what comes by its standard input; and the signature's file."""
    signature = tmp_path / "signed"
    process = sandbox.start(
        "pkcs11-tool", "--module", sandbox.module, "--token-label", SIGN, *SIGNATURE_PIN, "--sign",
        "--mechanism", "SHA256-RSA-PKCS", "--output-file", signature)
    yield process, signature
    if process.poll() is None:
        process.kill()
        process.communicate(timeout=TIMEOUT)


def test_pkcs11_tool_signs_what_comes_slowly(sandbox, card, tool, later, certificates, tmp_path):
    """By a pipe from a program that pauses for longer than the window, in the middle."""
    process, signature = tool
    half = "1234567\n" * 512
    process.stdin.write(half)
    process.stdin.flush()
    wait_until(lambda: card.answers("001B") == ["9000"] * 2)  # a PIN for this signature too
    later.seen(sandbox, sandbox.run("pidof", "pkcs11-tool").strip(), LONG)
    said, _ = process.communicate(half, timeout=TIMEOUT)
    assert process.returncode == 0, said
    assert_signed(certificates / "signature.pem", 2 * half.encode(), signature, tmp_path)
    assert card.verified() == []


def test_pkcs11_tool_signs_what_comes_late(card, tool, later, certificates, tmp_path):
    """It has logged in before it reads, and gives the password again for the signature."""
    process, signature = tool
    wait_until(lambda: card.answers("001B") == ["9000"])
    await_locked(card, later)
    said, _ = process.communicate(TEXT, timeout=TIMEOUT)
    assert process.returncode == 0, said
    assert_signed(certificates / "signature.pem", TEXT.encode(), signature, tmp_path)
    assert card.verified() == []


def test_without_a_window_each_signature_takes_its_own_pin(sandbox, card, right, monkeypatch,
                                                           tmp_path):
    """A login is one all the same: programs find the key by it."""
    set_window(monkeypatch, tmp_path, 0)
    card.mark()
    file = sandbox.sign(SIGN, "SHA256-RSA-PKCS", TEXT.encode(), tmp_path)
    assert file.read_bytes().hex() == right
    with Worker(sandbox) as worker:
        log_in(worker)
        assert worker.ask("sign", "s", TEXT) == LOGGED_OUT
        for _ in range(2):
            assert worker.ask("sign", "s", TEXT, "pkcs1", PIN[SIGN]) == right
            assert card.verified() == []
    assert {entry.sw for entry in card.verifies()} == {"9000"}
