# SPDX-License-Identifier: BSD-2-Clause
"""Thunderbird signs a mail with the key of the signature, in its own windows."""

import base64
import re
import struct

import pytest

from nss import ASKED_FIRST, CERTIFICATE
from preferences import prefer
from screen import until_seen
from support import PIN, ROOT, SIGN, needs, openssl, wait_until

SERVER = ROOT / "tests" / "common" / "smtp_server.py"
PORT = 2525

# An account as its wizard leaves it, that signs what it sends. Nothing of a first start, nothing
# that calls home.
PREFERENCES = {
    "mail.accountmanager.accounts": "account1",
    "mail.accountmanager.defaultaccount": "account1",
    "mail.account.account1.identities": "id1",
    "mail.account.account1.server": "server1",
    "mail.server.server1.type": "none",
    "mail.server.server1.hostname": "Local Folders",
    "mail.server.server1.userName": "nobody",
    "mail.server.server1.name": "Local Folders",
    "mail.server.server1.directory-rel": "[ProfD]Mail/Local Folders",
    "mail.identity.id1.fullName": "番号 花子",
    "mail.identity.id1.useremail": "hanako@example.jp",
    "mail.identity.id1.smtpServer": "smtp1",
    "mail.identity.id1.valid": True,
    "mail.identity.id1.fcc": False,
    "mail.identity.id1.compose_html": False,
    "mail.identity.id1.sign_mail": True,
    "mail.identity.id1.signing_cert_name": CERTIFICATE[SIGN],
    "mail.identity.id1.signing_cert_dbkey": None,  # as chosen in the settings
    "mail.smtpservers": "smtp1",
    "mail.smtp.defaultserver": "smtp1",
    "mail.smtpserver.smtp1.hostname": "127.0.0.1",
    "mail.smtpserver.smtp1.port": PORT,
    "mail.smtpserver.smtp1.authMethod": 1,
    "mail.smtpserver.smtp1.try_ssl": 0,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.warn_on_send_accel_key": False,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore",
    "app.donation.eoy.version.viewed": 999,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
}
MAIN, NEW, PASSWORD = "^Local Folders", "^Write: .no subject", "^Password Required"


def database_key(certificate):
    """What Thunderbird notes of a certificate: lengths, number and issuer."""
    der = openssl("x509", "-in", certificate, "-outform", "DER")
    parts = re.findall(r"^ *(\d+):d=2 +hl=(\d+) +l= *(\d+)",
                       openssl("asn1parse", "-in", certificate).decode(), re.MULTILINE)
    (_, (number, head, length), _, (issuer, more, rest), *_) = [
        tuple(map(int, part)) for part in parts]
    number = der[number + head:number + head + length]
    issuer = der[issuer:issuer + more + rest]
    return base64.b64encode(
        struct.pack(">4I", 0, 0, len(number), len(issuer)) + number + issuer).decode()


@pytest.fixture
def thunderbird(sandbox, screen, database, certificates, tmp_path):
    """Started, with a profile of its own."""
    needs("thunderbird")
    nss = database(sandbox, "jpki-pkcs11-sign")
    nss.certutil("-A", "-n", "ca", "-t", ",C,", "-a", "-i", certificates / "signature-ca.pem")
    prefer(nss.folder, PREFERENCES | {
        "mail.identity.id1.signing_cert_dbkey": database_key(certificates / "signature.pem")})
    home = tmp_path / "home"
    home.mkdir()
    return sandbox.spawn(tmp_path / "log", "thunderbird", "--profile", nss.folder,
                         env={**screen.env(), **ASKED_FIRST, "HOME": home})


def write_mail(screen, subject):
    """A window for a new mail, filled in; the window."""
    main = screen.wait_for(MAIN, 90)
    window = until_seen(lambda: screen.key(main, "ctrl+n"), lambda: screen.windows(NEW))[0]

    def fill_in():
        """What was meant for the subject may have gone to the addresses."""
        screen.key(window, "ctrl+shift+t", "ctrl+a", "BackSpace", "alt+s", "ctrl+a")
        screen.write(window, subject)
        screen.key(window, "Tab")

    until_seen(fill_in, lambda: screen.windows(f"^Write: {subject} "))
    screen.key(window, "ctrl+shift+t", "ctrl+a", "BackSpace")
    screen.type(window, "taro@example.jp")
    return window


def test_thunderbird_signs_a_mail(sandbox, screen, card, thunderbird, certificates, tmp_path):
    """It asks twice: to find the certificate, and for the signature."""
    mail = tmp_path / "mail.eml"
    sandbox.spawn(tmp_path / "server", "/usr/bin/python3", SERVER, PORT, mail)
    wait_until(lambda: "ready" in (tmp_path / "server").read_text())
    window = write_mail(screen, "Signed")
    assert card.verifies() == []
    until_seen(lambda: screen.key(window, "ctrl+Return"), lambda: screen.windows(PASSWORD))
    screen.answer(screen.wait_for(PASSWORD), "ABC999")
    wait_until(lambda: len(card.verifies()) == 1)
    for number in (2, 3):
        screen.answer(screen.wait_for(PASSWORD), PIN[SIGN])
        wait_until(lambda count=number: len(card.verifies()) == count)
    wait_until(mail.exists)
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [
        ("001B", "63C4"), ("001B", "9000"), ("001B", "9000")]
    assert len(card.events("sign")) == 1 and card.verified() == []

    holder = tmp_path / "holder.pem"
    openssl("cms", "-verify", "-in", mail, "-CAfile", certificates / "signature-ca.pem",
            "-signer", holder, "-out", tmp_path / "text")
    assert "番号　花子" in openssl("x509", "-in", holder, "-noout", "-ext",
                               "subjectAltName").decode()
    sent = mail.read_bytes()
    assert b"Subject: Signed" in sent and b"multipart/signed" in sent
