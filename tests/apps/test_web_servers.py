# SPDX-License-Identifier: BSD-2-Clause
"""nginx and Apache as the documentation sets them up, for people who log in with the card."""

import base64
import re
import ssl
import subprocess
from urllib.parse import unquote

import pytest

from sites import ADVICE, Site, start_application
from support import TIMEOUT, VCARD, needs, openssl, subject, wait_until

VERSIONS = {"TLSv1.2": ("--tlsv1.2", "--tls-max", "1.2"), "TLSv1.3": ("--tlsv1.3",)}


def der(text):
    """The certificate that a header holds: nginx escapes what no header can hold, Apache makes
    spaces of line ends."""
    body = re.search("-----BEGIN CERTIFICATE-----(.*)-----END", unquote(text), re.DOTALL).group(1)
    return base64.b64decode("".join(body.split()))


@pytest.fixture
def stranger(tmp_path):
    """A CA of the same name, but another key: as the real one, which has had three so far."""
    subprocess.run([VCARD, "export", tmp_path / "other", "--state", tmp_path / "other-state"],
                   stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=True)
    return tmp_path / "other" / "authentication-ca.pem"


@pytest.mark.parametrize("name", ["nginx", "apache"])
def test_a_server_by_its_sample(sandbox, card, certificates, stranger, name):
    needs({"nginx": "nginx", "apache": "apache2"}[name])
    certificate, authority = (certificates / f"authentication{kind}.pem" for kind in ("", "-ca"))
    assert subject(stranger) == subject(authority)
    start_application(sandbox)
    site = Site(sandbox, name, 443, stranger, authority)
    card.mark()

    # it passes on whom it saw, whatever the client claims to be
    serial = openssl("x509", "-in", certificate, "-noout", "-serial").decode().strip()[7:]
    for options in VERSIONS.values():
        told = site.fetch(certificate, *options, "--header", "X-Client-Subject: CN=root",
                          "--header", "X-Client-Serial: 1").split("|")
        assert told[:2] == [subject(certificate), serial]
        assert der(told[2]) == ssl.PEM_cert_to_DER_cert(certificate.read_text())
    wait_until(lambda: len(site.logged()) == 2)
    assert site.logged() == [(version, "SUCCESS", subject(certificate)) for version in VERSIONS]
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [("0018", "9000")] * 2

    # it says what to do to who has no card, and asks for no PIN
    assert site.fetch(None, "--write-out", "%{http_code}") == f"{ADVICE}403"
    wait_until(lambda: len(site.logged()) == 3)
    assert site.logged()[-1][:2] == ("TLSv1.3", "NONE")
    assert len(card.verifies()) == 2

    # it does not let in who has a certificate of another CA
    closed = Site(sandbox, name, 444, stranger)
    for number, options in enumerate(VERSIONS.values(), 3):
        said = closed.fetch(certificate, *options, status=None)
        assert subject(certificate) not in said
        assert said == ADVICE if name == "nginx" else "alert unknown ca" in said
        assert len(card.verifies()) == number
    if name == "apache":  # it sees no request
        log = closed.folder / "jpki-error.log"
        wait_until(lambda: "Certificate Verification: Error" in log.read_text())
        assert closed.log.read_text() == ""
    else:
        wait_until(lambda: len(closed.logged()) == 2)
        assert closed.logged() == [
            (version, "FAILED:unable to verify the first certificate", subject(certificate))
            for version in VERSIONS]
    assert card.verified() == []
