# SPDX-License-Identifier: BSD-2-Clause
"""Several programs of one user are logged in with the authentication key at the same time: none
disturbs another, and the last one locks the card, however it ends. The signature key is left open
for nobody's sake."""

import contextlib
import shutil

import pytest

from caller import Caller
from neighbour import Neighbour
from support import (AUTH, MODULES, PIN, SIGN, TIMEOUT, assert_signed, built, first_line,
                     wait_until)
from test_ending import ENDING, Ending, guards
from worker import Worker

TEXT = "text"
LOGGED_OUT = "CKR_USER_NOT_LOGGED_IN"
PUBLIC, USER = "CKS_RO_PUBLIC_SESSION", "CKS_RO_USER_FUNCTIONS"
WRONG, MALFORMED = "4321", "12a4"


def start_signing(sandbox, folder, number):
    """A pkcs11-tool that logs in, then waits for what it is to sign."""
    signature = folder / f"signature{number}"
    return signature, sandbox.start(
        "sh", "-c", 'echo ready; read -r _; exec "$@"', "sh", "pkcs11-tool", "--module",
        sandbox.module, "--token-label", AUTH, "--login", "--pin", PIN[AUTH], "--sign",
        "--mechanism", "SHA256-RSA-PKCS", "--output-file", signature)


@pytest.fixture
def signing(sandbox, tmp_path):
    """Makes programs that are about to log in."""
    made = []

    def make(count):
        begun = [start_signing(sandbox, tmp_path, len(made) + number) for number in range(count)]
        made.extend(begun)
        for _, process in begun:
            assert first_line(process) == "ready"
        return begun

    yield make
    for _, process in made:
        with contextlib.suppress(OSError):
            process.kill()
        process.communicate(timeout=TIMEOUT)


def log_in(process):
    process.stdin.write("\n")
    process.stdin.flush()


def sign(process):
    """Its end, and what it has said."""
    said, _ = process.communicate(TEXT, timeout=TIMEOUT)
    return process.returncode, said


def assert_all_signed(programs, certificates, folder):
    """Each has ended well, with a right signature."""
    failed = [said for _, process in programs for code, said in [sign(process)] if code != 0]
    assert failed == [], f"{len(failed)} of {len(programs)} failed"
    for signature, _ in programs:
        assert_signed(certificates / "authentication.pem", TEXT.encode(), signature, folder)


@pytest.mark.parametrize("last", [0, 1], ids=["first come, first gone", "first come, last gone"])
def test_two_have_logged_in_before_one_signs(card, signing, certificates, tmp_path, last):
    """The signature of one, and its end, leave the other's login alone."""
    programs = signing(2)
    card.mark()
    for number, (_, process) in enumerate(programs, 1):
        log_in(process)
        wait_until(lambda: len(card.verifies()) == number)
    programs = programs[::-1] if last == 1 else programs
    assert_all_signed(programs[:1], certificates, tmp_path)
    assert card.verified() == ["authentication"]
    assert_all_signed(programs[1:], certificates, tmp_path)
    assert card.verified() == []
    assert card.answers() == ["9000"] * 2


# What a card takes for an exchange, a byte, a PIN and a signature, in microseconds: so long that they
# meet; and so long that those who come last wait for seconds before they know what it is.
QUICK = {"signature": 50000}
SLOW = {"exchange": 30000, "byte": 80, "pin": 60000, "signature": 400000}


@pytest.mark.parametrize("count, rounds, delays", [(2, 10, QUICK), (6, 4, QUICK), (6, 2, SLOW)],
                         ids=["two", "six", "six at a slow card"])
def test_so_many_at_a_time(card, signing, certificates, tmp_path, count, rounds, delays):
    """Each takes its way as fast as it can. The last one may leave the lock to its guard."""
    for what, microseconds in delays.items():
        card("delay", what, str(microseconds))
    for _ in range(rounds):
        programs = signing(count)
        card.mark()
        for _, process in programs:
            log_in(process)
            process.stdin.write(TEXT)
            process.stdin.close()
            process.stdin = None
        assert_all_signed(programs, certificates, tmp_path)
        wait_until(lambda: card.verified() == [])
        assert card.answers() == ["9000"] * count


