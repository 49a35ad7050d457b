# SPDX-License-Identifier: BSD-2-Clause
"""NSS, the library of Firefox, Chromium and LibreOffice, with the modules in its database."""

import base64
import re

import pytest

from nss import ASKED_FIRST, CERTIFICATE, EF, Database, nss_knows_policies
from support import AUTH, MODULES, SIGN, Card, openssl

TEXT = "Content-Type: text/plain; charset=UTF-8\r\n\r\n口座を開きます。\r\n".encode()
MESSAGE = b"""\
MIME-Version: 1.0
Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=x

--x
%s
--x
Content-Type: application/pkcs7-signature; name=smime.p7s
Content-Transfer-Encoding: base64

%s
--x--
"""

def nicknames(listed):
    """The names of certificates in certutil's table, and what NSS trusts them to be."""
    return dict(re.findall(r"^(JPKI .*?) +(\S*,\S*,\S*) *$", listed, re.MULTILINE))


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


# --- signatures, and what the tools do not get -----------------------------------------------


def tried(card):
    return [(entry.ef, entry.sw) for entry in card.verifies()]


@pytest.fixture
def signing(sandbox, database):
    return database(sandbox, "jpki-pkcs11-sign")


def test_cmsutil_signs_a_message(sandbox, card, signing, pins, certificates, tmp_path):
    """A message as mailers send it, its signature beside the text: seen right by openssl and by
    NSS, if that is told whom to trust: the CA or, before NSS knew the critical extension that JPKI
    uses, the signer."""
    text, signature, mail = tmp_path / "text", tmp_path / "smime.p7s", tmp_path / "mail.eml"
    text.write_bytes(TEXT)
    sign = ("-S", "-T", "-G", "-Y", "NONE", "-N", CERTIFICATE[SIGN], "-f", pins[SIGN],
            "-i", text, "-o", signature)
    card.mark()
    assert "does not exist" in signing.run("cmsutil", *sign, status=1)
    assert tried(card) == []
    signing.run("cmsutil", *sign, env=ASKED_FIRST)
    assert tried(card) == [("001B", "9000")] * 2
    assert len(card.events("sign")) == 1 and card.verified() == []

    mail.write_bytes(MESSAGE.replace(b"\n", b"\r\n") % (
        TEXT, base64.encodebytes(signature.read_bytes())))
    authority = certificates / "signature-ca.pem"
    assert TEXT.split(b"\r\n")[2] in openssl("cms", "-verify", "-in", mail, "-CAfile", authority)
    other = Database(sandbox, tmp_path / "nss-other", None)
    check = ("cmsutil", "-D", "-h", "0", "-i", signature, "-c", text)
    assert "signer0.status=SigningCertNotTrusted;" in other.run(*check)
    other.certutil("-A", "-n", "ca", "-t", ",C,", "-a", "-i", authority)
    verdict = "GoodSignature" if nss_knows_policies() else "SigningCertNotTrusted"
    assert f"signer0.status={verdict};" in other.run(*check)
    other.certutil("-A", "-n", "signer", "-t", ",P,", "-a", "-i", certificates / "signature.pem")
    assert "signer0.status=GoodSignature;" in other.run(*check)
    text.write_bytes(TEXT + b"!")
    assert "signer0.status=DigestMismatch;" in other.run(*check)


def test_pk12util_gets_no_key(card, signing, pins, tmp_path):
    """It finds certificate and key, and is refused what it wants of the key."""
    file = tmp_path / "out.p12"
    card.mark()
    said = signing.run("pk12util", "-o", file, "-n", CERTIFICATE[SIGN], "-k", pins[SIGN],
                       "-W", "secret", env=ASKED_FIRST, status=28)
    assert "SEC_ERROR_PKCS12_UNABLE_TO_EXPORT_KEY" in said
    assert not file.exists()
    assert tried(card) == [("001B", "9000")] and card.events("sign") == []
    assert card.verified() == []
    listed = signing.certutil("-K", "-h", SIGN, "-f", pins[SIGN])
    assert re.search(r"^< 0> rsa .* Digital Signature$", listed, re.MULTILINE)


def test_signtool_takes_no_certificate_of_a_person(card, signing, pins, tmp_path):
    """It wants one for programs, and says so before it signs."""
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "file").write_text("file")
    card.mark()
    said = signing.run("signtool", "-k", CERTIFICATE[SIGN], "-p", pins[SIGN].read_text(),
                       "-Z", tmp_path / "out.jar", tree, env=ASKED_FIRST, status=255)
    assert "Certificate type not approved for application" in said
    assert tried(card) == [("001B", "9000")] and card.events("sign") == []
    assert card.verified() == []
