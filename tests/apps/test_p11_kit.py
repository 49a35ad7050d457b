# SPDX-License-Identifier: BSD-2-Clause
"""Programs that find the module by p11-kit's configuration, and those on another machine."""

import hashlib
import os
import re
import shutil
import sys

import pytest

from support import (AUTH, PIN, PSS, SIGN, assert_signed, first_line, p11_kit, serial_numbers,
                     subject, uri, wait_until)
from web import PORTS, seen

CERTIFICATE = {AUTH: "authentication.pem", SIGN: "signature.pem"}
EF = {AUTH: "0018", SIGN: "001B"}
PINS = {AUTH: 1, SIGN: 2}  # pkcs11-tool gives the signature password for each signature again
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


# --- by configuration ------------------------------------------------------------------------


@pytest.fixture
def configured(sandbox, installed, tmp_path):
    """In the sandbox, p11-kit is as `meson install` leaves it, and has no other configuration."""
    modules = tmp_path / "modules"
    place, files = p11_kit("p11_module_path"), p11_kit("p11_module_configs")
    shutil.copytree(place, modules, symlinks=True)
    shutil.copytree(installed / place.relative_to("/"), modules, dirs_exist_ok=True)
    sandbox.run("mount", "--bind", modules, place)
    sandbox.run("mount", "--bind", installed / files.relative_to("/"), files)
    if os.path.isdir("/etc/pkcs11"):
        sandbox.run("mount", "-t", "tmpfs", "tmpfs", "/etc/pkcs11")
    return sandbox


def p11tool(sandbox, *args, pin=None, **options):
    return sandbox.run("p11tool", *args, env={"GNUTLS_PIN": pin} if pin else {}, **options)


def test_p11_kit_lists_the_module(configured, card):
    card.mark()
    listed = configured.run("p11-kit", "list-modules")
    assert re.findall(r"^(\S+): (\S+)$", listed, re.MULTILINE) == [("jpki", "jpki-pkcs11.so")]
    assert re.findall(r"^ +token: (.+)$", listed, re.MULTILINE) == [AUTH, SIGN]
    assert re.findall(r"serial-number: (\S+)", listed) == [card.serial()] * 2
    assert card.verifies() == []


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


def assert_logs_in(sandbox, card, server, certificates, protocol, env):
    certificate = certificates / CERTIFICATE[AUTH]
    card.mark()
    said = curl(sandbox, server, certificate, protocol, env)
    assert seen(said) == (protocol, "SUCCESS", subject(certificate))
    assert_verified(card, AUTH)


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
        assert str(self.socket) in first_line(self.process, 20)
        self.pid = re.search(r"PID=(\d+)", self.process.stdout.readline()).group(1)
        wait_until(self.socket.exists)

    def stop(self):
        if self.process.poll() is None:
            self.sandbox.run("sh", "-c", 'kill "$0"', self.pid)
            self.process.wait(20)
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
    assert card.verifies() == []


def test_the_client_signs_a_hash_with_pss(sandbox, card, certificates, tmp_path, served):
    """p11-kit passes this form on, not the one that hashes as well."""
    card.mark()
    signature = sandbox.sign(
        AUTH, "RSA-PKCS-PSS", hashlib.sha256(TEXT).digest(), tmp_path, "--hash-algorithm",
        "SHA256", module=CLIENT, env=served.env)
    assert_signed(certificates / CERTIFICATE[AUTH], TEXT, signature, tmp_path, options=PSS)
    assert_verified(card, AUTH)


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_a_client_signs_where_no_card_is(sandboxes, sandbox, card, certificates, tmp_path, served,
                                         label):
    """As on another machine: no PC/SC service, no network in common; the socket is all it has."""
    elsewhere = sandboxes("--no-service")
    card.mark()
    signature = elsewhere.sign(label, "SHA256-RSA-PKCS", TEXT, tmp_path, module=CLIENT,
                               env=served.env)
    assert_signed(certificates / CERTIFICATE[label], TEXT, signature, tmp_path)
    assert_verified(card, label, PINS[label])


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
                   env={**served.env, "PKCS11_MODULE_PATH": CLIENT})


def test_a_server_for_one_token(configured, card, serve):
    """Of the module that is configured; the other machine cannot ask for a signature."""
    env = serve(f"pkcs11:token={AUTH.replace(' ', '%20')}").env
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
    yield first_line(process, 20).removeprefix("PID ")
    process.stdin.close()
    process.stdout.close()
    process.wait(20)


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
