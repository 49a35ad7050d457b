# SPDX-License-Identifier: BSD-2-Clause
"""Whichever way a program ends: may the next one sign without a PIN?"""

import signal

import pytest

from neighbour import Neighbour
from support import AUTH, BUILD, PIN, SIGN, TIMEOUT, first_line, uri, wait_until
from test_tls import PORTS, curl, seen

ENDING = BUILD / "tests" / "e2e" / "ending"
KEY = {AUTH: "authentication", SIGN: "signature"}
SLOT = {AUTH: 0, SIGN: 1}

# What ends a login, and ends of a program in which code of ours runs.
OURS = ["C_Logout", "C_CloseSession", "C_Finalize", "C_Finalize-dlclose"]
ENDS = ["return", "exit", "pthread_exit", "dlclose"]
# Ends in which none runs.
SUDDEN = {"_exit": 0, "abort": -signal.SIGABRT, "SIGTERM": -signal.SIGTERM,
          "SIGINT": -signal.SIGINT, "SIGKILL": -signal.SIGKILL}


class Ending:
    """A program that has logged in; it goes its way when told."""

    def __init__(self, sandbox, way, label):
        self.way = way
        self.process = sandbox.start(ENDING, way, sandbox.module, SLOT[label], PIN[label])
        assert first_line(self.process, TIMEOUT) == "ready"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate(timeout=TIMEOUT)

    def go(self):
        """Returns when it has ended, or says that it is done with the card; how it ended."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        if self.way not in OURS:
            return self.process.wait(TIMEOUT)
        assert first_line(self.process, TIMEOUT) == "done"
        return 0


@pytest.mark.parametrize("label", KEY)
@pytest.mark.parametrize("way", OURS + ENDS)
def test_nobody_signs_without_a_pin_afterwards(sandbox, card, way, label):
    """Not even right away: neither who comes now, nor who has been at the card before."""
    with Neighbour(sandbox) as newcomer:
        with Ending(sandbox, way, label) as ending:
            assert card.verified() == [KEY[label]]
            assert ending.go() == 0
            newcomer.connect()
            assert not newcomer.signs_without_a_pin(KEY[label])
        with Ending(sandbox, way, label) as ending:
            assert newcomer.signs_without_a_pin(KEY[label])  # that is how PC/SC is
            assert ending.go() == 0
            assert not newcomer.signs_without_a_pin(KEY[label])
    assert [entry.sw for entry in card.verifies()] == ["9000"] * 2


@pytest.mark.parametrize("way", SUDDEN)
def test_after_a_sudden_end_the_service_cuts_the_power(sandbox, card, way):
    """Nothing of ours runs then. It is not promised that the key is locked at once, nor before
    every other program has let go of the card: only that it is so in the end."""
    with Neighbour(sandbox) as neighbour:
        with Ending(sandbox, way, AUTH) as ending:
            neighbour.connect()
            assert ending.go() == SUDDEN[way]
        assert neighbour.signs_without_a_pin("authentication")
        neighbour.disconnect()
        wait_until(lambda: card.verified() == [])
        neighbour.connect()
        assert not neighbour.signs_without_a_pin("authentication")


def test_a_program_that_becomes_another(sandbox, card):
    """The other one has nothing of ours: its connections with the service end."""
    with Ending(sandbox, "exec", AUTH) as ending:
        ending.process.stdin.write("\nstill here\n")
        ending.process.stdin.flush()
        assert first_line(ending.process, TIMEOUT) == "still here"
        wait_until(lambda: card.verified() == [])


def test_the_next_program_of_ours_locks_what_another_left_open(sandbox, card):
    with Neighbour(sandbox) as neighbour:
        neighbour.connect()
        with Ending(sandbox, "SIGKILL", AUTH) as ending:
            ending.go()
        assert neighbour.signs_without_a_pin("authentication")
        with Ending(sandbox, "exit", SIGN) as ending:
            ending.go()
        assert not neighbour.signs_without_a_pin("authentication")
        assert not neighbour.signs_without_a_pin("signature")


def sign_with_openssl(sandbox, folder):
    (folder / "text").write_text("text")
    sandbox.run("openssl", "dgst", "-engine", "pkcs11", "-keyform", "engine", "-sha256", "-sign",
                f"{uri(AUTH, 'private')};pin-value={PIN[AUTH]}", "-out", folder / "signature",
                folder / "text", env={"PKCS11_MODULE_PATH": sandbox.module})


def sign_with_p11tool(sandbox, folder):
    sandbox.run("p11tool", "--provider", sandbox.module, "--login", "--test-sign",
                uri(AUTH, "private", sandbox.key_id(AUTH)), env={"GNUTLS_PIN": PIN[AUTH]})


def sign_with_pkcs11_tool(sandbox, folder):
    sandbox.sign(AUTH, "SHA256-RSA-PKCS", b"text", folder)


@pytest.mark.parametrize("sign", [sign_with_openssl, sign_with_p11tool, sign_with_pkcs11_tool])
def test_a_program_has_signed_and_nobody_does_after_it(sandbox, card, tmp_path, sign):
    with Neighbour(sandbox) as neighbour:
        neighbour.connect()
        card.mark()
        sign(sandbox, tmp_path)
        assert not neighbour.signs_without_a_pin("authentication")
    signatures = [entry.sw for entry in card.events("sign")]
    assert "9000" in signatures and signatures[-1] == "6982"


@pytest.mark.parametrize("protocol", PORTS)
def test_curl_has_logged_in_and_nobody_signs_after_it(sandbox, server, certificates, protocol):
    with Neighbour(sandbox) as neighbour:
        neighbour.connect()
        said = curl(sandbox, server, certificates / "authentication.pem", PORTS[protocol])
        assert seen(said)[:2] == (protocol, "SUCCESS")
        assert not neighbour.signs_without_a_pin("authentication")
