# SPDX-License-Identifier: BSD-2-Clause
"""pkcs11-tool, which knows nothing of the card, with the module."""

import hashlib
import shutil

import pytest

from support import (AUTH, PIN, PSS, SIGN, assert_signed, built, fewest, openssl, public_key,
                     serial_numbers)

CERTIFICATE = {AUTH: "authentication.pem", SIGN: "signature.pem"}
TEXT = "同意します。\n".encode()


def test_lists_both_tokens_with_the_serial_number_of_the_card(sandbox, card):
    listed = sandbox.tokens()
    assert listed.count("token label") == 2
    assert AUTH in listed and SIGN in listed
    assert serial_numbers(listed) == [card.serial()] * 2


def test_lists_objects(sandbox):
    public = sandbox.pkcs11_tool("--token-label", AUTH, "-O")
    assert "Certificate Object" in public and "Public Key Object" in public
    private = sandbox.pkcs11_tool("--token-label", SIGN, "--login", "--pin", PIN[SIGN], "-O")
    assert "Certificate Object" in private and "Private Key Object; RSA" in private


def test_hides_the_signature_certificate_before_login(sandbox, card):
    card.mark()
    listed = sandbox.pkcs11_tool("--token-label", SIGN, "-O", "--type", "cert")
    assert "digital signature" not in listed.lower() or "CA" in listed
    assert card.verifies() == []


@pytest.mark.parametrize(
    "label, mechanism, digest, options",
    [
        (AUTH, "SHA256-RSA-PKCS", "sha256", ()),
        (AUTH, "SHA256-RSA-PKCS-PSS", "sha256", PSS),
        (AUTH, "SHA1-RSA-PKCS", "sha1", ()),
        (AUTH, "SHA384-RSA-PKCS", "sha384", ()),
        (AUTH, "SHA512-RSA-PKCS", "sha512", ()),
        (SIGN, "SHA256-RSA-PKCS", "sha256", ()),
        (SIGN, "SHA512-RSA-PKCS", "sha512", ()),
    ],
)
def test_signs(sandbox, card, certificates, tmp_path, label, mechanism, digest, options):
    card.mark()
    signature = sandbox.sign(label, mechanism, TEXT, tmp_path)
    assert_signed(certificates / CERTIFICATE[label], TEXT, signature, tmp_path, digest, options)
    assert {entry.sw for entry in card.verifies()} == {"9000"}
    assert len(card.events("sign")) == 1


def test_signs_a_large_message_with_one_command(sandbox, card, certificates, tmp_path):
    message = bytes(range(256)) * 4096
    card.mark()
    signature = sandbox.sign(AUTH, "SHA256-RSA-PKCS", message, tmp_path)
    assert_signed(certificates / "authentication.pem", message, signature, tmp_path)
    assert len(card.events("sign")) == 1


def test_signs_raw_data(sandbox, certificates, tmp_path):
    data = b"padded exactly as given"
    signature = sandbox.sign(AUTH, "RSA-PKCS", data, tmp_path)
    key = public_key(certificates / "authentication.pem", tmp_path)
    assert data == openssl("pkeyutl", "-verifyrecover", "-pubin", "-inkey", key, "-in", signature)


def test_signs_a_hash_with_pss(sandbox, certificates, tmp_path):
    signature = sandbox.sign(AUTH, "RSA-PKCS-PSS", hashlib.sha256(TEXT).digest(), tmp_path,
                             "--hash-algorithm", "SHA256")
    assert_signed(certificates / "authentication.pem", TEXT, signature, tmp_path, "sha256", PSS)


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_passes_its_own_test(sandbox, label):
    said = sandbox.pkcs11_tool("--token-label", label, "--login", "--pin", PIN[label], "--test")
    assert "No errors" in said


def cold_and_warm(card, cache, work):
    """Exchanges of work with a card that nobody has seen, and once more."""
    shutil.rmtree(cache, ignore_errors=True)
    counts = []
    for _ in range(2):
        card.mark()
        work()
        counts.append(card.exchanges())
    return counts


# A start: SELECT, the head of the authentication certificate; cold, EF 0006 and EF 0008 too. The
# module that is not for it leaves that head alone, and knows no card again.
START, WARM_START, START_OF_ONE = 4, 2, 3


def test_needs_few_exchanges_to_list_tokens(sandbox, card, cache):
    wanted = [START + 2, WARM_START + 2]  # and the tries of both
    assert wanted == fewest(lambda: cold_and_warm(card, cache, sandbox.tokens), wanted)


# The tool looks at each token before it has found the one of that label, which costs its tries.
# Then: SELECT, VERIFY; of the certificate what has the key, if it is not known (the signature
# certificate is never kept); the signature. The signature key: SELECT, VERIFY once more.
@pytest.mark.parametrize(
    "module, label, cold, warm",
    [
        ("jpki-pkcs11", AUTH, START + 1 + 2 + 2 + 1, WARM_START + 1 + 2 + 1),
        ("jpki-pkcs11-auth", AUTH, START + 1 + 2 + 2 + 1, WARM_START + 1 + 2 + 1),
        ("jpki-pkcs11", SIGN, START + 2 + 4 + 3 + 1, WARM_START + 2 + 4 + 3 + 1),
        ("jpki-pkcs11-sign", SIGN, START_OF_ONE + 1 + 4 + 3 + 1, START_OF_ONE + 1 + 4 + 3 + 1),
    ],
)
def test_needs_few_exchanges_to_sign(sandbox, card, cache, tmp_path, module, label, cold, warm):
    def sign():
        sandbox.sign(label, "SHA256-RSA-PKCS", TEXT, tmp_path, module=built(module))

    assert [cold, warm] == fewest(lambda: cold_and_warm(card, cache, sign), [cold, warm])


def test_takes_the_signature_password_in_lower_case(sandbox, certificates, tmp_path):
    signature = sandbox.sign(SIGN, "SHA256-RSA-PKCS", TEXT, tmp_path, pin=PIN[SIGN].lower())
    assert_signed(certificates / "signature.pem", TEXT, signature, tmp_path)


def test_two_cards_are_told_apart(sandboxes):
    """The second reader's card is a copy of the first: the slots differ, the labels do not."""
    listed = sandboxes("--cards", "2").tokens()
    assert listed.count(AUTH) == 2 and listed.count(SIGN) == 2
