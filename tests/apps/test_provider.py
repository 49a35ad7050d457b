# SPDX-License-Identifier: BSD-2-Clause
"""OpenSSL with pkcs11-provider, which takes the engine's place in newer distributions; and curl,
which uses it. The provider finds the module by OpenSSL's configuration or by a variable."""

import pathlib

import pytest

from prompt import Prompted, ask
from samples import sample
from support import (AUTH, PIN, PSS, SIGN, TIMEOUT, Card, assert_signed, built, first_line, output,
                     subject, uri, wait_until)
from web import PORTS, seen

TEXT = b"text\n"
EF = {AUTH: "0018", SIGN: "001B"}
FILE = {AUTH: "authentication", SIGN: "signature"}
ID = {AUTH: "01", SIGN: "02"}
MODULE = {AUTH: "jpki-pkcs11-auth", SIGN: "jpki-pkcs11-sign"}
MALFORMED = {AUTH: "12345", SIGN: "ABC-123"}
WRONG = {AUTH: "4321", SIGN: "XYZ987"}
LEFT = {AUTH: "63C2", SIGN: "63C4"}  # what the card says to the first wrong one
BLOCKED = "pkcs11-module-block-operations = digest\n"
DEFAULT_PSS = PSS[:2]  # the salt is as long as the hash, which the card can make
LOGIN, SIGNATURE = "Enter pass phrase for PKCS#11 Token", "Enter PIN for PKCS#11 Token"
NO_KEY = "Could not find private key from pkcs11:"
PROV = ("--cert-type", "PROV", "--key-type", "PROV")
REQUEST = "GET / HTTP/1.0\n"


if not (pathlib.Path(output("openssl", "version", "-m").split('"')[1]) / "pkcs11.so").exists():
    pytest.skip("pkcs11-provider is not installed: Debian 12 has none", allow_module_level=True)


def only_module(label):
    """For programs without a configuration."""
    return {"PKCS11_PROVIDER_MODULE": built(MODULE[label])}


class OpenSSL:
    """The program with a token's key, and a person who answers what it asks."""

    def __init__(self, sandbox, card, certificates, folder, label, changes=None):
        self.sandbox, self.card, self.label = sandbox, card, label
        self.certificate = certificates / f"{FILE[label]}.pem"
        file = folder / "openssl.cnf"
        file.write_text(sample("openssl-provider.cnf", {
            MODULE[AUTH]: MODULE[label], **(changes or {})}))
        self.env = {"OPENSSL_CONF": file}
        self.key = uri(label, "private", ID[label])
        self.text, self.out = folder / "text", folder / "out"
        self.text.write_bytes(TEXT)

    def ask(self, *command, pins=None, status=0):
        """Run it, and give these PINs or, the right one, as often as it has to ask."""
        prompts = [LOGIN, SIGNATURE] if self.label == SIGN else [LOGIN]
        self.card.mark()
        return ask(self.sandbox, zip(prompts, pins or [PIN[self.label]] * 2), "openssl", *command,
                   env=self.env, status=status)

    def dgst_command(self, *options, key=None):
        self.out.write_bytes(b"")
        return ("dgst", "-sha256", *options, "-out", self.out, "-sign", key or self.key, self.text)

    def dgst(self, *options, key=None, **more):
        return self.ask(*self.dgst_command(*options, key=key), **more)

    def unasked(self, *command, status=0):
        """Run it where nobody can answer."""
        self.card.mark()
        return self.sandbox.run("openssl", *command, env=self.env, status=status)

    def assert_verified(self, *answers, signatures=1):
        """The card has given these answers to PINs, signed this often, and is locked."""
        assert self.card.answers(EF[self.label]) == [*answers]
        assert len(self.card.events("sign")) == signatures
        assert self.card.verified() == []

    def assert_signed(self):
        """With one PIN, and the signature password once more."""
        self.assert_verified(*["9000"] * (2 if self.label == SIGN else 1))


@pytest.fixture
def program(sandbox, card, certificates, tmp_path):
    return lambda label, **more: OpenSSL(sandbox, card, certificates, tmp_path, label, **more)


