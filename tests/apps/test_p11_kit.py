# SPDX-License-Identifier: BSD-2-Clause
"""Programs that find the module by p11-kit's configuration, and those on another machine."""

import hashlib
import pathlib
import re
import shlex
import shutil
import sys

import pytest

from sshd import Sshd
from support import (AUTH, MODULE, PIN, PSS, SIGN, TIMEOUT, assert_signed, first_line, listens,
                     needs, p11_kit, p11_kit_modules, p11_kit_passes_all, serial_numbers, subject,
                     uri, wait_until)
from web import PORTS, seen, start_server

CERTIFICATE = {AUTH: "authentication.pem", SIGN: "signature.pem"}
EF = {AUTH: "0018", SIGN: "001B"}
PINS = {AUTH: 1, SIGN: 2}  # pkcs11-tool gives the signature password for each signature again
AUTH_TOKEN = f"pkcs11:token={AUTH.replace(' ', '%20')}"
AUTH_KEY = f"{uri(AUTH, 'private')};object=User%20Authentication"
PROXY = p11_kit("proxy_module")
CLIENT = p11_kit("p11_module_path") / "p11-kit-client.so"
SERVED = "P11_KIT_SERVER_ADDRESS"
TEXT = "口座を開きます。\n".encode()


def labels(listed):
    return re.findall(r"^ +token label +: (.*?) *$", listed, re.MULTILINE)


def assert_verified(card, label, times=1):
    """The card has seen the right PIN this often, no other, and holds none for verified."""
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [(EF[label], "9000")] * times
    assert card.verified() == []


def assert_verified_through_a_socket(card, label, times=1):
    """The same, as soon as the server's process has heard of the end of its client."""
    wait_until(lambda: card.verified() == [])
    assert_verified(card, label, times)


# --- by configuration ------------------------------------------------------------------------


def p11tool(sandbox, *args, pin=None, **options):
    return sandbox.run("p11tool", *args, env={"GNUTLS_PIN": pin} if pin else {}, **options)


def test_p11_kit_lists_the_module(configured, card):
    card.mark()
    listed = configured.run("p11-kit", "list-modules")
    (name, file), = p11_kit_modules(listed).items()
    assert (name, pathlib.Path(file).name) == ("jpki", "jpki-pkcs11.so")
    assert re.findall(r"^ +token: (.+)$", listed, re.MULTILINE) == [AUTH, SIGN]
    assert re.findall(r"serial-number: (\S+)", listed) == [card.serial()] * 2
    assert card.verifies() == []


@pytest.mark.parametrize("tries, flag", [(2, "user-pin-count-low"), (1, "user-pin-final-try"),
                                         (0, "user-pin-locked")])
def test_p11_kit_tells_of_missing_tries(configured, card, tries, flag):
    assert "user-pin-count-low" not in configured.run("p11-kit", "list-modules")
    card.set_tries("authentication", tries)
    card.mark()
    authentication, signature = re.split(
        rf"^ +token: {SIGN}$", configured.run("p11-kit", "list-modules"), flags=re.MULTILINE)
    assert flag in authentication and "user-pin-initialized" in signature
    assert flag not in signature
    assert card.verifies() == []


def test_opensc_s_module_can_be_kept_out(configured, tmp_path):
    """By a file of its name that names no module, as a person's own here."""
    (tmp_path / "configuration" / "opensc-pkcs11.module").write_text("module: opensc-pkcs11.so\n")
    person = ("setpriv", "--reuid=daemon", "--regid=daemon", "--clear-groups", "env",
              f"HOME={configured.folder}", "p11-kit", "list-modules")
    listed = configured.run(*person)
    assert AUTH in listed and "JPKI (User Authentication PIN)" in listed
    override = configured.folder / ".config" / "pkcs11" / "modules" / "opensc-pkcs11.module"
    override.parent.mkdir(parents=True)
    override.write_text("module:\n")
    for place in override.relative_to(configured.folder).parents:
        (configured.folder / place).chmod(0o755)
    listed = configured.run(*person)
    assert AUTH in listed and "JPKI (User" not in listed and "opensc" not in listed


def test_p11tool_lists_tokens_and_objects(configured, card):
    card.mark()
    assert re.findall(r"Label: (.+)", p11tool(configured, "--list-tokens")) == [AUTH, SIGN]
    authentication = p11tool(configured, "--list-all", uri(AUTH, "cert"))
    assert re.findall(r"Label: (.+)", authentication) == [
        "User Authentication", "User Authentication CA"]
    signature = p11tool(configured, "--list-all", uri(SIGN, "cert"))
    assert re.findall(r"Label: (.+)", signature) == ["Digital Signature CA"]
    assert card.verifies() == []


