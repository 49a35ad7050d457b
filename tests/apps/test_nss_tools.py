# SPDX-License-Identifier: BSD-2-Clause
"""NSS, the library of Firefox, Chromium and LibreOffice, with the modules in its database."""

import re

import pytest

from nss import CERTIFICATE, EF, pdf_verdict
from support import AUTH, MODULES, PIN, SIGN, Card

OF_ONE_TOKEN = [(name, labels[0]) for name, labels in MODULES.items() if len(labels) == 1]


def nicknames(listed):
    """The names of certificates in certutil's table, and what NSS trusts them to be."""
    return dict(re.findall(r"^(JPKI .*?) +(\S*,\S*,\S*) *$", listed, re.MULTILINE))


# --- lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_modutil_lists_slots_and_tokens(sandboxes, database, name):
    """Two cards, because modutil calls an empty slot a failure."""
    sandbox = sandboxes("--cards", "2")
    listed = database(sandbox, name).modutil("-list", "jpki")
    found = re.findall(r"^ +Slot: Virtual PCD 00 (00|01) \((.*)\)$", listed, re.MULTILINE)
    roles = [label.removeprefix("JPKI ") for label in MODULES[name]]
    assert found == [(reader, role) for reader in ("00", "01") for role in roles]
    assert re.findall(r"Token Name: (.*?) *$", listed, re.MULTILINE) == [*MODULES[name]] * 2
    assert Card(sandbox).verifies() == []
    assert Card(sandbox, "JPKI_CONTROL_2").verifies() == []


@pytest.mark.parametrize("name", MODULES)
def test_certutil_lists_certificates_without_a_pin(sandbox, card, database, name):
    """The authentication certificate is there, as one with a key ("u"); the other is a secret."""
    card.mark()
    found = nicknames(database(sandbox, name).certutil("-L", "-h", "all"))
    wanted = {}
    if AUTH in MODULES[name]:
        wanted |= {CERTIFICATE[AUTH]: "u,u,u", f"{CERTIFICATE[AUTH]} CA": ",,"}
    if SIGN in MODULES[name]:
        wanted |= {f"{CERTIFICATE[SIGN]} CA": ",,"}
    assert found == wanted
    assert card.verifies() == []


def test_certutil_lists_one_token(sandbox, card, database):
    card.mark()
    found = nicknames(database(sandbox).certutil("-L", "-h", AUTH))
    assert [*found] == [CERTIFICATE[AUTH], f"{CERTIFICATE[AUTH]} CA"]
    assert card.verifies() == []


@pytest.mark.parametrize("name, label",
                         [(name, label) for name, labels in MODULES.items() for label in labels])
def test_certutil_lists_the_private_key(sandbox, card, database, pins, name, label):
    card.mark()
    listed = database(sandbox, name).certutil("-K", "-h", label, "-f", pins[label])
    assert re.search(rf"^< 0> rsa .* {label.removeprefix('JPKI ')}$", listed, re.MULTILINE)
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [(EF[label], "9000")]
    assert card.verified() == []


def test_a_wrong_pin_spends_one_try(sandbox, card, database, pins):
    pins[AUTH].write_text("4321")
    card.mark()
    said = database(sandbox).certutil("-K", "-h", AUTH, "-f", pins[AUTH], status=255)
    assert "SEC_ERROR_BAD_PASSWORD" in said
    assert [entry.sw for entry in card.verifies()] == ["63C2"]


# --- pdfsig, which calls C_Finalize when OpenSSL's exit handlers have run ----------------------


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("missing", ["--no-service", "--no-card"])
def test_pdfsig_ends_well_without_a_card(sandboxes, database, name, missing):
    said = database(sandboxes(missing), name).pdfsig("-list-nicks")
    assert "no certificates available" in said


@pytest.mark.parametrize("name", MODULES)
def test_pdfsig_ends_well_without_a_pin(sandbox, card, database, name):
    card.mark()
    said = database(sandbox, name).pdfsig("-list-nicks", status=2)
    assert "Password is needed" in said
    assert card.verifies() == []


@pytest.mark.parametrize("name, label", OF_ONE_TOKEN)
def test_pdfsig_lists_the_certificate(sandbox, card, database, name, label):
    card.mark()
    said = database(sandbox, name).pdfsig("-nss-pwd", PIN[label], "-list-nicks")
    assert re.findall(r"^JPKI .*$", said, re.MULTILINE) == [CERTIFICATE[label]]
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


@pytest.mark.parametrize("name, label, key", [
    ("jpki-pkcs11-auth", AUTH, "authentication"), ("jpki-pkcs11-sign", SIGN, "signature")])
def test_pdfsig_signs(sandbox, card, database, certificates, tmp_path, name, label, key):
    """Once to know the signature's size, and once more in earnest; a signature with the
    signature key needs the password again each time."""
    document, signed = tmp_path / "in.pdf", tmp_path / "out.pdf"
    document.write_bytes(minimal_pdf())
    database = database(sandbox, name)
    card.mark()
    database.pdfsig("-nss-pwd", PIN[label], "-add-signature", "-nick", CERTIFICATE[label],
                    "-kpw", PIN[label], document, signed)
    said = pdf_verdict(sandbox, signed, certificates / f"{key}-ca.pem", tmp_path / "nss-verify")
    assert "Signature Validation: Signature is Valid." in said
    assert "Certificate Validation: Certificate is Trusted." in said
    assert "Total document signed" in said
    signatures = len(card.events("sign"))
    assert signatures == 2
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == (
        [(EF[label], "9000")] * (1 + signatures * (label == SIGN)))
    assert card.verified() == []
