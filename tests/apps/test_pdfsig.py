# SPDX-License-Identifier: BSD-2-Clause
"""pdfsig of poppler, which calls C_Finalize when OpenSSL's exit handlers have run."""

import pytest

from nss import (CERTIFICATE, EF, OF_ONE_TOKEN, pdf_holds_signature, pdf_is_left, pdf_nicknames,
                 pdf_signatures, pdf_verdict)
from samples import minimal_pdf
from support import AUTH, MODULES, PIN, SIGN, openssl

REASON = "口座開設のため"


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("missing", ["--no-service", "--no-card"])
def test_ends_well_without_a_card(sandboxes, database, name, missing):
    said = database(sandboxes(missing), name).pdfsig("-list-nicks")
    assert "no certificates available" in said


@pytest.mark.parametrize("name", MODULES)
def test_ends_well_without_a_pin(sandbox, card, database, name):
    card.mark()
    said = database(sandbox, name).pdfsig("-list-nicks", status=2)
    assert "Password is needed" in said
    assert card.verifies() == []


@pytest.mark.parametrize("name, label", OF_ONE_TOKEN)
def test_lists_the_certificate(sandbox, card, database, name, label):
    card.mark()
    said = database(sandbox, name).pdfsig("-nss-pwd", PIN[label], "-list-nicks")
    assert pdf_nicknames(said) == [CERTIFICATE[label]]
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [(EF[label], "9000")]
    assert card.verified() == []


@pytest.fixture
def document(tmp_path):
    file = tmp_path / "in.pdf"
    file.write_bytes(minimal_pdf())
    return file


def add_signature(database, label, document, signed, *args, **options):
    return database.pdfsig("-nss-pwd", PIN[label], "-add-signature", "-nick", CERTIFICATE[label],
                           *args, document, signed, **options)


@pytest.mark.smoke
@pytest.mark.parametrize("name, label, key", [
    ("jpki-pkcs11-auth", AUTH, "authentication"), ("jpki-pkcs11-sign", SIGN, "signature")])
def test_signs(sandbox, card, database, certificates, document, tmp_path, name, label, key):
    """A signature with the signature key needs the password again each time."""
    signed = tmp_path / "out.pdf"
    database = database(sandbox, name)
    card.mark()
    add_signature(database, label, document, signed, "-kpw", PIN[label])
    said = pdf_verdict(sandbox, signed, certificates / f"{key}-ca.pem", tmp_path / "nss-verify")
    assert "Signature Validation: Signature is Valid." in said
    assert "Certificate Validation: Certificate is Trusted." in said
    assert "Total document signed" in said
    assert pdf_holds_signature(signed)
    signatures = len(card.events("sign"))
    assert signatures == pdf_signatures(sandbox)
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == (
        [(EF[label], "9000")] * (1 + signatures * (label == SIGN)))
    assert card.verified() == []


def test_a_certificate_with_an_ocsp_address(sandboxes, database, document, tmp_path):
    """pdfsig asks there whether it was revoked, and nobody answers: it does not say that it is
    trusted, as it says of the same certificate without an address."""
    sandbox = sandboxes("--vcard-option=--ocsp-address=http://127.0.0.1:9/")
    signed = tmp_path / "out.pdf"
    add_signature(database(sandbox, "jpki-pkcs11-sign"), SIGN, document, signed, "-kpw", PIN[SIGN])
    ca = tmp_path / "state0" / "signature-ca.pem"
    said = pdf_verdict(sandbox, signed, ca, tmp_path / "nss-verify")
    assert "Signature Validation: Signature is Valid." in said
    assert "Certificate Validation: Unknown issue with Certificate" in said
    assert "is Trusted" not in said


def test_a_slow_card(sandbox, card, database, certificates, document, tmp_path):
    """Each signature takes longer than the window. Whoever gives no password for each is not in the
    way of the next one, who does."""
    signed, settings = tmp_path / "out.pdf", tmp_path / "jpki.conf"
    settings.write_text("[signature]\nwindow = 1\n")
    database = database(sandbox, "jpki-pkcs11-sign")
    card("delay", "signature", "1500000")
    card.mark()
    for password in ((), ("-kpw", PIN[SIGN])):
        add_signature(database, SIGN, document, signed, *password,
                      env={"JPKI_CONFIG": settings}, status=None)
        assert card.verified() == []
    assert sandbox.status == 0
    said = pdf_verdict(sandbox, signed, certificates / "signature-ca.pem", tmp_path / "verify")
    assert "Certificate Validation: Certificate is Trusted." in said
    assert {entry.sw for entry in card.verifies()} == {"9000"}


def test_a_wrong_password_for_the_key_spends_one_try(sandbox, card, database, document, tmp_path):
    """pdfsig answers with it for as long as it is told that it is incorrect. Newer versions leave
    the document behind, with room for a signature and nothing in it."""
    signed = tmp_path / "out.pdf"
    database = database(sandbox, "jpki-pkcs11-sign")
    card.mark()
    add_signature(database, SIGN, document, signed, "-kpw", "ABC999", status=3)
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [
        ("001B", "9000"), ("001B", "63C4")]
    assert card.events("sign") == [] and card.verified() == []
    assert not pdf_holds_signature(signed)
    assert signed.exists() == pdf_is_left(sandbox)
    if signed.exists():  # whoever looks sees that it is none
        assert "Signature is Valid" not in database.pdfsig(signed)


def test_one_password_is_enough(sandbox, card, database, certificates, document, tmp_path):
    """No -kpw: the login covers the signatures of its window (here an hour, for slow machines).
    What is Japanese in the certificate and in the reason comes through."""
    signed, settings = tmp_path / "out.pdf", tmp_path / "jpki.conf"
    settings.write_text("[signature]\nwindow = 3600\n")
    database = database(sandbox, "jpki-pkcs11-sign")
    card.mark()
    add_signature(database, SIGN, document, signed, "-reason", REASON,
                  env={"JPKI_CONFIG": settings})
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [("001B", "9000")]
    assert card.verified() == []
    said = pdf_verdict(sandbox, signed, certificates / "signature-ca.pem", tmp_path / "verify")
    assert "Certificate Validation: Certificate is Trusted." in said
    assert b"/Reason <feff%s>" % REASON.encode("utf-16-be").hex().encode() in signed.read_bytes()

    sandbox.run("env", "-C", tmp_path, "pdfsig", "-dump", signed)
    holder = tmp_path / "holder.pem"
    holder.write_bytes(openssl("pkcs7", "-inform", "DER", "-in", tmp_path / "out.pdf.sig0",
                               "-print_certs"))
    assert "番号　花子" in openssl("x509", "-in", holder, "-noout", "-ext",
                               "subjectAltName").decode()
