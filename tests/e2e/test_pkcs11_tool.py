# SPDX-License-Identifier: BSD-2-Clause
"""pkcs11-tool, which knows nothing of the card, with the module."""

import hashlib

import pytest

from support import AUTH, PIN, PSS, SIGN, assert_signed, openssl, public_key, serial_numbers

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


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_needs_few_exchanges_with_the_card(sandbox, card, tmp_path, label, record_property):
    card.mark()
    sandbox.sign(label, "SHA256-RSA-PKCS", TEXT, tmp_path)
    exchanges = card.exchanges()
    record_property(f"exchanges for a cold login and signature, {label}", exchanges)
    assert 0 < exchanges <= {AUTH: 13, SIGN: 17}[label]


def test_takes_the_signature_password_in_lower_case(sandbox, certificates, tmp_path):
    signature = sandbox.sign(SIGN, "SHA256-RSA-PKCS", TEXT, tmp_path, pin=PIN[SIGN].lower())
    assert_signed(certificates / "signature.pem", TEXT, signature, tmp_path)


def test_two_cards_are_told_apart(sandboxes):
    """The second reader's card is a copy of the first: the slots differ, the labels do not."""
    listed = sandboxes("--cards", "2").tokens()
    assert listed.count(AUTH) == 2 and listed.count(SIGN) == 2
