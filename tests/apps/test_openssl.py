# SPDX-License-Identifier: BSD-2-Clause
"""The openssl program with libp11's engine, which finds the module by OpenSSL's configuration: the
module is loaded while OpenSSL itself reads that file."""

import re

import pytest

from prompt import ask
from samples import sample
from sites import run_nginx
from support import (AUTH, PIN, PIN_LATE, PSS, SIGN, assert_signed, built, openssl, subject, uri,
                     wait_until)
from web import PORTS, seen

TEXT = b"text\n"
EF = {AUTH: "0018", SIGN: "001B"}
FILE = {AUTH: "authentication", SIGN: "signature"}
MODULE = {AUTH: "jpki-pkcs11-auth", SIGN: "jpki-pkcs11-sign"}
WRONG = {AUTH: "4321", SIGN: "XYZ987"}
ENGINE = ("-engine", "pkcs11", "-keyform", "engine")
KEYOPT_PSS = tuple(option.replace("-sigopt", "-keyopt") for option in PSS)
TOKEN_PROMPT = "Enter PKCS#11 token PIN for {}:"
KEY_PROMPT = "Enter PKCS#11 key PIN for {}:"
# Exchanges for a signature with a card that nobody has seen, and with one that was seen before: of
# the signature key's certificate nothing is kept.
MOST = {AUTH: (12, 6), SIGN: (15, 15)}


class OpenSSL:
    """The program with a token's key, and a person who answers what it asks."""

    def __init__(self, sandbox, card, certificates, folder, label, initialise="0"):
        self.sandbox, self.card, self.label = sandbox, card, label
        self.certificates = certificates
        file = folder / f"{MODULE[label]}-{initialise}.cnf"
        changes = {MODULE[AUTH]: MODULE[label], "init = 0": f"init = {initialise}"}
        file.write_text(sample("openssl.cnf", changes))
        self.env = {"OPENSSL_CONF": file}
        self.text, self.out = folder / "text", folder / "out"
        self.text.write_bytes(TEXT)

    def ask(self, verb, *options, pins=None, status=0):
        """Run it, and give these PINs or, the right one, as often as it has to ask."""
        prompts = [TOKEN_PROMPT.format(self.label)]
        if self.label == SIGN:
            prompts.append(KEY_PROMPT.format("Digital Signature"))
        self.card.mark()
        self.out.write_bytes(b"")
        return ask(self.sandbox, zip(prompts, pins or [PIN[self.label]] * 2), "openssl", verb,
                   *ENGINE, "-out", self.out, *options, env=self.env, status=status)

    def dgst(self, *options, **more):
        return self.ask("dgst", "-sha256", *options, "-sign", uri(self.label, "private"),
                        self.text, **more)

    def cms(self, *options, keyopt=(), **more):
        return self.ask("cms", "-sign", "-in", self.text, "-binary", "-outform", "DER", *options,
                        "-signer", self.certificates / f"{FILE[self.label]}.pem",
                        "-inkey", uri(self.label, "private"), *keyopt, **more)

    def assert_verified(self, *answers, signatures=1):
        """The card has given these answers to PINs, signed this often, and is locked."""
        assert self.card.answers(EF[self.label]) == [*answers]
        assert len(self.card.events("sign")) == signatures
        assert self.card.verified() == []


@pytest.fixture
def program(sandbox, card, certificates, tmp_path):
    return lambda label, **more: OpenSSL(sandbox, card, certificates, tmp_path, label, **more)


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_dgst_signs(program, certificates, tmp_path, label):
    """The signature key wants its password again for the signature."""
    program = program(label)
    for most, options in zip(MOST[label], ((), PSS)):
        said = program.dgst(*options)
        assert PIN[label] not in said
        assert_signed(certificates / f"{FILE[label]}.pem", TEXT, program.out, tmp_path,
                      options=options)
        program.assert_verified(*["9000"] * (2 if label == SIGN else 1))
        assert program.card.exchanges() <= most + PIN_LATE
    said = program.dgst("-sigopt", "rsa_padding_mode:pss", pins=[PIN[label]], status=1)
    assert "Error signing data" in said and ":Mechanism invalid:" in said
    program.assert_verified("9000", signatures=0)


def test_a_wrong_pin_is_one_wrong_pin(program):
    """Also where the engine's initialisation is part of reading the configuration."""
    program = program(AUTH, initialise="1")
    said = program.dgst(pins=[WRONG[AUTH]], status=1)
    assert ":PIN incorrect:" in said
    program.assert_verified("63C2", signatures=0)
    program.dgst()
    program.assert_verified("9000")


