# SPDX-License-Identifier: BSD-2-Clause
"""pdfsig of poppler, which calls C_Finalize when OpenSSL's exit handlers have run."""

import pytest

from nss import (CERTIFICATE, EF, OF_ONE_TOKEN, pdf_holds_signature, pdf_is_left, pdf_nicknames,
                 pdf_signatures, pdf_verdict)
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


def minimal_pdf():
    """One empty page."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    ]
    text, table = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, body in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(text)
        text += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(objects) + 1
    return text + (b"xref\n0 %d\n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
                   % (size, table, size, len(text)))


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
