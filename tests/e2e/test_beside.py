# SPDX-License-Identifier: BSD-2-Clause
"""Other programs at the same card: each gets its right answers, and no PIN goes astray."""

import re

import pytest

from neighbour import JPKI, LEAVE, OTHERS, RESET, UNPOWER, WARM, Neighbour, select
from support import (AUTH, MODULE, OPENSC, PIN, PSS, SIGN, TIMEOUT, assert_signed, built,
                     wait_until)
from web import PORTS, curl, seen
from worker import Worker

CERTIFICATE = {AUTH: "authentication.pem", SIGN: "signature.pem"}
PIN_NAME = {AUTH: "authentication", SIGN: "signature"}
WRONG = {AUTH: "4321", SIGN: "XYZ987"}
TEXT = "text"
VERIFY_AUTH, VERIFY_SIGN = "0020009804" + b"1234".hex(), "0020009B06" + b"ABC123".hex()
SIGN_AUTH, SIGN_SIGN = "802A0097047465787400", "802A009A047465787400"
LOGGED_OUT = "CKR_USER_NOT_LOGGED_IN"


def counters(card):
    """The tries of each PIN of the card, of whichever application."""
    return dict(re.findall(r"^([a-z-]+) (\d+)/", card("counters"), re.MULTILINE))


def assert_no_pin_astray(card, before, wrong=0):
    """All PINs went to JPKI, each was right but so many, and no other PIN lost a try."""
    assert {entry.application for entry in card.verifies()} <= {"jpki"}
    assert [entry.sw for entry in card.verifies() if entry.sw != "9000"] == [
        entry.sw for entry in card.verifies() if entry.sw.startswith("63C")][:wrong]
    after = counters(card)
    for name in before:
        if name not in PIN_NAME.values() or wrong == 0:
            assert after[name] == before[name], name


def scriptor(sandbox, *commands):
    """The last two bytes of each answer."""
    said = sandbox.run("scriptor", "-r", "Virtual PCD 00 00", input="\n".join(commands) + "\n")
    return re.findall(r"^< (?:[0-9A-F]{2} ?\n?)*?([0-9A-F]{2} [0-9A-F]{2}) :", said, re.MULTILINE)


# --- the traps -------------------------------------------------------------------------------


def test_the_traps_are_traps(sandbox, card, signature_of):
    """What goes to the wrong application costs a try there, or is signed there without a PIN."""
    right, before = signature_of(AUTH), counters(card)
    card.mark()
    for name in ("input-aid", "register", "surface"):
        said = scriptor(sandbox, select(OTHERS[name]), VERIFY_AUTH)
        assert said[0] == "90 00" and said[1].startswith("63 C"), said
        assert int(counters(card)[name]) == int(before[name]) - 1
        assert card.verifies()[-1].application == name
    for name in ("input-aid", "surface"):
        assert scriptor(sandbox, select(OTHERS[name]), VERIFY_SIGN)[1].startswith("63 C")
        assert int(counters(card)[f"{name}-number"]) == int(before[f"{name}-number"]) - 1
    with Neighbour(sandbox) as neighbour:
        neighbour.connect()
        neighbour.send(select(OTHERS["surface"]))
        for command in (SIGN_AUTH, SIGN_SIGN):
            signature = neighbour.send(command)
            assert len(signature) == 2 * 258 and signature.endswith("9000")
            assert signature[:-4].lower() != right
    with pytest.raises(AssertionError):
        assert_no_pin_astray(card, before)