# --- whoever they are, and however they end ---------------------------------------------------


@pytest.fixture
def holders(sandbox, stopped):
    return lambda way, *options: stopped(Ending(sandbox, way, AUTH, *options))


ENVIRONMENTS = {
    "as it is": (),
    "empty": ("-i",),
    "of a desktop": ("XDG_RUNTIME_DIR=/run/user/nowhere", "HOME=/nowhere", "TMPDIR=/nowhere"),
    "of a service": ("-i", "PATH=/usr/bin", "HOME=/", "USER=nobody", "LANG=ja_JP.UTF-8"),
}


@pytest.mark.alike
@pytest.mark.parametrize("way", ["return", "SIGKILL"])
@pytest.mark.parametrize("options", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_programs_of_whatever_environment_share(sandbox, card, holders, way, options):
    """Whichever of them goes first; a guard leaves the card to the others as the program would."""
    for order in (1, -1):
        pair = [holders(way), holders(way, *options)][::order]
        pair[0].go()
        wait_until(lambda: guards(sandbox) == 1)
        assert card.verified() == ["authentication"]
        pair[1].go()
        wait_until(lambda: card.verified() == [])
        wait_until(lambda: guards(sandbox) == 0)


# A program's own /run, with the PC/SC service's folder and what else is in "$0".
OWN_RUN = 'mount --bind /run/pcscd "$0/pcscd" && mount --rbind "$0" /run && exec "$@"'


@pytest.fixture
def run_with(sandbox, tmp_path):
    """Makes the command before a program that is to have a /run with these folders of its own."""
    def make(name, *folders):
        run = tmp_path / name
        sandbox.run("mkdir", "-m", "700", "-p", run / "pcscd", *[run / one for one in folders])
        return "unshare", "--mount", "sh", "-c", OWN_RUN, run

    return make


@pytest.mark.alike
@pytest.mark.parametrize("way", ["return", "SIGKILL"])
def test_programs_from_before_the_session_share(sandbox, card, holders, run_with, way):
    """One began before there was its user's folder in /run, or does not see it. Those that do come
    to it, also when it is gone and they are still there."""
    before = run_with("before")
    session = run_with("session", f"user/{sandbox.run('id', '-u').strip()}/jpki")
    for order in (1, -1):
        pair = [holders(way, *before), holders(way, *session)][::order]
        pair[0].go()
        wait_until(lambda: guards(sandbox) == 1)
        assert card.verified() == ["authentication"]
        third = holders(way, *session)
        pair[1].go()
        wait_until(lambda: guards(sandbox) == 1)
        assert card.verified() == ["authentication"]
        third.go()
        wait_until(lambda: card.verified() == [])
        wait_until(lambda: guards(sandbox) == 0)


@pytest.mark.parametrize("way", ["return", "C_Logout", "C_CloseSession", "C_Finalize", "_exit",
                                 "SIGTERM"])
def test_whichever_way_the_last_one_ends(sandbox, card, holders, way):
    """Though another program stays at the card, so that the service leaves it its power."""
    with Neighbour(sandbox) as neighbour:
        first, last = holders("SIGKILL"), holders(way)
        neighbour.connect()
        first.go()
        wait_until(lambda: guards(sandbox) == 1)
        assert neighbour.signs_without_a_pin("authentication")
        last.process.stdin.write("\n")
        last.process.stdin.flush()
        wait_until(lambda: card.verified() == [])
        assert not neighbour.signs_without_a_pin("authentication")


def test_all_are_killed_at_once(sandbox, card, holders):
    together = [holders("SIGKILL") for _ in range(4)]
    for holder in together:
        holder.process.stdin.write("\n")
        holder.process.stdin.flush()
    wait_until(lambda: card.verified() == [])
    wait_until(lambda: guards(sandbox) == 0)


def test_one_that_is_killed_before_its_pin_is_sent(sandbox, card, holders):
    """It has been left a card that is open."""
    with Neighbour(sandbox) as neighbour, Caller(sandbox) as last:
        first = holders("return")
        neighbour.connect()
        session = last.get("C_OpenSession", last.get("C_GetSlotList", True)[0])
        pid = sandbox.run("pgrep", "-f", "caller.py").strip()
        card("delay", "exchange", "2000000")
        last.start("C_Login", session, PIN[AUTH])
        wait_until(lambda: "OFDLCK" in sandbox.run(
            "sh", "-c", f"cat /proc/{pid}/fdinfo/*", status=None))
        first.go()
        sandbox.run("kill", "-KILL", pid)
        card("delay", "exchange", "0")
        wait_until(lambda: card.verified() == [])
        assert len(card.verifies()) == 1
        wait_until(lambda: guards(sandbox) == 0)


def test_who_may_write_no_files_takes_part(card, holders):
    first = holders("return", "--default-signal=XFSZ", "prlimit", "--fsize=0")
    assert card.verified() == ["authentication"]
    first.go()
    wait_until(lambda: card.verified() == [])


@pytest.mark.parametrize("child", ["fork", "fork_slowly", "spawn"])
def test_a_child_that_lives_on_holds_nothing(sandbox, card, child):
    with Worker(sandbox) as worker:
        opened(worker, AUTH)
        assert worker.ask(child) == "CKR_OK"
        worker.die()
        wait_until(lambda: card.verified() == [])


@pytest.mark.parametrize("child", ["fork", "spawn"])
def test_a_child_that_lives_on_keeps_nobody_out(sandbox, card, child):
    """One that wants the card for itself: the parent was connected, though not logged in."""
    with Worker(sandbox) as worker, Neighbour(sandbox) as neighbour:
        assert worker.ask("open", "a", "Authentication") == "CKR_OK"
        assert worker.ask(child) == "CKR_OK"
        worker.die()
        wait_until(lambda: neighbour.ask("connect", "exclusive") == "0")


def test_a_refused_password_leaves_no_guard(sandbox, card, signature_of):
    """Else the end of who was refused would end the logins of others."""
    right = signature_of(AUTH)
    with Worker(sandbox) as refused, Worker(sandbox) as worker:
        assert refused.ask("open", "a", "Signature") == "CKR_OK"
        assert refused.ask("login", "a", "ABC124") == "CKR_PIN_INCORRECT"
        opened(worker, AUTH)
        refused.die()
        wait_until(lambda: guards(sandbox) == 1)  # the other's
        assert worker.ask("sign", "a", TEXT) == right


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_a_child_keeps_no_lock_of_a_parent_that_is_done(sandbox, card, label):
    """The next login would wait for it, and share with nobody."""
    with Worker(sandbox) as worker:
        opened(worker, label)
        assert worker.ask("fork_unseen") == "CKR_OK"
        assert worker.ask("finalize") == "CKR_OK"
        assert card.verified() == []
        assert "OFDLCK" not in sandbox.run("sh", "-c", "cat /proc/[0-9]*/fdinfo/*", status=None)


def test_another_user_shares_with_nobody(sandbox, card, signature_of):
    """Nobody can keep the card open for somebody else, nor trust that it is."""
    right = signature_of(AUTH)
    for file in (built("jpki-pkcs11"), built("jpki-pkcs11").with_name("jpki-guard"), ENDING):
        shutil.copy(file, sandbox.folder)  # the project may be nobody else's to read
    somebody = ("setpriv", "--reuid=daemon", "--regid=nogroup", "--clear-groups")
    with Worker(sandbox) as one:
        opened(one, AUTH)
        sandbox.run(*somebody, sandbox.folder / "ending", "return",
                    sandbox.folder / "jpki-pkcs11.so", 0, PIN[AUTH])
        assert card.verified() == []
        assert one.ask("sign", "a", TEXT) == LOGGED_OUT
        assert one.ask("login", "a", PIN[AUTH]) == "CKR_OK"
        assert one.ask("sign", "a", TEXT) == right


# --- what they see of each other ------------------------------------------------------------


def opened(worker, label, name="a", module=0):
    """The session of that name is logged in."""
    assert worker.ask("open", name, label.removeprefix("JPKI ").replace(" ", "_"),
                      module) == "CKR_OK"
    assert worker.ask("login", name, PIN[label]) == "CKR_OK"


@pytest.mark.parametrize("goes", ["logout", "close", "finalize"])
def test_one_goes_and_the_other_signs_on(sandbox, card, signature_of, goes):
    right = signature_of(AUTH)
    card.mark()
    with Worker(sandbox) as one, Worker(sandbox) as two:
        opened(one, AUTH)
        # the service takes the power of a card that nobody is connected with
        before = card.events("power-off")
        opened(two, AUTH)
        for _ in range(3):
            assert one.ask("sign", "a", TEXT) == two.ask("sign", "a", TEXT) == right
        assert one.ask(goes, *["a"] * (goes != "finalize")) == "CKR_OK"
        assert two.ask("state", "a") == USER
        assert two.ask("sign", "a", TEXT) == right
        assert card.events("power-off") == before
        assert two.ask("logout", "a") == "CKR_OK"
        assert card.verified() == []
    assert card.answers() == ["9000"] * 2


def test_one_that_logs_out_is_logged_out(sandbox, card, signature_of):
    """The card is open for the other; for this one it is not."""
    right = signature_of(AUTH)
    with Worker(sandbox) as one, Worker(sandbox) as two:
        for worker in (one, two):
            opened(worker, AUTH)
        assert one.ask("logout", "a") == "CKR_OK"
        assert one.ask("state", "a") == PUBLIC
        assert one.ask("sign", "a", TEXT) == LOGGED_OUT
        card.mark()
        assert one.ask("login", "a", WRONG) == "CKR_PIN_INCORRECT"
        assert card.answers() == ["63C2"]
        assert one.ask("login", "a", PIN[AUTH]) == "CKR_OK"
        assert one.ask("sign", "a", TEXT) == right


def test_one_that_only_looks_is_nobody_s_last(sandbox, card, signature_of):
    """Programs come, look and go, while one is logged in."""
    right = signature_of(AUTH)
    with Worker(sandbox) as one:
        opened(one, AUTH)
        card.mark()
        sandbox.pkcs11_tool("--list-objects", "--token-label", AUTH)
        with Worker(sandbox) as two:
            assert two.ask("open", "a", "Authentication") == "CKR_OK"
            assert two.ask("close", "a") == "CKR_OK"
        assert card.events("power-off") == []
        assert one.ask("sign", "a", TEXT) == right


def test_a_mistyped_pin_of_a_third_cuts_no_power(sandbox, card, signature_of):
    """What is no PIN is not sent. A wrong one costs a try, and may cost the login too: this card
    forgets at a wrong PIN that it had a right one. One of the two logs in again then, and the other
    need not know."""
    right = signature_of(AUTH)
    with Worker(sandbox) as one, Worker(sandbox) as two, Worker(sandbox) as third:
        for worker in (one, two):
            opened(worker, AUTH)
        assert third.ask("open", "a", "Authentication") == "CKR_OK"
        card.mark()
        assert third.ask("login", "a", MALFORMED) == "CKR_PIN_INCORRECT"
        assert one.ask("sign", "a", TEXT) == two.ask("sign", "a", TEXT) == right
        assert third.ask("login", "a", WRONG) == "CKR_PIN_INCORRECT"
        assert third.ask("close", "a") == "CKR_OK"
        assert card.answers() == ["63C2"]
        if one.ask("sign", "a", TEXT) != right:
            assert one.ask("state", "a") == PUBLIC
            assert one.ask("login", "a", PIN[AUTH]) == "CKR_OK"
        third.end()
        assert one.ask("sign", "a", TEXT) == two.ask("sign", "a", TEXT) == right
        assert card.events("power-off") == []
    assert card.verified() == []


# --- the signature key ------------------------------------------------------------------------


def test_the_signature_key_is_locked_whoever_is_logged_in(sandbox, card, signature_of):
    """The others see themselves logged out, and log in again."""
    right = {label: signature_of(label) for label in PIN}
    with Worker(sandbox) as one, Worker(sandbox) as two, Worker(sandbox) as three:
        for label, worker in ((AUTH, one), (SIGN, two), (SIGN, three)):
            opened(worker, label)
            assert worker.ask("sign", "a", TEXT) == right[label]
        assert two.ask("logout", "a") == "CKR_OK"
        assert card.verified() == []
        for label, worker in ((AUTH, one), (SIGN, three)):
            assert worker.ask("sign", "a", TEXT) == LOGGED_OUT
            assert worker.ask("state", "a") == PUBLIC
            assert worker.ask("login", "a", PIN[label]) == "CKR_OK"
            assert worker.ask("sign", "a", TEXT) == right[label]
        three.end()
        assert card.verified() == []
        assert one.ask("sign", "a", TEXT) == LOGGED_OUT
    assert card.verified() == []


def test_a_guard_locks_the_signature_key_whoever_is_logged_in(sandbox, card, signature_of):
    right = signature_of(AUTH)
    with Worker(sandbox) as one:
        opened(one, AUTH)
        with Worker(sandbox) as two:
            opened(two, SIGN)
            two.die()
        wait_until(lambda: card.verified() == [])
        assert one.ask("sign", "a", TEXT) == LOGGED_OUT
        assert one.ask("login", "a", PIN[AUTH]) == "CKR_OK"
        assert one.ask("sign", "a", TEXT) == right


# --- several modules in one process -----------------------------------------------------------


@pytest.mark.parametrize("goes", ["logout", "close", "finalize"])
@pytest.mark.parametrize("first", [0, 1])
def test_three_modules_in_one_process(sandbox, card, signature_of, goes, first):
    """As between programs, and as well where the third has nothing to do."""
    right = signature_of(AUTH)
    with Worker(sandbox, *map(built, MODULES)) as worker:
        for module in (0, 1):
            opened(worker, AUTH, f"a{module}", module)
        assert worker.ask("open", "s", "Signature", 2) == "CKR_OK"
        card.mark()
        assert worker.ask("finalize", 2) == "CKR_OK"
        assert worker.ask(goes, first if goes == "finalize" else f"a{first}") == "CKR_OK"
        other = f"a{1 - first}"
        assert worker.ask("state", other) == USER
        assert worker.ask("sign", other, TEXT) == right
        assert card.events("power-off") == []
        assert worker.ask("logout", other) == "CKR_OK"
        assert card.verified() == []


def test_three_modules_with_a_login_each(sandbox, card, signature_of):
    """The lock of the signature key is seen by all; what only ends leaves the others alone."""
    right = {label: signature_of(label) for label in PIN}
    with Worker(sandbox, *map(built, MODULES)) as worker:
        for name, label, module in (("a0", AUTH, 0), ("a1", AUTH, 1), ("s2", SIGN, 2)):
            opened(worker, label, name, module)
        assert worker.ask("sign", "s2", TEXT) == right[SIGN]
        assert worker.ask("finalize", 2) == "CKR_OK"
        assert card.verified() == []
        for name in ("a0", "a1"):
            assert worker.ask("sign", name, TEXT) == LOGGED_OUT
            assert worker.ask("login", name, PIN[AUTH]) == "CKR_OK"
        assert worker.ask("finalize", 0) == "CKR_OK"
        assert worker.ask("sign", "a1", TEXT) == right[AUTH]
    assert card.verified() == []
