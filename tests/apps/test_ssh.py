# SPDX-License-Identifier: BSD-2-Clause
"""OpenSSH with the authentication key: login with ssh alone and through the agent."""

import re

import pytest

from elsewhere import Elsewhere
from samples import sample
from sshd import Sshd
from support import (AUTH, PIN, PIN_LATE, TIMEOUT, Card, built, needs, output, public_key, script,
                     wait_until)
from terminal import Terminal

MODULE = built("jpki-pkcs11-auth")
BOTH = built("jpki-pkcs11")
PROMPT = f"Enter PIN for '{AUTH}': "
WRONG = "4321"
GREETING = "hello from there"


class Ssh:
    """Everything to log in with the card, as the page in the documentation says."""

    def __init__(self, sandbox, sshd, folder):
        self.sandbox, self.sshd, self.folder = sandbox, sshd, folder
        self.public = folder / "jpki.pub"
        self.config = folder / "config"
        self.asked = folder / "asked"
        self.agent, self.agents = {}, 0

    def set_up(self, line=None):
        """With the line for a server's authorized_keys, or what the module shows without a PIN."""
        if line is None:
            printed = self.sandbox.run("ssh-keygen", "-D", MODULE)
            line, = re.findall("^.* User Authentication\n", printed, re.MULTILINE)
        self.public.write_text(line)
        self.config.write_text(sample("ssh_config"))
        self.sshd.start(line)

    def asks(self, pin):
        """The environment in which a program "asks a person" who types this PIN."""
        program = self.folder / f"askpass-{pin}"
        if not program.exists():
            script(program, f'echo "$1" >>{self.asked}\necho {pin}')
        self.asked.write_text("")
        return {"SSH_ASKPASS": program, "SSH_ASKPASS_REQUIRE": "force", **self.agent}

    def command(self, *options, config=None):
        return ("ssh", "-F", config or self.config, *self.sshd.options(),
                "-o", "IdentityFile=none", *options,
                "server.example.jp", "echo", GREETING)

    def login(self, *options, pin, status=0, **more):
        return self.sandbox.run(*self.command(*options, **more), env=self.asks(pin), status=status)

    def at_the_terminal(self, pin, status=0):
        """What is shown where the PIN is typed."""
        with Terminal(self.sandbox.within(*self.command())) as terminal:
            terminal.wait_for(PROMPT)
            terminal.answer(pin)
            assert terminal.end() == status, terminal.shown
            return terminal.shown

    # --- the agent -------------------------------------------------------------------------

    def start_agent(self):
        """One that may load the module from where it was built, each with a socket of its own."""
        self.agents += 1
        socket, pid = (self.folder / f"agent{self.agents}{end}" for end in ("", ".pid"))
        self.process = self.sandbox.spawn(
            self.folder / "agent.log", "sh", "-c", f'echo $$ >{pid}; exec "$0" "$@"',
            "ssh-agent", "-D", "-a", socket, "-P", f"{MODULE},{BOTH}")
        self.agent = {"SSH_AUTH_SOCK": socket}
        wait_until(self.agent_answers)
        self.pid = pid.read_text().strip()

    def agent_answers(self):
        """It says that it has no keys."""
        self.sandbox.run("ssh-add", "-l", env=self.agent, status=None)
        return self.sandbox.status == 1

    def end_agent(self, signal):
        self.sandbox.run("kill", f"-{signal}", self.pid)
        self.process.wait(TIMEOUT)

    def add(self, *options, pin=PIN[AUTH], status=0):
        return self.sandbox.run("ssh-add", *options, env=self.asks(pin), status=status)

    def login_by_agent(self, status=0):
        """Nobody is asked; the module is the agent's business."""
        return self.sandbox.run(
            *self.command("-o", "BatchMode=yes", "-o", f"IdentityFile={self.public}",
                          "-o", "IdentitiesOnly=yes", config="none"),
            env=self.agent, status=status)


@pytest.fixture
def ssh(sandbox, elsewhere, tmp_path):
    needs("ssh", "/usr/sbin/sshd", "ip")
    made = Ssh(sandbox, Sshd(elsewhere), tmp_path)
    made.set_up()
    return made


def public_line(certificates, folder):
    """What the module shows, made of the certificate."""
    key = public_key(certificates / "authentication.pem", folder)
    return output("ssh-keygen", "-i", "-m", "PKCS8", "-f", key).strip() + " User Authentication\n"


def test_the_public_key_needs_no_pin(sandbox, card, certificates, tmp_path):
    """It is told before that of the CA, which is of no use here."""
    needs("ssh-keygen")
    card.mark()
    printed = sandbox.run("ssh-keygen", "-D", MODULE)
    assert card.exchanges() <= 14
    assert printed.splitlines(keepends=True)[0] == public_line(certificates, tmp_path)
    assert card.verifies() == []