@pytest.mark.parametrize("options", [(), ("--sign-params=rsa-pss", "--hash=sha256")],
                         ids=["pkcs1", "pss"])
def test_p11tool_signs(configured, card, options):
    card.mark()
    said = p11tool(configured, "--login", "--test-sign", *options, AUTH_KEY, pin=PIN[AUTH])
    assert said.count("... ok") == 3
    assert_verified(card, AUTH)


def test_p11tool_spends_one_try_for_a_wrong_pin(configured, card):
    card.mark()
    p11tool(configured, "--login", "--test-sign", AUTH_KEY, pin="4321", status=1)
    assert [entry.sw for entry in card.verifies()] == ["63C2"]
    assert card.tries("authentication") == 2


def test_the_proxy_lists_both_tokens(configured, card):
    listed = configured.pkcs11_tool("--list-token-slots", module=PROXY)
    assert labels(listed) == [AUTH, SIGN]
    assert serial_numbers(listed) == [card.serial()] * 2


@pytest.mark.parametrize(
    "label, mechanism, options",
    [
        (AUTH, "SHA256-RSA-PKCS", ()),
        (AUTH, "SHA256-RSA-PKCS-PSS", PSS),
        (SIGN, "SHA256-RSA-PKCS", ()),
    ],
)
def test_the_proxy_signs(configured, card, certificates, tmp_path, label, mechanism, options):
    card.mark()
    signature = configured.sign(label, mechanism, TEXT, tmp_path, module=PROXY)
    assert_signed(certificates / CERTIFICATE[label], TEXT, signature, tmp_path, options=options)
    assert_verified(card, label, PINS[label])


def curl(sandbox, server, certificate, protocol, env):
    return sandbox.run(
        "curl", "--fail", "--silent", "--show-error", "--max-time", "30", "--cacert", server,
        "--cert", certificate, "--key", f"{uri(AUTH, 'private')};pin-value={PIN[AUTH]}",
        f"https://localhost:{PORTS[protocol]}/", env=env,
    )


def assert_logs_in(sandbox, card, server, certificates, protocol, env, verified=assert_verified):
    certificate = certificates / CERTIFICATE[AUTH]
    card.mark()
    said = curl(sandbox, server, certificate, protocol, env)
    assert seen(said) == (protocol, "SUCCESS", subject(certificate))
    verified(card, AUTH)


@pytest.mark.parametrize("protocol", PORTS)
def test_curl_logs_in_by_configuration_alone(configured, card, server, certificates, protocol):
    assert_logs_in(configured, card, server, certificates, protocol, env={})


# --- through a socket ------------------------------------------------------------------------


class Server:
    """`p11-kit server`, running in a sandbox until stop()."""

    def __init__(self, sandbox, *args):
        self.sandbox = sandbox
        self.socket = sandbox.folder / "p11-kit.socket"
        self.env = {SERVED: f"unix:path={self.socket}"}
        self.process = sandbox.start("p11-kit", "server", "--foreground", "--name", self.socket,
                                     *args)
        assert str(self.socket) in first_line(self.process)
        self.pid = re.search(r"PID=(\d+)", self.process.stdout.readline()).group(1)
        wait_until(lambda: listens(sandbox, self.socket))

    def stop(self):
        if self.process.poll() is None:
            self.sandbox.run("sh", "-c", 'kill "$0"', self.pid)
            self.process.wait(TIMEOUT)
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def serve(sandbox):
    """Starts a server in the sandbox; stops it at the end of the test."""
    started = []

    def start(*args):
        started.append(Server(sandbox, *args))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def served(serve, sandbox):
    """A server for all tokens of the module."""
    return serve("--provider", sandbox.module, "pkcs11:")


def test_the_client_lists_both_tokens(sandbox, card, served):
    card.mark()
    listed = sandbox.pkcs11_tool("--list-token-slots", module=CLIENT, env=served.env)
    assert labels(listed) == [AUTH, SIGN]
    assert serial_numbers(listed) == [card.serial()] * 2
    listed = sandbox.run("p11tool", "--provider", CLIENT, "--list-tokens", env=served.env)
    assert re.findall("Label: (.+)", listed) == [AUTH, SIGN]
    assert card.verifies() == []


def test_the_client_signs_a_hash_with_pss(sandbox, card, certificates, tmp_path, served):
    """Each p11-kit passes this form on."""
    card.mark()
    signature = sandbox.sign(
        AUTH, "RSA-PKCS-PSS", hashlib.sha256(TEXT).digest(), tmp_path, "--hash-algorithm",
        "SHA256", module=CLIENT, env=served.env)
    assert_signed(certificates / CERTIFICATE[AUTH], TEXT, signature, tmp_path, options=PSS)
    assert_verified_through_a_socket(card, AUTH)