def cms_verify(program, certificates, *options):
    """What OpenSSL, without the engine, finds signed."""
    return program.sandbox.run(
        "openssl", "cms", "-verify", "-in", program.out, "-inform", "DER", "-binary", "-CAfile",
        certificates / f"{FILE[program.label]}-ca.pem", *options)


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_cms_signs(program, certificates, label):
    """The text apart from the signature, and in it."""
    program = program(label)
    for most, (signing, keyopt, verifying) in zip(MOST[label], (
            ((), KEYOPT_PSS, ("-content", program.text)), (("-nodetach",), (), ()))):
        program.cms(*signing, keyopt=keyopt)
        program.assert_verified(*["9000"] * (2 if label == SIGN else 1))
        assert program.card.exchanges() <= most + PIN_LATE
        said = cms_verify(program, certificates, *verifying)
        assert "CMS Verification successful" in said
        assert TEXT.decode() in said


def test_the_signature_certificate_as_a_file(sandbox, card, certificates, tmp_path):
    """p11tool logs in to read it."""
    file = tmp_path / "signer.pem"
    card.mark()
    ask(sandbox, [("Enter PIN:", PIN[SIGN])], "p11tool", "--provider", built(MODULE[SIGN]),
        "--login", "--outfile", file, "--export", uri(SIGN, "cert", "02"))
    assert file.read_text().split() == (certificates / "signature.pem").read_text().split()
    assert card.answers(EF[SIGN]) == ["9000"]
    assert card.verified() == []


def test_cms_and_a_password_that_was_mistyped(program):
    """At the login, and at the signature. In the default form of PSS the card cannot sign."""
    program = program(SIGN)
    assert ":PIN incorrect:" in program.cms(pins=[WRONG[SIGN]], status=2)
    program.assert_verified("63C4", signatures=0)
    program.cms(pins=[PIN[SIGN], WRONG[SIGN]], status=3)
    program.assert_verified("9000", "63C4", signatures=0)
    said = program.cms(keyopt=KEYOPT_PSS[:2], pins=[PIN[SIGN]], status=3)
    assert ":Mechanism invalid:" in said
    program.assert_verified("9000", signatures=0)


def test_req_makes_a_request_and_a_certificate(program, certificates):
    program = program(AUTH)
    program.ask("req", "-new", "-subj", "/CN=example", "-key", uri(AUTH, "private"))
    program.assert_verified("9000")
    assert b"verify OK" in openssl("req", "-in", program.out, "-verify", "-noout")
    program.ask("req", "-new", "-x509", "-days", "30", "-subj", "/CN=example", *PSS,
                "-key", uri(AUTH, "private"))
    program.assert_verified("9000")
    openssl("verify", "-CAfile", program.out, program.out)
    key = openssl("x509", "-in", program.out, "-noout", "-pubkey")
    assert key == openssl("x509", "-in", certificates / "authentication.pem", "-noout", "-pubkey")


def test_the_pin_from_a_file(program, pins):
    """Nobody is asked; a line feed at its end would be taken for a part of the PIN."""
    program = program(AUTH)
    key = f"{uri(AUTH, 'private')};pin-source=file:{pins[AUTH]}"
    command = ("openssl", "dgst", "-sha256", *ENGINE, "-out", program.out, "-sign", key,
               program.text)
    program.card.mark()
    program.sandbox.run(*command, env=program.env)
    program.assert_verified("9000")
    pins[AUTH].write_text(PIN[AUTH] + "\n")
    program.card.mark()
    assert ":PIN incorrect:" in program.sandbox.run(*command, env=program.env, status=1)
    program.assert_verified(signatures=0)