@pytest.mark.parametrize("label", [AUTH, SIGN])
@pytest.mark.parametrize("aid", [*OTHERS.values(), ""], ids=[*OTHERS, "none"])
def test_another_application_is_selected_before_each_call(sandbox, card, certificates, tmp_path,
                                                          signature_of, label, aid):
    right, before = signature_of(label), counters(card)
    card.mark()
    with Worker(sandbox) as worker, Neighbour(sandbox) as neighbour:
        neighbour.connect()

        def ask(*words):
            said = neighbour.send(select(aid)) if aid else neighbour.ask("reconnect", WARM)
            assert said in ("9000", "0")
            return worker.ask(*words)

        assert ask("open", "a", label.replace(" ", "_")) == "CKR_OK"
        assert ask("login", "a", WRONG[label]) == "CKR_PIN_INCORRECT"
        assert ask("login", "a", PIN[label]) == "CKR_OK"
        if aid:
            assert ask("sign", "a", TEXT) == right
            signature = tmp_path / "pss"
            signature.write_bytes(bytes.fromhex(ask("sign", "a", TEXT, "pss")))
            assert_signed(certificates / CERTIFICATE[label], TEXT.encode(), signature, tmp_path,
                          options=PSS)
        else:  # a reset: the login is seen as lost, and nobody logs in again by himself
            assert ask("sign", "a", TEXT) == LOGGED_OUT
            assert worker.ask("state", "a") == "CKS_RO_PUBLIC_SESSION"
            assert ask("login", "a", PIN[label]) == "CKR_OK"
            assert worker.ask("sign", "a", TEXT) == right
        if aid and label == SIGN:
            assert ask("sign", "a", TEXT, "pkcs1", PIN[label]) == right
    assert_no_pin_astray(card, before, wrong=1)
    if aid == OTHERS["surface"]:  # where a key answered
        assert ("surface", "9000") in {(e.application, e.sw) for e in card.events("sign")}


# --- restless programs -----------------------------------------------------------------------

RESTLESS = """
while :; do
    scriptor -r "Virtual PCD 00 00" >/dev/null 2>&1 <"$1"
    opensc-tool --reset >/dev/null 2>&1
    opensc-tool --reset=warm >/dev/null 2>&1
    opensc-tool --card-driver default -s "$2" -s "$3" >/dev/null 2>&1
    echo round
    read -r -t 0.01 _
    [ $? -gt 128 ] || exit  # not the time that has passed: a line, or the end after one that got lost
done
"""


class Restless:
    """scriptor and opensc-tool, again and again: they select, reset, and read what they may."""

    def __init__(self, sandbox, folder):
        self.sandbox, self.rounds = sandbox, 0
        script = folder / "restless"
        script.write_text("\n".join([*(select(aid) for aid in OTHERS.values()), "reset",
                                     select(OTHERS["surface"]), "00B0810010"]) + "\n")
        colons = [":".join(re.findall("..", select(OTHERS[name])))
                  for name in ("input-aid", "surface")]
        self.command = ("bash", "-c", RESTLESS, "restless", script, *colons)

    def __enter__(self):
        self.process = self.sandbox.start(*self.command)
        assert self.process.stdout.readline() == "round\n"
        return self

    def __exit__(self, *_):
        said, _ = self.process.communicate("\n", timeout=TIMEOUT)
        self.rounds = said.count("round")


@pytest.fixture
def restless(sandbox, tmp_path):
    return Restless(sandbox, tmp_path)


def assert_gave_up_or(said, right):
    """A program whose login is lost before it has found its key does not find it: right so.
    OpenSSL's engine, told of the lost login, tries in vain to pad by itself."""
    lost = ("CKR_USER_NOT_LOGGED_IN|C_Login failed: rv = CKR_OPERATION_NOT_INITIALIZED|Private key not found|No private key found|"
            "failed to load private key|PKCS#11 module::Mechanism invalid")
    assert right or re.search(lost, said), said
    return 1 if right else 0


def test_pkcs11_tool_among_restless_programs(sandbox, card, signature_of, restless, tmp_path):
    right, before, signed = {label: signature_of(label) for label in PIN}, counters(card), 0
    card.mark()
    with restless:
        for label in [AUTH, SIGN] * 5:
            file = sandbox.sign(label, "SHA256-RSA-PKCS", TEXT.encode(), tmp_path, status=None)
            given = file.read_bytes().hex()
            assert given in ("", right[label])
            signed += assert_gave_up_or(sandbox.said, given != "")
        tested = sandbox.pkcs11_tool("--token-label", AUTH, "--login", "--pin", PIN[AUTH], "--test",
                                     status=None)
        assert_gave_up_or(tested, "No errors" in tested)
    assert signed > 0 and restless.rounds > 0
    assert_no_pin_astray(card, before)
    assert card.verified() == []


