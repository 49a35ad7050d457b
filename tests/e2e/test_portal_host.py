# SPDX-License-Identifier: BSD-2-Clause
"""jpki-portal-host, alone: what a browser would send comes over a pipe, and a program that stands in
for pinentry answers."""

import base64

import pytest

from portal_host import (OFFICIAL, ORIGIN, OURS_CHROMIUM, Host, Windows, digest, log_in, refused,
                         sign)
from support import assert_signed, openssl

pytestmark = pytest.mark.alike

DATA = b"challenge"
DOCUMENTS = [b"one", b"two", b"three"]
PIN, PASSWORD = "1234", "ABC123"


@pytest.fixture
def windows(tmp_path):
    return Windows(tmp_path)


@pytest.fixture
def hosts(sandbox, windows, tmp_path):
    """Makes hosts, and ends them."""
    made = []

    def make(*caller, **more):
        made.append(Host(more.pop("sandbox", sandbox), windows, tmp_path,
                         **({"caller": caller} if caller else {}), **more))
        return made[-1]

    yield make
    for host in made:
        host.stop()


@pytest.fixture
def host(hosts):
    return hosts()


def unpadded(text):
    assert "=" not in text
    return base64.b64decode(text + "=" * (-len(text) % 4))


def assert_right(answer, certificate, folder, *documents):
    """The signatures are of these, by the key of the certificate, which goes along."""
    signatures = answer["signature"]
    signatures = signatures if isinstance(signatures, list) else [signatures]
    assert unpadded(answer["certificate"]) == openssl("x509", "-in", certificate, "-outform", "DER")
    assert len(signatures) == len(documents)
    for signature, document in zip(signatures, documents):
        file = folder / "signature.bin"
        file.write_bytes(base64.b64decode(signature, validate=True))
        assert_signed(certificate, document, file, folder)


# --- what it is for ---------------------------------------------------------------------------


def test_log_in(host, card, certificates, tmp_path):
    card.mark()
    answer = host.ask(log_in(DATA), PIN)
    assert answer["mode"] == "01" and answer["result"] == "0" and isinstance(answer["signature"], str)
    assert_right(answer, certificates / "authentication.pem", tmp_path, DATA)
    assert card.answers("0018") == ["9000"] and card.verified() == []
    assert host.windows.opened() == 1 and host.close() == 0


def test_sign(host, card, certificates, tmp_path):
    card.mark()
    answer = host.ask(sign(*DOCUMENTS), PASSWORD)
    assert answer["mode"] == "02" and answer["result"] == "0"
    assert_right(answer, certificates / "signature.pem", tmp_path, *DOCUMENTS)
    assert card.answers("001B") == ["9000"] and card.verified() == []
    assert host.windows.opened() == 1 and host.close() == 0