@pytest.mark.parametrize("protocol", PORTS)
def test_nginx_logs_in_to_another_server(program, server, certificates, pins, protocol):
    """Its worker, a child of the process that has found the key, logs in anew. A wrong PIN is one
    try, and nginx does not start."""
    program = program(AUTH, initialise="1")
    sandbox, card = program.sandbox, program.card
    certificate = certificates / "authentication.pem"
    servers = sample("nginx-client.conf", {
        "https://www.example.jp": f"https://localhost:{PORTS[protocol]}",
        "/etc/ssl/certs/ca-certificates.crt": server,
        "/etc/nginx/card.pem": certificate,
        "/etc/nginx/card.pin": pins[AUTH],
    }, modules=False)
    folder = sandbox.folder / "client"
    folder.mkdir()
    pins[AUTH].write_text(WRONG[AUTH])
    card.mark()
    assert "cannot load certificate key" in run_nginx(sandbox, folder, servers, env=program.env,
                                                      status=1)
    program.assert_verified("63C2", signatures=0)
    pins[AUTH].write_text(PIN[AUTH])
    card.mark()
    run_nginx(sandbox, folder, servers, env=program.env)
    for _ in range(2):
        said = sandbox.run("curl", "--silent", "--show-error", "--max-time", "30",
                           "http://127.0.0.1:8000/")
        assert seen(said) == (protocol, "SUCCESS", subject(certificate))
    assert len(card.events("sign")) in (1, 2)  # a TLS session may be resumed
    assert card.answers() == ["9000", "9000"]
    assert card.verified() == ["authentication"]


# A signature each time, and who has answered.
WORKERS = {
    "proxy_ssl_verify on;": "proxy_ssl_verify on; proxy_ssl_session_reuse off; keepalive_timeout 0;"
                            " add_header X-Worker $pid always;",
}


class Proxy:
    """nginx with several workers, which log in to another server with the card."""

    def __init__(self, program, server, certificate, pin_file):
        self.sandbox = program.sandbox
        self.folder = self.sandbox.folder / "client"
        self.folder.mkdir()
        servers = sample("nginx-client.conf", {
            "https://www.example.jp": f"https://localhost:{PORTS['TLSv1.3']}",
            "/etc/ssl/certs/ca-certificates.crt": server,
            "/etc/nginx/card.pem": certificate,
            "/etc/nginx/card.pin": pin_file,
            **WORKERS,
        }, modules=False)
        run_nginx(self.sandbox, self.folder, servers, workers=2, env=program.env)

    def ask(self):
        """The status, and the worker that has answered."""
        said = self.sandbox.run("curl", "--silent", "--max-time", "30", "--include",
                                "http://127.0.0.1:8000/")
        worker, = re.findall(r"^X-Worker: (\d+)\r?$", said, re.MULTILINE)
        status, = re.findall(r"^HTTP/1.1 (\d+)", said)
        return status, worker

    def workers(self):
        """The two that answer; all that they answer must be well."""
        seen_workers = set()

        def ask():
            status, worker = self.ask()
            assert status == "200", f"worker {worker}"
            seen_workers.add(worker)
            return len(seen_workers) == 2

        wait_until(ask)
        return seen_workers

    def end(self, number, pid):
        self.sandbox.run("kill", f"-{number}", pid)
        wait_until(lambda: self.sandbox.run("test", "-e", f"/proc/{pid}/exe", status=None) == ""
                   and self.sandbox.status == 1)

    def stop(self):
        self.end("QUIT", (self.folder / "pid").read_text().strip())


@pytest.mark.parametrize("number", ["TERM", "QUIT", "KILL"])
def test_two_workers_of_nginx(program, server, certificates, pins, number):
    """When one ends, the other goes on, and so does the one that nginx starts in its place. With the
    last of them the card is locked."""
    program = program(AUTH, initialise="1")
    card = program.card
    card.mark()
    proxy = Proxy(program, server, certificates / "authentication.pem", pins[AUTH])
    gone, stays = proxy.workers()
    proxy.end(number, gone)
    after = proxy.workers()
    assert stays in after and gone not in after
    assert {entry.sw for entry in card.verifies()} == {"9000"}
    assert card.verified() == ["authentication"]
    proxy.stop()
    wait_until(lambda: card.verified() == [])


def test_workers_of_nginx_with_a_pin_that_is_not_right_any_more(program, server, certificates, pins):
    """Each new worker logs in anew, with the PIN that nginx has read at its start: one try, in all."""
    program = program(AUTH, initialise="1")
    card = program.card
    proxy = Proxy(program, server, certificates / "authentication.pem", pins[AUTH])
    seen = proxy.workers()
    program.sandbox.pkcs11_tool("--token-label", AUTH, "--login", "--pin", PIN[AUTH], "--change-pin",
                                "--new-pin", "4321")
    card.mark()
    for _ in range(4):
        proxy.end("KILL", proxy.ask()[1])
        wait_until(lambda: proxy.ask()[1] not in seen)
        seen |= {proxy.ask()[1] for _ in range(4)}
    assert [sw for sw in card.answers() if sw != "9000"] == ["63C2"]
    assert card.tries("authentication") == 2
    proxy.stop()