# --- signatures ------------------------------------------------------------------------------


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_dgst_signs(program, tmp_path, label):
    """The signature key wants its password again for the signature."""
    program = program(label)
    for options in ((), PSS, DEFAULT_PSS):
        assert PIN[label] not in program.dgst(*options)
        assert_signed(program.certificate, TEXT, program.out, tmp_path,
                      options=PSS if options else ())
        program.assert_signed()
        assert program.card.exchanges() <= 20


@pytest.mark.parametrize("options", [(), PSS], ids=["pkcs1", "pss"])
def test_the_provider_signs(sandbox, card, certificates, tmp_path, pins, options):
    """Without a configuration."""
    text, signature = tmp_path / "text", tmp_path / "signature"
    text.write_bytes(TEXT)
    card.mark()
    sandbox.run("openssl", "dgst", "-provider", "default", "-provider", "pkcs11", "-sha256",
                *options, "-out", signature, "-sign",
                f"{uri(AUTH, 'private')};pin-source=file:{pins[AUTH]}", text, env=only_module(AUTH))
    assert_signed(certificates / "authentication.pem", TEXT, signature, tmp_path, options=options)
    assert card.answers() == ["9000"]
    assert card.verified() == []


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_cms_signs(program, certificates, label):
    """With the certificate in a file, and on the card."""
    program = program(label)
    for signer in (program.certificate, uri(label, "cert", ID[label])):
        for keyopt in ((), ("-keyopt", "rsa_padding_mode:pss")):
            program.ask("cms", "-sign", "-in", program.text, "-binary", "-nodetach", "-outform",
                        "DER", "-out", program.out, "-signer", signer, "-inkey", program.key,
                        *keyopt)
            program.assert_signed()
            assert program.card.exchanges() <= 30
            said = program.sandbox.run(
                "openssl", "cms", "-verify", "-in", program.out, "-inform", "DER", "-binary",
                "-CAfile", certificates / f"{FILE[label]}-ca.pem")
            assert "CMS Verification successful" in said
            assert TEXT.decode() in said


def test_the_signature_certificate_needs_its_id(program):
    """Without it the provider is content with the CA's, which needs no login."""
    program = program(SIGN)
    listing = ("storeutl", "-noout", "-text", "-certs")
    said = program.ask(*listing, uri(SIGN, "cert", ID[SIGN]), pins=[PIN[SIGN]])
    assert "CA:TRUE" not in said and "Total found: 1" in said
    program.assert_verified("9000", signatures=0)
    said = program.unasked(*listing, uri(SIGN, "cert"))
    assert "CA:TRUE" in said and "Total found: 1" in said
    program.assert_verified(signatures=0)


def test_the_provider_can_log_in_before_it_looks(program):
    """By a setting; it finds the signature certificate without its id, beside the CA's."""
    always = f"{BLOCKED}pkcs11-module-login-behavior = always\n"
    program = program(SIGN, changes={BLOCKED: always})
    said = program.ask("storeutl", "-noout", "-text", "-certs", uri(SIGN, "cert"), pins=[PIN[SIGN]])
    assert "CA:TRUE" in said and "Total found: 2" in said
    program.assert_verified("9000", signatures=0)


# --- PINs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_a_wrong_pin_is_one_wrong_pin(program, label):
    """What cannot be a PIN is not sent."""
    program = program(label)
    assert NO_KEY in program.dgst(pins=[WRONG[label]], status=1)
    program.assert_verified(LEFT[label], signatures=0)
    program.dgst()
    program.assert_signed()
    for malformed in ("12", MALFORMED[label]):
        assert NO_KEY in program.dgst(pins=[malformed], status=1)
        program.assert_verified(signatures=0)


def test_a_password_that_was_mistyped_at_the_signature(program):
    program = program(SIGN)
    program.dgst(pins=[PIN[SIGN], WRONG[SIGN]], status=1)
    program.assert_verified("9000", LEFT[SIGN], signatures=0)


