# SPDX-License-Identifier: BSD-2-Clause
"""When something is missing or wrong: a clear answer, and never a try that nobody asked for."""

import shutil

import pytest

from support import AUTH, PIN, SIGN, Card, assert_signed, uri, wait_until
from worker import Worker

OTHER = {AUTH: SIGN, SIGN: AUTH}
PIN_NAME = {AUTH: "authentication", SIGN: "signature"}
CERTIFICATE = {AUTH: "authentication.pem", SIGN: "signature.pem"}
TRIES = {AUTH: 3, SIGN: 5}
TEXT = b"text\n"
SELECT_JPKI = "00:A4:04:0C:0A:D3:92:F0:00:26:01:00:00:00:01"


def refused(sandbox, folder, label, pin):
    """What pkcs11-tool says about a signature that must fail, without crashing."""
    sandbox.sign(label, "SHA256-RSA-PKCS", TEXT, folder, pin=pin, status=1)
    return sandbox.said


def assert_signs(sandbox, certificates, folder, label):
    signature = sandbox.sign(label, "SHA256-RSA-PKCS", TEXT, folder)
    assert_signed(certificates / CERTIFICATE[label], TEXT, signature, folder)


@pytest.mark.parametrize("missing", ["--no-service", "--no-reader", "--no-card"])
def test_something_is_missing(sandboxes, tmp_path, missing):
    sandbox = sandboxes(missing)
    assert "token label" not in sandbox.tokens()
    refused(sandbox, tmp_path, AUTH, PIN[AUTH])


def test_the_first_look_finds_a_reader_that_came(sandboxes):
    """NSS looks once at a page that demands a certificate."""
    sandbox = sandboxes("--no-reader")
    card = Card(sandbox)
    card("insert")
    with Worker(sandbox) as program:
        assert program.ask("present") == "slots"
        sandbox.reader("plug")
        wait_until(card.seen)
        assert program.ask("present") == "slots 0,1"


def test_the_first_look_finds_the_card_though_the_service_was_started_anew(sandbox, card):
    with Worker(sandbox) as program:
        assert program.ask("present") == "slots 0,1"
        sandbox.service("stop")
        sandbox.service("start")
        wait_until(card.seen)
        assert program.ask("present") == "slots 0,1"


@pytest.mark.parametrize("quirk", ["application=absent", "application=foreign", "label=resident"])
def test_another_kind_of_card(sandboxes, tmp_path, quirk):
    sandbox = sandboxes("--quirk", quirk)
    assert "token label" not in sandbox.tokens()
    refused(sandbox, tmp_path, AUTH, PIN[AUTH])
    assert Card(sandbox).verifies() == []


def test_no_signature_certificate_no_such_token(sandboxes, certificates, tmp_path):
    sandbox = sandboxes("--quirk", "signature-certificate=absent")
    listed = sandbox.tokens()
    assert AUTH in listed and SIGN not in listed
    assert_signs(sandbox, certificates, tmp_path, AUTH)


@pytest.mark.parametrize("label, wrong", [(AUTH, "4321"), (SIGN, "XYZ987")])
def test_a_wrong_pin_spends_one_try(sandbox, card, certificates, tmp_path, label, wrong):
    card.mark()
    assert "CKR_PIN_INCORRECT" in refused(sandbox, tmp_path, label, wrong)
    assert len(card.verifies()) == 1
    assert card.tries(PIN_NAME[label]) == TRIES[label] - 1
    assert card.tries(PIN_NAME[OTHER[label]]) == TRIES[OTHER[label]]
    assert_signs(sandbox, certificates, tmp_path, label)
    assert card.tries(PIN_NAME[label]) == TRIES[label]


def p11tool_logs_in(sandbox, label, pin):
    """What p11tool says that lists the private key; it takes a refused PIN for the end."""
    return sandbox.run("p11tool", "--provider", sandbox.module, "--login", "--list-all-privkeys",
                       uri(label, "private"), env={"GNUTLS_PIN": pin}, status=None)


@pytest.mark.parametrize("label, malformed", [
    (AUTH, "123"), (AUTH, "１２３"), (AUTH, "12345"), (AUTH, "12a4"), (AUTH, "1234567890123456789"),
    (AUTH, PIN[SIGN]), (SIGN, PIN[AUTH]), (SIGN, "AB123"), (SIGN, "ABC-123"),
    (SIGN, "ABCDEFGH123456789"), (SIGN, "あいう123")])
def test_a_malformed_pin_spends_none(sandbox, card, tmp_path, label, malformed):
    card.mark()
    assert "CKR_PIN_INCORRECT" in refused(sandbox, tmp_path, label, malformed)
    assert "Wrong PIN" in p11tool_logs_in(sandbox, label, malformed)
    assert card.verifies() == []
    assert (card.tries("authentication"), card.tries("signature")) == (3, 5)


@pytest.mark.parametrize("label, typed", [(AUTH, "１２３４"), (SIGN, "abc123"), (SIGN, "ａｂｃ１２３")])
def test_an_input_method_left_on_spends_none(sandbox, card, certificates, tmp_path, label, typed):
    card.mark()
    assert "CKA_PRIVATE" in p11tool_logs_in(sandbox, label, typed)
    signature = sandbox.sign(label, "SHA256-RSA-PKCS", TEXT, tmp_path, pin=typed)
    assert_signed(certificates / CERTIFICATE[label], TEXT, signature, tmp_path)
    assert {entry.sw for entry in card.verifies()} == {"9000"}