@pytest.mark.parametrize("mechanism, digest, options", [
    ("SHA256-RSA-PKCS-PSS", "sha256", PSS), ("SHA224-RSA-PKCS", "sha224", ())])
def test_what_the_client_passes_on_since_it_knows_more(sandbox, card, certificates, tmp_path,
                                                       served, mechanism, digest, options):
    """The form that hashes as well, and SHA-224."""
    card.mark()
    passes = p11_kit_passes_all()
    signature = sandbox.sign(AUTH, mechanism, TEXT, tmp_path, module=CLIENT, env=served.env,
                             status=0 if passes else 1)
    if passes:
        assert_signed(certificates / CERTIFICATE[AUTH], TEXT, signature, tmp_path, digest=digest,
                      options=options)
    else:
        assert "CKR_MECHANISM_INVALID" in sandbox.said
    assert_verified_through_a_socket(card, AUTH)


@pytest.mark.parametrize("module", [PROXY, CLIENT], ids=["proxy", "client"])
def test_p11_kit_offers_the_newer_interface(configured, card, module, serve):
    """Since it passes that on, programs find it and work."""
    env = serve(AUTH_TOKEN).env
    card.mark()
    said = configured.pkcs11_tool("--show-info", module=module, env=env)
    assert ("Cryptoki version 3.0" in said) == p11_kit_passes_all()
    assert AUTH in labels(configured.pkcs11_tool("--list-token-slots", module=module, env=env))
    assert card.verifies() == []


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_a_client_signs_where_no_card_is(sandboxes, sandbox, card, certificates, tmp_path, served,
                                         label):
    """As on another machine: no PC/SC service, no network in common; the socket is all it has."""
    elsewhere = sandboxes("--no-service")
    card.mark()
    signature = elsewhere.sign(label, "SHA256-RSA-PKCS", TEXT, tmp_path, module=CLIENT,
                               env=served.env)
    assert_signed(certificates / CERTIFICATE[label], TEXT, signature, tmp_path)
    assert_verified_through_a_socket(card, label, PINS[label])


@pytest.mark.parametrize("label, wrong", [(AUTH, "4321"), (SIGN, "XYZ987")])
def test_a_wrong_pin_through_the_socket_spends_one_try(sandbox, card, tmp_path, served, label,
                                                       wrong):
    card.mark()
    sandbox.sign(label, "SHA256-RSA-PKCS", TEXT, tmp_path, pin=wrong, module=CLIENT,
                 env=served.env, status=1)
    assert "CKR_PIN_INCORRECT" in sandbox.said
    assert [entry.ef for entry in card.verifies()] == [EF[label]]


@pytest.mark.parametrize("protocol", PORTS)
def test_curl_logs_in_through_the_socket(sandbox, card, server, certificates, served, protocol):
    assert_logs_in(sandbox, card, server, certificates, protocol,
                   {**served.env, "PKCS11_MODULE_PATH": CLIENT}, assert_verified_through_a_socket)


def test_a_server_for_one_token(configured, card, serve):
    """Of the module that is configured; the other machine cannot ask for a signature."""
    env = serve(AUTH_TOKEN).env
    listed = configured.pkcs11_tool("--list-token-slots", module=CLIENT, env=env)
    assert labels(listed) == [AUTH]
    card.mark()
    said = configured.pkcs11_tool("--token-label", SIGN, "--login", "--pin", PIN[SIGN], "-O",
                                  module=CLIENT, env=env, status=1)
    assert "No slot" in said
    assert card.verifies() == []