@pytest.mark.smoke
def test_login(ssh, card):
    """A PIN is asked for once, in a window or at the terminal, and tried once."""
    card.mark()
    assert ssh.login(pin=PIN[AUTH]) == f"{GREETING}\n"
    assert ssh.asked.read_text() == f"{PROMPT}\n"
    assert card.answers() == ["9000"]
    assert card.exchanges() <= 6 + PIN_LATE  # the card has been seen before
    assert card.verified() == []
    assert "PIN incorrect" in ssh.at_the_terminal(WRONG, status=255)
    assert card.answers() == ["9000", "63C2"]
    assert GREETING in ssh.at_the_terminal(PIN[AUTH])
    assert card.answers() == ["9000", "63C2", "9000"]
    assert card.verified() == []


def test_login_with_both_tokens_and_without_tries(ssh, card):
    """The other token's password is not asked for; a PIN without tries is not tried."""
    card.mark()
    assert GREETING in ssh.login("-I", BOTH, pin=PIN[AUTH], config="none")
    assert ssh.asked.read_text() == f"{PROMPT}\n"
    assert card.answers() == ["9000"]
    card.set_tries("authentication", 0)
    card.mark()
    assert "PIN locked" in ssh.login(pin=PIN[AUTH], status=255)
    assert card.verifies() == []


@pytest.fixture
def phone_ssh(sandboxes, certificates, tmp_path):
    """With a phone, which shows nothing of its key without the PIN; and what it was asked."""
    needs("ssh", "/usr/sbin/sshd", "ip")
    sandbox = sandboxes("--quirk", "label=android")
    elsewhere = Elsewhere(sandbox)
    made = Ssh(sandbox, Sshd(elsewhere), tmp_path)
    made.set_up(public_line(certificates, tmp_path))
    yield made, Card(sandbox)
    elsewhere.stop()


@pytest.mark.parametrize("module", [MODULE, BOTH], ids=lambda module: module.stem)
def test_login_with_a_phone(phone_ssh, module):
    """It asks for the PIN to find the key, once, and for no signature password."""
    ssh, card = phone_ssh
    card.mark()
    options = ("-I", module)
    assert GREETING in ssh.login(*options, pin=PIN[AUTH], config="none")
    assert ssh.asked.read_text() == f"{PROMPT}\n"
    assert card.answers() == ["9000"]
    assert card.verified() == []
    assert "PIN incorrect" in ssh.login(*options, pin=WRONG, config="none", status=255)
    assert ssh.asked.read_text().startswith(f"{PROMPT}\n")  # then for what the other token has
    assert card.answers() == ["9000", "63C2"]


def test_identities_only(ssh, card):
    """With that setting a module is not enough: without the public key nobody is even asked."""
    only = ("-o", "IdentitiesOnly=yes")
    card.mark()
    assert "Permission denied (publickey)" in ssh.login(*only, pin=PIN[AUTH], status=255)
    assert ssh.asked.read_text() == "" and card.verifies() == []
    said = ssh.login(*only, "-o", f"IdentityFile={ssh.public}", pin=PIN[AUTH])
    assert said == f"{GREETING}\n"
    assert ssh.asked.read_text() == f"{PROMPT}\n"
    assert card.answers() == ["9000"]
    assert card.verified() == []


def test_the_agent(ssh, card):
    ssh.start_agent()
    card.mark()
    assert "agent refused operation" in ssh.add("-s", MODULE, pin=WRONG, status=1)
    assert card.answers() == ["63C2"]
    assert "Card added" in ssh.add("-s", MODULE)
    assert ssh.asked.read_text() == "Enter passphrase for PKCS#11: \n"
    ssh.add("-T", ssh.public)
    assert ssh.login_by_agent() == f"{GREETING}\n"
    assert ssh.login(pin=WRONG) == f"{GREETING}\n"  # configured as it is, it need not ask
    assert ssh.asked.read_text() == ""
    assert card.answers() == ["63C2", "9000"]
    assert len(card.events("sign")) == 3

    card.eject()
    card.insert()
    assert "agent refused operation" in ssh.login_by_agent(status=255)
    assert "agent refused operation" in ssh.add("-s", MODULE, status=1)  # it has that module
    assert card.answers() == ["63C2", "9000"]
    assert "Card removed" in ssh.add("-e", MODULE)
    assert "Card added" in ssh.add("-s", MODULE)
    assert ssh.login_by_agent() == f"{GREETING}\n"
    assert card.answers() == ["63C2", "9000", "9000"]
    assert card.verified() == ["authentication"]
    ssh.add("-e", MODULE)
    wait_until(lambda: card.verified() == [])  # it does not wait for the end of what had the module


def test_the_agent_and_both_tokens(ssh, card):
    """It gives one PIN to every token: the signature token cannot take it for its password. After
    the agent, however it ends, the card is locked."""
    card.mark()
    for times, signal in enumerate(["TERM", "KILL"], 1):
        ssh.start_agent()
        assert "Card added" in ssh.add("-s", BOTH)
        assert ssh.login_by_agent() == f"{GREETING}\n"
        assert card.answers() == ["9000"] * times
        assert card.verified() == ["authentication"]
        ssh.end_agent(signal)
        wait_until(lambda: card.verified() == [])
