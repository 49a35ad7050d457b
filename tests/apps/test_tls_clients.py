# SPDX-License-Identifier: BSD-2-Clause
"""Login to a TLS server with the authentication key: the server sees the card's subject."""

import subprocess

import pytest

from support import AUTH, PIN, subject, uri
from web import PORTS, curl, seen


def gnutls(sandbox, server, port):
    """gnutls-cli ends with its standard input: that stays open until the answer is there."""
    key_id = sandbox.key_id(AUTH)
    client = sandbox.start(
        "env", f"GNUTLS_PIN={PIN[AUTH]}", "gnutls-cli", "--provider", sandbox.module,
        "--x509cafile", server, "--x509certfile", uri(AUTH, "cert", key_id),
        "--x509keyfile", uri(AUTH, "private", key_id), "--port", port,
        "--verify-hostname", "localhost", "127.0.0.1",
    )
    try:
        client.stdin.write("GET / HTTP/1.0\r\n\r\n")
        client.stdin.flush()
        client.wait(30)
        return client.stdout.read()
    except subprocess.TimeoutExpired:
        client.kill()
        raise
    finally:
        client.stdin.close()
        client.stdout.close()


def assert_locked(card):
    """The card has lost its power after the last signature: nobody else can use the key."""
    names = [entry.event for entry in card.entries()]
    assert "power-off" in names[len(names) - names[::-1].index("sign"):], names
    assert card.verified() == []


@pytest.mark.parametrize("protocol", PORTS)
def test_curl_logs_in(sandbox, card, server, certificates, protocol):
    certificate = certificates / "authentication.pem"
    card.mark()
    said = curl(sandbox, server, certificate, PORTS[protocol])
    assert seen(said) == (protocol, "SUCCESS", subject(certificate))
    assert {(entry.ef, entry.sw) for entry in card.verifies()} == {("0018", "9000")}
    assert_locked(card)


@pytest.mark.parametrize("protocol", PORTS)
def test_gnutls_logs_in(sandbox, card, server, certificates, protocol):
    card.mark()
    said = gnutls(sandbox, server, str(PORTS[protocol]))
    assert seen(said) == (protocol, "SUCCESS", subject(certificates / "authentication.pem"))
    assert {(entry.ef, entry.sw) for entry in card.verifies()} == {("0018", "9000")}
    assert_locked(card)


@pytest.mark.parametrize("options", [[], ["-sigopt", "rsa_padding_mode:pss", "-sigopt",
                                          "rsa_pss_saltlen:32"]], ids=["pkcs1", "pss"])
def test_the_engine_signs_and_leaves_the_card_locked(sandbox, card, tmp_path, options):
    """openssl, like curl, ends without C_Finalize."""
    text, signature = tmp_path / "text", tmp_path / "signature"
    text.write_text("text")
    card.mark()
    sandbox.run("openssl", "dgst", "-engine", "pkcs11", "-keyform", "engine", "-sha256", *options,
                "-sign", f"{uri(AUTH, 'private')};pin-value={PIN[AUTH]}", "-out", signature, text,
                env={"PKCS11_MODULE_PATH": sandbox.module})
    assert signature.stat().st_size == 256
    assert_locked(card)


def test_no_login_without_a_certificate(sandbox, server):
    said = sandbox.run("curl", "--fail", "--silent", "--show-error", "--max-time", "30",
                       "--cacert", server, "https://localhost:4413/", status=22)
    assert "400" in said