@pytest.mark.parametrize("tries", [1, 0])
@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_the_last_try_is_never_taken(program, label, tries):
    """The provider asks, and sends nothing, not even the right one."""
    program = program(label)
    program.card.set_tries(FILE[label], tries)
    assert NO_KEY in program.dgst(pins=[PIN[label]], status=1)
    program.assert_verified(signatures=0)
    assert program.card.tries(FILE[label]) == tries


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_the_pin_from_a_file(program, pins, label):
    """A line feed at its end is none of the PIN. A wrong one costs a try, and nobody is asked for
    another; the signature password is asked for at the signature all the same."""
    program = program(label)
    key = f"{program.key};pin-source=file:{pins[label]}"
    for end in ("", "\n"):
        pins[label].write_text(PIN[label] + end)
        program.card.mark()
        ask(program.sandbox, [(SIGNATURE, PIN[label])] if label == SIGN else [], "openssl",
            *program.dgst_command(key=key), env=program.env)
        program.assert_signed()
    pins[label].write_text(WRONG[label])
    assert NO_KEY in program.unasked(*program.dgst_command(key=key), status=1)
    program.assert_verified(LEFT[label], signatures=0)


def test_with_opensc_beside_one_wrong_pin_is_one_if_the_token_is_named(configured, card, tmp_path):
    """Through p11-kit, which has OpenSC's module as well. Without its name, the PIN that was
    typed once goes to all tokens that have such a key: to the one card twice."""
    (tmp_path / "configuration" / "opensc-pkcs11.module").write_text("module: opensc-pkcs11.so\n")
    text = tmp_path / "text"
    text.write_bytes(TEXT)
    for key, answers in ((uri(AUTH, "private", "01"), ["63C2"]),
                         ("pkcs11:id=%01;type=private", ["63C2", "63C1"])):
        card.set_tries("authentication", 3)
        card.mark()
        said = ask(configured, [(LOGIN, WRONG[AUTH])], "openssl", "dgst", "-provider", "default",
                   "-provider", "pkcs11", "-sha256", "-out", tmp_path / "out", "-sign", key, text,
                   status=1)
        assert said.count(LOGIN) == 1
        assert card.answers() == answers


# --- login to a web server -------------------------------------------------------------------


def s_client(program, server, protocol, certificate, *options):
    return Prompted(program.sandbox, "openssl", "s_client", *options, "-connect",
                    f"localhost:{PORTS[protocol]}", "-CAfile", server, "-quiet", "-cert",
                    certificate, "-key", program.key, env=program.env)


@pytest.mark.parametrize("protocol", PORTS)
def test_s_client_logs_in(program, server, protocol):
    """With the certificate in a file, and on the card."""
    program = program(AUTH)
    for certificate in (program.certificate, uri(AUTH, "cert", "01")):
        program.card.mark()
        with s_client(program, server, protocol, certificate) as terminal:
            terminal.give(LOGIN, PIN[AUTH])
            terminal.wait_for("verify return:1")
            terminal.type(REQUEST)
            terminal.wait_for("HTTP/1.1 200 OK")
            said = terminal.finish()
        assert seen(said) == (protocol, "SUCCESS", subject(program.certificate))
        program.assert_signed()
        assert program.card.exchanges() <= 24


@pytest.mark.parametrize("protocol", PORTS)
def test_the_provider_must_not_come_first(program, server, protocol):
    """It takes OpenSSL's hashes from the token then, whose state TLS wants to copy. The PIN was
    right, and the card verified it. Without its hashes the order makes no difference."""
    first = ("-provider", "pkcs11", "-provider", "default")
    for more, login in (({BLOCKED: ""}, False), ({}, True)):
        one = program(AUTH, changes={"default = default_provider\n": "", **more})
        one.card.mark()
        with s_client(one, server, protocol, one.certificate, *first) as terminal:
            terminal.give(LOGIN, PIN[AUTH])
            if login:
                terminal.wait_for("verify return:1")
                terminal.type(REQUEST)
                terminal.wait_for("HTTP/1.1 200 OK")
                terminal.finish()
            else:
                terminal.wait_for("internal error")
                terminal.finish(status=1)
        one.assert_verified("9000", signatures=1 if login else 0)


def curl(server, protocol, certificate, key):
    return ("curl", "--fail", "--silent", "--show-error", "--max-time", "30", "--cacert", server,
            "--cert", certificate, "--key", key, f"https://localhost:{PORTS[protocol]}/")


