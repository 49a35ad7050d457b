# SPDX-License-Identifier: BSD-2-Clause
"""Java with SunPKCS11: keytool, jarsigner, logins to web servers and signatures."""

import re
import zipfile

import pytest

from later import Later
from samples import sample
from support import (AUTH, PIN, PSS, ROOT, SIGN, TIMEOUT, assert_signed, first_line, needs,
                     openssl, output, subject)
from web import PORTS

PROGRAM = ROOT / "tests" / "apps" / "java" / "Card.java"
CONFIGURATION = {AUTH: "java-auth.cfg", SIGN: "java-sign.cfg"}
ENGLISH = "-J-Duser.language=en"
TEXT = "口座を開きます。\n".encode()
WRONG = "4321"
AGAIN = ROOT / "tests" / "apps" / "java" / "Again.java"
# Longer than the test takes, in seconds: time passes when the test says so.
WINDOW = 300


def configuration(label, folder):
    file = folder / CONFIGURATION[label]
    file.write_text(sample(CONFIGURATION[label]))
    return file


@pytest.fixture
def tool(sandbox, tmp_path):
    """Runs one of Java's tools with a token."""
    needs("keytool", "jarsigner", "java")

    def run(program, label, pin, *args, **options):
        password = tmp_path / "password"
        password.write_text(pin)
        return sandbox.run(program, ENGLISH, "-keystore", "NONE", "-storetype", "PKCS11",
                           "-addprovider", "SunPKCS11", "-providerArg",
                           configuration(label, tmp_path), "-storepass:file", password, *args,
                           **options)

    return run


def test_keytool_lists_the_key(card, tool, certificates):
    card.mark()
    listed = tool("keytool", AUTH, PIN[AUTH], "-list")
    assert "User Authentication, PrivateKeyEntry" in listed
    fingerprint = openssl("x509", "-in", certificates / "authentication.pem", "-noout",
                          "-fingerprint", "-sha256").decode().strip().partition("=")[2]
    assert fingerprint in listed
    assert card.answers() == ["9000"]
    assert card.exchanges() <= 17
    assert card.verified() == []
    assert "load failed" in tool("keytool", AUTH, WRONG, "-list", status=1)
    assert card.answers() == ["9000", "63C2"]


def signed_by(jar, folder, ca):
    """What OpenSSL finds in a signed jar: the certificate's subject."""
    signer = folder / "signer.pem"
    with zipfile.ZipFile(jar) as opened:
        opened.extractall(folder)
    openssl("cms", "-verify", "-inform", "DER", "-binary", "-in",
            folder / "META-INF" / "DIGITAL_.RSA", "-content", folder / "META-INF" / "DIGITAL_.SF",
            "-CAfile", ca, "-signer", signer, "-out", folder / "content")
    return subject(signer)


def test_jarsigner_signs(card, tool, certificates, tmp_path):
    """Java verifies it, and so does OpenSSL."""
    jar, trusted = tmp_path / "text.jar", tmp_path / "trusted.p12"
    with zipfile.ZipFile(jar, "w") as made:
        made.writestr("text", TEXT)
    card.mark()
    assert "jar signed." in tool("jarsigner", SIGN, PIN[SIGN], jar, "Digital Signature")
    assert card.answers("001B") == ["9000"]
    assert len(card.events("sign")) == 1
    assert card.exchanges() <= 18
    assert card.verified() == []
    store = ("-keystore", trusted, "-storepass", "changeit")
    ca = certificates / "signature-ca.pem"
    output("keytool", "-importcert", "-noprompt", *store, "-alias", "ca", "-file", ca)
    assert "jar verified." in output("jarsigner", ENGLISH, "-verify", "-strict", *store, jar)
    assert signed_by(jar, tmp_path / "opened", ca) == subject(certificates / "signature.pem")


def test_a_program_logs_in_and_signs(sandbox, card, server, certificates, tmp_path):
    """Over both versions of TLS, then in three forms, all with one PIN."""
    needs("java")
    text, certificate = tmp_path / "text", certificates / "authentication.pem"
    text.write_bytes(TEXT)
    card.mark()
    said = sandbox.run("java", PROGRAM, configuration(AUTH, tmp_path), server, text,
                       *(f"https://localhost:{port}/" for port in PORTS.values()),
                       input=f"{PIN[AUTH]}\n")
    logins = re.findall(r"^(TLS\S+)\|(\w+)\|(.*)$", said, re.MULTILINE)
    assert logins == [(protocol, "SUCCESS", subject(certificate)) for protocol in PORTS]
    for algorithm, options in (("SHA256withRSA", ()), ("RSASSA-PSS", PSS),
                               ("SHA256withRSASSA-PSS", PSS)):
        assert f"{algorithm} true\n" in said
        assert_signed(certificate, TEXT, tmp_path / f"text.{algorithm}", tmp_path,
                      options=options)
    assert card.answers() == ["9000"]
    assert [entry.p1 for entry in card.events("sign")] == ["04", "04", "00", "04", "04"]
    assert card.exchanges() <= 22
    assert card.verified() == []


class Again:
    """A program that stays, with the key store of a token."""

    def __init__(self, sandbox, label, folder, env):
        # whose files of statistics are one folder for all sandboxes, where it may say so
        self.process = sandbox.start("java", "-XX:-UsePerfData", AGAIN, configuration(label, folder),
                                     env=env)

    def __call__(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return first_line(self.process)

    def stop(self):
        self.process.communicate(timeout=TIMEOUT)
        assert self.process.returncode == 0


@pytest.fixture
def later(tmp_path):
    return Later(tmp_path)


@pytest.fixture
def again(sandbox, tmp_path, later, monkeypatch):
    """With the signature token, and a window of this many seconds."""
    needs("java")
    settings = tmp_path / "jpki.conf"
    settings.write_text(f"[signature]\nwindow = {WINDOW}\n")
    monkeypatch.setenv("JPKI_CONFIG", str(settings))
    made = Again(sandbox, SIGN, tmp_path, later.env)
    yield made
    made.stop()


@pytest.mark.parametrize("takes_key", [True, False], ids=["key taken anew", "key from before"])
def test_the_password_typed_again_helps(card, again, later, certificates, tmp_path, takes_key):
    """By KeyStore.load, which is how a person is asked for it. Java knows no login for one
    signature: nothing is signed after the window, until then."""
    text, signed = tmp_path / "text", tmp_path / "signed"
    text.write_bytes(TEXT)
    card.mark()
    assert again("load", PIN[SIGN]) == "ok"
    assert again("key") == "ok"
    for _ in range(2):
        later(WINDOW + 1)
        assert again("sign", text, signed) == "CKR_USER_NOT_LOGGED_IN"
        assert card.verified() == []
        assert again("load", PIN[SIGN]) == "ok"
        if takes_key:
            assert again("key") == "ok"
        assert again("sign", text, signed) == "ok"
        assert_signed(certificates / "signature.pem", TEXT, signed, tmp_path)
    assert card.answers("001B") == ["9000"] * 3
