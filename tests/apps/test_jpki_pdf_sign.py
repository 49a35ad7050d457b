# SPDX-License-Identifier: BSD-2-Clause
"""jpki pdf sign, and what jpki pdf check says of the files that pdfsig signs with the card."""

import re

import pytest

from nss import CERTIFICATE, pdf_verdict
from prompt import Prompted
from samples import minimal_pdf
from support import JPKI, PIN, SIGN

ENGLISH = {"LC_ALL": "C.UTF-8"}
PASSWORD = PIN[SIGN]
ASKED = "password for digital signature"


@pytest.fixture
def document(tmp_path):
    file = tmp_path / "契約書.pdf"
    file.write_bytes(minimal_pdf())
    return file


@pytest.fixture
def output(document):
    return document.with_name("契約書-signed.pdf")


@pytest.fixture
def run(sandbox, tmp_path):
    """jpki pdf, with the password on a descriptor. Nothing is left of what it has made aside."""
    aside = tmp_path / "aside"
    aside.mkdir()

    def start(*args, pin=PASSWORD, env=None, **options):
        said = sandbox.run("/bin/bash", "-c", 'exec "$0" pdf "${@:2}" 3<<< "$1"', JPKI, pin, *args,
                           env={**ENGLISH, "TMPDIR": aside, **(env or {})}, **options)
        assert not [*aside.iterdir()]
        return said

    return start


def test_check_likes_what_pdfsig_makes(sandbox, run, database, certificates, document, tmp_path):
    signed = tmp_path / "out.pdf"
    database(sandbox, "jpki-pkcs11-sign").pdfsig(
        "-nss-pwd", PASSWORD, "-kpw", PASSWORD, "-add-signature", "-nick", CERTIFICATE[SIGN],
        document, signed)
    said = run("check", signed, "--ca", certificates / "signature-ca.pem")
    assert "its signature is valid." in " ".join(said.split()) and "NOT OK" not in said
    assert "番号　花子" in said


def test_sign(sandbox, card, run, certificates, document, output, tmp_path):
    """One password, one signature, and pdfsig finds it valid."""
    before = document.read_bytes()
    card.mark()
    said = run("sign", document, "--pin-fd", "3")
    assert said.splitlines() == [
        "Your name, address, date of birth and sex go into the signature, with",
        "your certificate: whoever gets it can read them.", f"Wrote {output}."]
    assert card.answers("001B") == ["9000"] and len(card.events("sign")) == 1
    assert card.verified() == []
    assert document.read_bytes() == before and output.stat().st_mode & 0o777 == 0o600
    said = run("check", output, "--ca", certificates / "signature-ca.pem")
    assert "NOT OK" not in said and re.search("^Certificate +OK: the one that the signature names$",
                                              said, re.MULTILINE)
    said = pdf_verdict(sandbox, output, certificates / "signature-ca.pem", tmp_path / "verify")
    assert "Signature Validation: Signature is Valid." in said
    assert "Certificate Validation: Certificate is Trusted." in said
    assert "Total document signed" in said


def test_a_second_signature(run, certificates, document, output):
    """The first one stays valid, but for online filing that is one too many."""
    run("sign", document, "--pin-fd", "3")
    both = output.with_name("both.pdf")
    said = run("sign", output, "--output", both, "--pin-fd", "3")
    assert "wants\none signature that covers the whole file" in said
    said = run("check", both, "--ca", certificates / "signature-ca.pem", status=1)
    assert said.count("OK: the file is as it was signed") == 2
    assert re.findall(r"^(\S+) +NOT OK", said, re.MULTILINE) == ["/ByteRange"]


def test_the_password_is_for_nobody_else(sandbox, card, document, output):
    """It is asked for by jpki, and no other program gets it: neither its arguments nor what it is
    started with hold it."""
    with Prompted(sandbox, "strace", "-f", "-v", "-s", "4096", "-e", "trace=execve", "-o",
                  document.with_name("trace"), JPKI, "pdf", "sign", document,
                  env=ENGLISH) as person:
        person.give(ASKED, PASSWORD)
        person.finish()
    trace = document.with_name("trace").read_text(errors="replace")
    assert "pdfsig" in trace and "pk12util" in trace and PASSWORD not in trace
    assert output.exists()


@pytest.mark.parametrize("arguments, said, status", [
    (["sign", "{}/none.pdf"], "No such file", 1),
    (["sign", "{}"], "this is a folder", 1),
    (["sign", "{}/text"], "this is no PDF", 1),
    (["sign", "{}/契約書.pdf", "--output", "{}/text"], "is there already", 1),
    (["sign", "{}/契約書.pdf", "--output", "{}/契約書.pdf", "--force"], "would be overwritten", 1),
    (["sign", "{}/契約書.pdf", "--output", "{}/none/x"], "No such file", 1),
    (["sign", "{}/契約書.pdf", "--json"], "--json does nothing with sign", 2),
    (["check", "{}/契約書.pdf", "--force"], "--force does nothing with check", 2),
])
def test_what_cannot_be_is_told_before_the_password(card, run, document, tmp_path, arguments, said,
                                                    status):
    (tmp_path / "text").write_text("text")
    card.mark()
    pin = ("--pin-fd", "3") if arguments[0] == "sign" else ()
    assert said in run(*(word.format(tmp_path) for word in arguments), *pin, status=status)
    assert card.verifies() == []


def test_without_pdfsig(card, run, document, tmp_path):
    (tmp_path / "bin").mkdir()
    card.mark()
    said = run("sign", document, "--pin-fd", "3", env={"PATH": tmp_path / "bin"}, status=1)
    assert "pdfsig is not installed." in said and "apt-get install poppler-utils" in said
    assert card.verifies() == []


@pytest.mark.parametrize("pin, answers", [("ABC124", ["63C4"]), ("12", [])])
def test_wrong_passwords(card, run, document, output, pin, answers):
    card.mark()
    run("sign", document, "--pin-fd", "3", pin=pin, status=4)
    assert card.answers("001B") == answers and not output.exists()


@pytest.mark.parametrize("last", [-1, -2])
def test_the_card_is_pulled(card, run, document, output, last):
    card.mark()
    run("sign", document, "--pin-fd", "3")
    output.unlink()
    card.fault("eject", card.exchanges() + 1 + last)
    said = run("sign", document, "--pin-fd", "3", status=None)
    assert "Wrote" not in said and len(said.splitlines()) <= 5
    assert not output.exists()


def test_a_program_that_fails(sandbox, run, document, output, tmp_path):
    """What it says is told, cleaned."""
    programs = tmp_path / "bin"
    programs.mkdir()
    fake = programs / "pdfsig"
    fake.write_text("#!/bin/sh\nprintf 'no \\033[31m luck\\n'; exit 3\n")
    fake.chmod(0o755)
    path = f"{programs}:" + sandbox.run("printenv", "PATH").strip()
    said = run("sign", document, "--pin-fd", "3", env={"PATH": path}, status=1)
    assert "pdfsig could not do its part:\nno ?[31m luck" in said
    assert not output.exists()