def test_curl_among_restless_programs(sandbox, card, certificates, server, restless):
    certificate, before, logins = certificates / CERTIFICATE[AUTH], counters(card), 0
    card.mark()
    with restless:
        for protocol in [*PORTS] * 4:
            said = curl(sandbox, server, certificate, PORTS[protocol], status=None)
            logins += assert_gave_up_or(said, sandbox.status == 0)
            if sandbox.status == 0:
                assert seen(said)[:2] == (protocol, "SUCCESS")
    assert logins > 0 and restless.rounds > 0
    assert_no_pin_astray(card, before)
    assert card.verified() == []


# --- one that wants the card for itself, or cuts its power -------------------------------------


def test_a_program_has_the_card_for_itself(sandbox, card, signature_of):
    """It can some seconds after we were through with the card. Nobody else gets at it meanwhile, and
    it is there again afterwards."""
    right = signature_of(AUTH)
    with Worker(sandbox) as worker, Neighbour(sandbox) as neighbour:
        assert worker.ask("open", "a", "Authentication") == "CKR_OK"
        wait_until(lambda: neighbour.ask("connect", "exclusive") == "0")
        card.mark()
        assert worker.ask("login", "a", PIN[AUTH]) == "CKR_FUNCTION_FAILED"
        assert card.verifies() == []
        assert worker.ask("state", "a") == "CKS_RO_PUBLIC_SESSION"
        neighbour.disconnect()
        assert worker.ask("login", "a", PIN[AUTH]) == "CKR_OK"
        assert neighbour.ask("connect", "exclusive") == "8010000B"  # not while we are logged in
        assert worker.ask("sign", "a", TEXT) == right


def test_a_transaction_of_another_program_is_waited_for(sandbox, card, signature_of):
    right = signature_of(AUTH)
    card.mark()
    with Worker(sandbox) as worker, Neighbour(sandbox) as neighbour:
        assert worker.ask("open", "a", "Authentication") == "CKR_OK"
        for command, said in (("login a 1234", "CKR_OK"), ("sign a text", right),
                              ("logout a", "CKR_OK")):
            neighbour.connect()
            assert neighbour.ask("begin") == "0"
            worker.start(command)
            assert neighbour.ask("send", select(OTHERS["input-aid"])) == "9000"
            assert neighbour.ask("send", "00B0810001") == "6982"  # and stays there undisturbed
            assert neighbour.ask("end", LEAVE) == "0"
            assert worker.answer() == said
            neighbour.ask("disconnect", LEAVE)
    assert [entry.sw for entry in card.verifies()] == ["9000"]


def test_our_power_cut_leaves_the_card_to_others(sandbox, card):
    """Also to one that reconnects without a reset, after which pcsc-lite gives it no power."""
    with Worker(sandbox) as worker, Neighbour(sandbox) as neighbour:
        assert worker.ask("open", "a", "Authentication") == "CKR_OK"
        neighbour.connect()
        for _ in range(2):
            assert worker.ask("login", "a", PIN[AUTH]) == "CKR_OK"
            assert neighbour.signs_without_a_pin("authentication")  # PC/SC knows no owners
            assert worker.ask("logout", "a") == "CKR_OK"
            assert card.verified() == []
            assert not neighbour.signs_without_a_pin("authentication")


def test_a_card_that_others_left_without_power_is_woken(sandbox, card, signature_of):
    right = signature_of(AUTH)
    with Worker(sandbox) as worker, Neighbour(sandbox) as one, Neighbour(sandbox) as two:
        assert worker.ask("open", "a", "Authentication") == "CKR_OK"
        one.connect()
        two.connect()
        one.disconnect(UNPOWER)
        assert two.ask("reconnect") == "0"
        assert one.ask("connect", "shared") == RESET[1]  # nobody gets at it
        assert worker.ask("login", "a", PIN[AUTH]) == "CKR_OK"
        assert worker.ask("sign", "a", TEXT) == right
        assert two.send(select(JPKI)) == "9000"


# --- two processes with our module -----------------------------------------------------------