@pytest.mark.parametrize("status", ["63c0", "6983", "6984"])
@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_a_blocked_pin_leaves_the_other_key_alone(
    sandboxes, certificates, tmp_path, label, status
):
    sandbox = sandboxes("--quirk", f"blocked-verify={status}", "--quirk", f"blocked-count={status}")
    card = Card(sandbox)
    card.set_tries(PIN_NAME[label], 0)
    card.mark()
    assert sandbox.tokens().count("user PIN locked") == 1
    assert "CKR_PIN_LOCKED" in refused(sandbox, tmp_path, label, PIN[label])
    assert "PIN locked" in p11tool_logs_in(sandbox, label, PIN[label])
    assert card.verifies() == []
    assert_signs(sandbox, certificates, tmp_path, OTHER[label])
    assert "CKA_PRIVATE" in p11tool_logs_in(sandbox, OTHER[label], PIN[OTHER[label]])
    assert {entry.sw for entry in card.verifies()} == {"9000"}


@pytest.mark.parametrize("label, wrong", [(AUTH, "4321"), (SIGN, "XYZ987")])
def test_the_last_try_blocks_and_is_the_last(sandbox, card, tmp_path, label, wrong):
    card.set_tries(PIN_NAME[label], 1)
    card.mark()
    assert "final user PIN try" in sandbox.tokens()
    refused(sandbox, tmp_path, label, wrong)
    assert card.tries(PIN_NAME[label]) == 0
    assert "CKR_PIN_LOCKED" in refused(sandbox, tmp_path, label, PIN[label])
    assert len(card.verifies()) == 1


def test_looking_spends_nothing(sandbox, card):
    card.mark()
    sandbox.pkcs11_tool("-L")
    sandbox.pkcs11_tool("-M")
    sandbox.pkcs11_tool("-O")
    assert card.verifies() == []
    assert (card.tries("authentication"), card.tries("signature")) == (3, 5)


FAULTS = ["eject", "power-loss", "garbage", "empty", "truncated", "overlong"]


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_trouble_in_the_middle(sandbox, card, cache, certificates, tmp_path, fault, known):
    """The card is pulled, loses power, or talks nonsense, at each exchange of a signature: a card
    that nobody has seen, or one that is known."""
    if known:
        assert_signs(sandbox, certificates, tmp_path, AUTH)
    card.mark()
    assert_signs(sandbox, certificates, tmp_path, AUTH)
    exchanges = card.exchanges()
    for number in range(1, exchanges + 1):
        if not known:
            shutil.rmtree(cache, ignore_errors=True)
        card.fault(fault, number)
        card.mark()
        sandbox.sign(AUTH, "SHA256-RSA-PKCS", TEXT, tmp_path, status=None)
        assert sandbox.status in (0, 1), f"{fault} at exchange {number}: {sandbox.said}"
        assert len(card.verifies()) <= 1, f"{fault} at exchange {number}"
        card.clear_faults()
        if fault in ("eject", "empty"):  # the virtual card is out, or came back unseen
            card.eject()
            card.insert()
    assert_signs(sandbox, certificates, tmp_path, AUTH)
    assert card.tries("authentication") == 3


@pytest.mark.parametrize(
    "quirk",
    ["short-identifiers=6a86", "short-identifiers=6b00", "short-identifiers=6a82",
     "chaining=all", "chaining=half", "wrong-le=6cxx", "end-of-file=6282", "select-clears=yes",
     "wrong-pin=keeps", "first-command=6f00", "reset-clears=yes", "presence=missing", "verified-count=9000", "token-info=missing",
     "token-info=binary"],
)
def test_a_card_with_a_quirk_signs_with_both_keys(sandboxes, certificates, tmp_path, quirk):
    sandbox = sandboxes("--quirk", quirk)
    for label in (AUTH, SIGN):
        assert_signs(sandbox, certificates, tmp_path, label)


@pytest.mark.parametrize("signature", ["damaged", "other-key", "short"])
def test_a_wrong_signature_is_not_handed_out(sandboxes, tmp_path, signature):
    sandbox = sandboxes("--quirk", f"signature={signature}")
    refused(sandbox, tmp_path, AUTH, PIN[AUTH])


@pytest.mark.parametrize("label, key", [(AUTH, "97"), (SIGN, "9A")])
def test_no_key_stays_open_after_the_program(sandbox, card, certificates, tmp_path, label, key):
    card.mark()
    assert_signs(sandbox, certificates, tmp_path, label)
    names = [entry.event for entry in card.entries()]
    assert "power-off" in names[names.index("sign"):]
    assert card.verified() == []
    signing = f"80:2A:00:{key}:04:74:65:78:74:00"
    said = sandbox.run("opensc-tool", "--card-driver", "default", "-s", SELECT_JPKI, "-s", signing)
    assert "SW1=0x69, SW2=0x82" in said