@pytest.mark.smoke
@pytest.mark.parametrize("protocol", PORTS)
def test_curl_logs_in(program, server, pins, protocol):
    """With the certificate in a file, and on the card. It does not read OpenSSL's configuration."""
    program = program(AUTH)
    who = subject(program.certificate)
    for certificate, types in ((program.certificate, PROV[2:]), (uri(AUTH, "cert", "01"), PROV)):
        command = (*curl(server, protocol, certificate, program.key), *types)
        program.card.mark()
        said = ask(program.sandbox, [(LOGIN, PIN[AUTH])], *command, env=only_module(AUTH))
        assert seen(said) == (protocol, "SUCCESS", who)
        program.assert_signed()
    key = f"{program.key};pin-source=file:{pins[AUTH]}"
    program.card.mark()
    said = program.sandbox.run(*curl(server, protocol, program.certificate, key), *PROV[2:],
                               env=only_module(AUTH))
    assert seen(said) == (protocol, "SUCCESS", who)
    program.assert_signed()


def test_curl_and_a_wrong_pin(program, server):
    program = program(AUTH)
    command = curl(server, "TLSv1.3", program.certificate, program.key)
    program.card.mark()
    said = ask(program.sandbox, [(LOGIN, WRONG[AUTH])], *command, *PROV[2:], env=only_module(AUTH),
               status=58)
    assert "No private key found in the openssl store" in said
    program.assert_verified("63C2", signatures=0)


# --- programs that last ----------------------------------------------------------------------

# Says what it finds for each address that it is told: certificates (5), keys (4).
LOOKER = """
import ctypes, sys
crypto = ctypes.CDLL("libcrypto.so.3")
POINTERS = ("OSSL_PROVIDER_load", "OSSL_STORE_open", "OSSL_STORE_load")
for name in POINTERS:
    getattr(crypto, name).restype = ctypes.c_void_p
for name in ("default", "pkcs11"):
    assert crypto.OSSL_PROVIDER_load(None, name.encode())
for line in sys.stdin:
    store = ctypes.c_void_p(crypto.OSSL_STORE_open(line.strip().encode(), None, None, None, None))
    found = []
    while store and not crypto.OSSL_STORE_eof(store):
        info = ctypes.c_void_p(crypto.OSSL_STORE_load(store))
        if info:
            found.append(crypto.OSSL_STORE_INFO_get_type(info))
            crypto.OSSL_STORE_INFO_free(info)
    crypto.OSSL_STORE_close(store)
    print("found", *found, flush=True)
"""


@pytest.fixture
def looker():
    started = []

    def start(sandbox):
        process = sandbox.start("/usr/bin/python3", "-c", LOOKER, env=only_module(AUTH))
        started.append(process)

        def look(address):
            process.stdin.write(f"{address}\n")
            process.stdin.flush()
            return first_line(process)

        return look

    yield start
    for process in started:
        process.stdin.close()
        process.stdout.close()
        process.wait(TIMEOUT)


def test_a_card_that_comes_back_is_found(sandbox, card, looker):
    """It is logged in to again."""
    look = looker(sandbox)
    certificate, key = uri(AUTH, "cert", "01"), f"{uri(AUTH, 'private')};pin-value={PIN[AUTH]}"
    for _ in range(2):
        card.mark()
        assert (look(certificate), look(key)) == ("found 5", "found 4")
        assert card.answers() == ["9000"]
        card.eject()
        assert (look(certificate), look(key)) == ("found", "found")
        card.insert()
    assert card.tries("authentication") == 3


def test_a_card_that_comes_later_is_not_found(sandboxes, looker):
    """The provider looks once for slots with a card."""
    sandbox = sandboxes("--no-reader")
    card, look = Card(sandbox), looker(sandbox)
    card("insert")
    assert look(uri(AUTH, "cert", "01")) == "found"
    sandbox.reader("plug")
    wait_until(card.seen)
    assert look(uri(AUTH, "cert", "01")) == "found"
    assert looker(sandbox)(uri(AUTH, "cert", "01")) == "found 5"