def test_two_with_a_key_each(sandbox, card, signature_of):
    right = {label: signature_of(label) for label in PIN}
    card.mark()
    with Worker(sandbox, built("jpki-pkcs11-auth")) as one, \
            Worker(sandbox, built("jpki-pkcs11-sign")) as two:
        assert one.ask("open", "a", "Authentication") == "CKR_OK"
        assert two.ask("open", "s", "Signature") == "CKR_OK"
        assert one.ask("login", "a", PIN[AUTH]) == "CKR_OK"
        assert two.ask("login", "s", PIN[SIGN]) == "CKR_OK"
        for _ in range(5):
            assert one.ask("sign", "a", TEXT) == right[AUTH]
            assert two.ask("sign", "s", TEXT) == right[SIGN]
        # a signature with a PIN of its own ends with a power cut
        assert two.ask("sign", "s", TEXT, "pkcs1", PIN[SIGN]) == right[SIGN]
        assert one.ask("sign", "a", TEXT) == LOGGED_OUT
        assert one.ask("login", "a", PIN[AUTH]) == "CKR_OK"
        assert one.ask("logout", "a") == "CKR_OK"
        assert two.ask("sign", "s", TEXT) == LOGGED_OUT
        assert card.verified() == []
    assert {entry.sw for entry in card.verifies()} == {"9000"}


def undisturbed(right, count, logouts):
    """What a worker answers to `many` whom nobody else logs out."""
    said, logged_in = {right: 0, LOGGED_OUT: 0}, True
    for number in range(count):
        said[right if logged_in else LOGGED_OUT] += 1
        logged_in = not logged_in or number % logouts != 0
    return " ".join(f"{what}={times}" for what, times in sorted(said.items()))


@pytest.mark.parametrize("logouts", [3, 1000], ids=["both log out", "one logs out"])
def test_both_sign_at_the_same_time(sandbox, card, signature_of, logouts):
    """Each is logged out when it says so itself, and never else."""
    right, before = signature_of(AUTH), counters(card)
    card.mark()
    with Worker(sandbox) as one, Worker(sandbox) as two, Worker(sandbox) as watcher:
        watcher.start("wait")
        for worker in (one, two):
            assert worker.ask("open", "a", "Authentication") == "CKR_OK"
            assert worker.ask("login", "a", PIN[AUTH]) == "CKR_OK"
        one.start("many", "a", TEXT, PIN[AUTH], 40, 3)
        two.start("many", "a", TEXT, PIN[AUTH], 40, logouts)
        assert one.answer() == undisturbed(right, 40, 3)
        assert two.answer() == undisturbed(right, 40, logouts)
        assert watcher.process.poll() is None
        card.eject()  # the first thing that one who waits for a card is told
        assert watcher.answer() in ("slot 0", "slot 1")
    assert_no_pin_astray(card, before)


# --- beside OpenSC's module --------------------------------------------------------------------


@pytest.fixture(params=["one process", "two processes"])
def modules(request, sandbox):
    """Two that ask: ours, and OpenSC's."""
    if request.param == "one process":
        with Worker(sandbox, MODULE, OPENSC) as worker:
            yield worker.ask, lambda *words: worker.ask(*words, *"1"[:words[0] == "open"])
    else:
        with Worker(sandbox, MODULE) as one, Worker(sandbox, OPENSC) as two:
            yield one.ask, two.ask


def test_beside_the_module_of_opensc(modules, card, signature_of):
    """OpenSC's keeps a PIN and logs in again by itself; ours never does."""
    right, before = signature_of(AUTH), counters(card)
    ours, theirs = modules
    card.mark()
    assert ours("open", "a", "Authentication") == "CKR_OK"
    assert theirs("open", "o", "User_Auth") == "CKR_OK"
    assert theirs("login", "o", PIN[AUTH]) == "CKR_OK"
    assert theirs("sign", "o", TEXT) == right
    assert ours("state", "a") == "CKS_RO_PUBLIC_SESSION"
    assert ours("login", "a", PIN[AUTH]) == "CKR_OK"
    for _ in range(5):
        assert ours("sign", "a", TEXT) == theirs("sign", "o", TEXT) == right
    assert ours("logout", "a") == "CKR_OK"
    assert theirs("sign", "o", TEXT) == right
    assert ours("login", "a", PIN[AUTH]) == "CKR_OK"
    assert theirs("logout", "o") == "CKR_OK"
    assert ours("sign", "a", TEXT) == right
    card("power", "cut")  # behind the back of all
    sent = len(card.verifies())
    assert ours("sign", "a", TEXT) == LOGGED_OUT
    assert ours("state", "a") == "CKS_RO_PUBLIC_SESSION"
    assert len(card.verifies()) == sent
    assert_no_pin_astray(card, before)