# A client that has logged in, until it is killed.
HELD = """
import os, sys
from PyKCS11 import *

library = PyKCS11Lib()
library.load(sys.argv[1])
session = library.openSession(library.getSlotList(tokenPresent=True)[0])
session.login(sys.argv[2])
print("PID", os.getpid(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def client(sandbox, served):
    """A client of the server that has logged in; its process identifier in the sandbox."""
    process = sandbox.start("env", *(f"{name}={value}" for name, value in served.env.items()),
                            sys.executable, "-c", HELD, CLIENT, PIN[AUTH])
    yield first_line(process).removeprefix("PID ")
    process.stdin.close()
    process.stdout.close()
    process.wait(TIMEOUT)


def test_a_client_that_is_killed_leaves_no_key_open(sandbox, card, served, client):
    """Each client has a process of the server to itself, which ends with the connection."""
    assert card.verified() == ["authentication"]
    sandbox.run("sh", "-c", 'kill -KILL "$0"', client)
    wait_until(lambda: card.verified() == [])
    listed = sandbox.pkcs11_tool("--list-token-slots", module=CLIENT, env=served.env)
    assert labels(listed) == [AUTH, SIGN]


def test_a_client_outlives_the_server_but_leaves_no_key_open(sandbox, card, served, client):
    served.stop()
    assert card.verified() == ["authentication"]
    sandbox.run("sh", "-c", 'kill -KILL "$0"', client)
    wait_until(lambda: card.verified() == [])


# --- from another machine ----------------------------------------------------------------------


class Shell:
    """A shell on the other machine by ssh, which takes the socket along."""

    def __init__(self, sandbox, sshd, key, socket):
        self.sandbox = sandbox
        self.there = sshd.home / "jpki"
        self.process = sandbox.start(
            "sh", "-c", 'echo $$; exec "$@"', "sh", "ssh", "-F", "none", "-i", key,
            *sshd.options(), "-R", f"{self.there}:{socket}", "server.example.jp", "sh")
        self.pid = first_line(self.process)
        self.ask(f"export {SERVED}=unix:path={self.there}")

    def type(self, command):
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()

    def ask(self, *command):
        """What a command says there; it must succeed."""
        self.type(f"{shlex.join(map(str, command)) if command[1:] else command[0]} 2>&1; echo END $?")
        said = ""
        while not re.search(r"^END \d+\n", said, re.MULTILINE):
            line = self.process.stdout.readline()
            assert line, said
            said += line
        assert said.endswith("END 0\n"), said
        return said

    def pkcs11_tool(self, *args, module=CLIENT):
        return self.ask("pkcs11-tool", "--module", module, *args)

    def curl(self, server, port):
        return self.ask("env", f"PKCS11_MODULE_PATH={CLIENT}", "curl", "--silent", "--show-error",
                        "--cacert", server, "--cert", uri(AUTH, "cert"), "--key",
                        f"{uri(AUTH, 'private')};pin-value={PIN[AUTH]}",
                        f"https://localhost:{port}/")

    def end(self):
        self.process.communicate(timeout=TIMEOUT)

    def kill(self):
        """As when the cable is cut, but noticed at once."""
        self.sandbox.run("kill", "-KILL", self.pid)
        self.end()


@pytest.fixture
def shell(sandbox, elsewhere, tmp_path, serve):
    """Opens shells on the other machine, where the authentication token is to be had."""
    needs("ssh", "/usr/sbin/sshd", "ip")
    socket = serve("--provider", sandbox.module, AUTH_TOKEN).socket
    sshd, key = Sshd(elsewhere), tmp_path / "key"
    sandbox.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    sshd.start(key.with_suffix(".pub").read_text(), more="StreamLocalBindUnlink yes\n")
    return lambda: Shell(sandbox, sshd, key, socket)


def test_the_card_on_another_machine(card, elsewhere, certificates, tmp_path, shell):
    """That has neither reader nor service, and no way to the card but the socket."""
    server = start_server(elsewhere, certificates)
    certificate = certificates / CERTIFICATE[AUTH]
    one = shell()
    text, signature = one.there.with_name("text"), one.there.with_name("signature")
    module = shutil.copy(MODULE, one.there.parent)  # the project may be nobody else's to read
    assert labels(one.pkcs11_tool("-L", module=module)) == []
    assert labels(one.pkcs11_tool("-L")) == [AUTH]
    card.mark()
    one.ask(f"printf %s {shlex.quote(TEXT.decode())} >{text}")
    one.pkcs11_tool("--login", "--pin", PIN[AUTH], "--sign", "--mechanism", "SHA256-RSA-PKCS",
                    "--input-file", text, "--output-file", signature)
    assert_signed(certificate, TEXT, signature, tmp_path)
    assert_verified_through_a_socket(card, AUTH)
    for protocol, port in PORTS.items():
        card.mark()
        assert seen(one.curl(server, port)) == (protocol, "SUCCESS", subject(certificate))
        assert_verified_through_a_socket(card, AUTH)
    one.end()
    assert one.there.exists()  # as any ssh leaves it behind
    card.mark()
    two = shell()
    two.type(shlex.join(["exec", "/usr/bin/python3", "-c", HELD, str(CLIENT), PIN[AUTH]]))
    assert "PID" in two.process.stdout.readline()
    assert card.verified() == ["authentication"]
    two.kill()
    wait_until(lambda: card.verified() == [])
    assert len(card.verifies()) == 1
