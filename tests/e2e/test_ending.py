# SPDX-License-Identifier: BSD-2-Clause
"""Whichever way a program ends: may the next one sign without a PIN?"""

import pathlib
import shutil
import signal

import pytest

from neighbour import LEAVE, Neighbour
from support import AUTH, BUILD, PIN, SIGN, TIMEOUT, first_line, uri, wait_until
from web import PORTS, curl, seen

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

    def __init__(self, sandbox, way, label, *options):
        """The options are those of env(1): it may have another environment than the next one."""
        self.way = way
        self.process = sandbox.start("env", *options, ENDING, way, sandbox.module, SLOT[label],
                                     PIN[label])
        assert first_line(self.process) == "ready"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate(timeout=TIMEOUT)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=TIMEOUT)

    def go(self, seconds=TIMEOUT):
        """Returns when it has ended, or says that it is done with the card; how it ended."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        if self.way not in OURS:
            return self.process.wait(seconds)
        assert first_line(self.process, seconds) == "done"
        return 0


def guards(sandbox):
    """How many there are that would lock the card."""
    return len(sandbox.run("pidof", "jpki-guard", status=None).split())


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


@pytest.mark.parametrize("label", KEY)
@pytest.mark.parametrize("way", SUDDEN)
def test_a_guard_locks_the_card_after_a_sudden_end(sandbox, card, way, label):
    """Though another program stays at the card, so that the service leaves it its power."""
    with Neighbour(sandbox) as neighbour:
        with Ending(sandbox, way, label) as ending:
            neighbour.connect()
            assert neighbour.signs_without_a_pin(KEY[label])
            assert ending.go() == SUDDEN[way]
        wait_until(lambda: card.verified() == [])
        assert not neighbour.signs_without_a_pin(KEY[label])
    wait_until(lambda: guards(sandbox) == 0)


def test_a_program_that_becomes_another(sandbox, card):
    """The other one has nothing of ours, and lives on."""
    with Neighbour(sandbox) as neighbour, Ending(sandbox, "exec", AUTH) as ending:
        neighbour.connect()
        ending.process.stdin.write("\nstill here\n")
        ending.process.stdin.flush()
        assert first_line(ending.process) == "still here"
        wait_until(lambda: card.verified() == [])


@pytest.mark.parametrize("way", OURS)
def test_no_guard_stays_when_it_is_not_needed(sandbox, card, way):
    with Neighbour(sandbox) as neighbour, Ending(sandbox, way, AUTH) as ending:
        neighbour.connect()  # so that the service does not cut the power as well
        assert guards(sandbox) == 1
        cuts = len(card.events("power-off"))
        ending.go()
        wait_until(lambda: guards(sandbox) == 0)
        assert len(card.events("power-off")) == cuts + 1  # ours


def test_a_guard_that_is_told_to_end_locks_the_card(sandbox, card):
    """By who manages services, or shuts the machine down: the program is about to end too. A card that
    others may share is locked when it has."""
    with Neighbour(sandbox) as neighbour, Ending(sandbox, "exit", SIGN) as ending:
        neighbour.connect()
        sandbox.run("sh", "-c", "kill $(pidof jpki-guard)")
        wait_until(lambda: card.verified() == [])
        assert ending.go() == 0
    with Neighbour(sandbox) as neighbour, Ending(sandbox, "SIGKILL", AUTH) as ending:
        neighbour.connect()
        sandbox.run("sh", "-c", "kill $(pidof jpki-guard)")
        ending.go()
        wait_until(lambda: card.verified() == [])
        wait_until(lambda: guards(sandbox) == 0)


def test_a_guard_that_is_told_to_end_more_than_once_leaves_nothing_open(sandbox, card):
    """Though the program lives on."""
    def is_gone():
        sandbox.run("sh", "-c", "kill $(pidof jpki-guard)", status=None)
        return guards(sandbox) == 0

    with Neighbour(sandbox) as neighbour, Ending(sandbox, "SIGKILL", AUTH) as ending:
        neighbour.connect()
        wait_until(is_gone)
        assert card.verified() == []
        ending.go()


@pytest.mark.parametrize("way", ["return", "exit"])
def test_a_service_that_hangs_keeps_no_program_from_ending(sandbox, card, way):
    with Neighbour(sandbox) as neighbour, Ending(sandbox, way, AUTH) as ending:
        neighbour.connect()
        sandbox.run("pkill", "-STOP", "-x", "pcscd")
        assert ending.go() == 0
        assert guards(sandbox) == 1
        sandbox.run("pkill", "-CONT", "-x", "pcscd")
        wait_until(lambda: card.verified() == [])


def test_a_module_named_from_its_folder_finds_the_guard(sandbox, card):
    """Though the guard itself lives in another one."""
    folder = pathlib.Path(sandbox.module).parent
    sandbox.module = "./jpki-pkcs11.so"
    with Ending(sandbox, "SIGKILL", AUTH, f"--chdir={folder}") as ending:
        assert guards(sandbox) == 1
        ending.go()
    wait_until(lambda: card.verified() == [])


@pytest.mark.parametrize("guard", [None, "#!/bin/sh\nexit 3\n"], ids=["missing", "broken"])
def test_without_a_guard_a_login_works_and_the_log_tells(sandbox, card, tmp_path, guard):
    module = shutil.copy(sandbox.module, tmp_path)
    if guard:
        (tmp_path / "jpki-guard").write_text(guard)
        (tmp_path / "jpki-guard").chmod(0o755)
    said = sandbox.pkcs11_tool("--login", "--pin", PIN[AUTH], "--token-label", AUTH, "-O", module=module)
    assert said.count("the card may stay unlocked for some time") == 1
    assert "Private Key Object" in said and card.verified() == []


def test_a_program_without_standard_files_has_a_guard(sandbox, card):
    """It does not listen where the next thing to be printed goes."""
    said = sandbox.run("sh", "-c", f"{ENDING} return {sandbox.module} 0 {PIN[AUTH]} <&- >&- 2>&-")
    assert said == ""
    wait_until(lambda: guards(sandbox) == 0)
    assert [entry.sw for entry in card.verifies()] == ["9000"]
    assert card.verified() == []


def test_a_guard_waits_for_another_s_transaction(sandbox, card):
    with Neighbour(sandbox) as neighbour:
        with Ending(sandbox, "SIGKILL", AUTH) as ending:
            neighbour.connect()
            assert neighbour.ask("begin") == "0"
            ending.go()
        assert neighbour.signs_without_a_pin("authentication")
        assert neighbour.ask("end", LEAVE) == "0"
        wait_until(lambda: card.verified() == [])
    wait_until(lambda: guards(sandbox) == 0)


def test_a_setting_forbids_the_guard(sandbox, card, tmp_path):
    """Then nothing of ours runs after a sudden end, and it is the service that cuts the power, once
    every other program has let go of the card."""
    (tmp_path / "jpki.conf").write_text("[token]\nguard = no\n")
    with Neighbour(sandbox) as neighbour:
        with Ending(sandbox, "SIGKILL", AUTH, f"JPKI_CONFIG={tmp_path}/jpki.conf") as ending:
            assert guards(sandbox) == 0
            neighbour.connect()
            ending.go()
        assert neighbour.signs_without_a_pin("authentication")
        neighbour.disconnect()
        wait_until(lambda: card.verified() == [])


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
