# SPDX-License-Identifier: BSD-2-Clause
"""OpenVPN with the authentication key: a tunnel to another network, and a front-end that is asked
for the PIN."""

import re
import socket

import pytest

from elsewhere import THERE
from samples import sample
from support import AUTH, PIN, PIN_LATE, TIMEOUT, built, needs, openssl, subject, wait_until
from terminal import Terminal

MODULE = built("jpki-pkcs11-auth")
EXAMPLE = r"JPKI/JPKIAPICCTOKEN2/0000000000000000/JPKI\x20User\x20Authentication/01"
SERVER = "10.98.76.1"  # its end of the tunnel
FRONT_END = "/run/openvpn-client/jpki.sock"
NEED_PIN = f">PASSWORD:Need '{AUTH} token' password"
NEED_CARD = f">NEED-OK:Need 'token-insertion-request' confirmation MSG:Please insert {AUTH} token"
WRONG = "4321"


def identifiers(sandbox, module):
    return re.findall(r"Serialized id: +(\S+)", sandbox.run("openvpn", "--show-pkcs11-ids", module))


def common_name(certificate):
    return re.search(r"CN=(\w+)", subject(certificate)).group(1)


class FrontEnd:
    """What asks a person for the PIN, at the other end of the management socket."""

    def __init__(self, path, pins):
        self.pins = pins
        self.heard = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        wait_until(lambda: self.connects(path))
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.say("state on")

    def connects(self, path):
        """The socket is there a moment before anybody listens at it."""
        return self.socket.connect_ex(str(path)) == 0

    def say(self, line):
        self.socket.sendall(f"{line}\n".encode())

    def wait_for(self, wanted):
        """Answer what OpenVPN asks until it says this."""
        for line in self.lines:
            self.heard.append(line.strip())
            if line.startswith(">HOLD:"):
                self.say("hold release")
            if line.startswith(NEED_PIN):
                self.say(f'password "{AUTH} token" {self.pins.pop(0)}')
            if wanted in line:
                return
        raise AssertionError(f"OpenVPN ended without {wanted}: {self.heard}")

    def asked(self):
        return self.heard.count(NEED_PIN)

    def close(self):
        self.lines.close()
        self.socket.close()


def configure(sandbox, folder, changes, more):
    """A client's configuration; a file."""
    key, = identifiers(sandbox, MODULE)
    changes = {"vpn.example.jp": THERE, EXAMPLE: key,
               "/etc/openvpn/client/server-ca.pem": folder / "server.pem", **changes}
    (folder / "client.conf").write_text(sample("openvpn-client.conf", changes) + more)
    return folder / "client.conf"


def ping(sandbox):
    assert "1 received" in sandbox.run("ping", "-c", "1", "-w", "20", SERVER)


class Client:
    """An OpenVPN client and its front-end, which has these PINs to give."""

    def __init__(self, sandbox, folder, version, *pins):
        self.sandbox, self.folder = sandbox, folder
        # a script makes it fork, and the child calls the module before it becomes the script
        more = (f"tls-version-min {version}\ntls-version-max {version}\nwritepid {folder}/pid\n"
                "script-security 2\nup /bin/true\nverb 3\n")
        file = configure(sandbox, folder, {FRONT_END: folder / "socket"}, more)
        self.process = sandbox.spawn(folder / "client.log", "openvpn", "--config", file)
        self.front_end = FrontEnd(folder / "socket", [*pins])

    def connected(self):
        self.front_end.wait_for("CONNECTED,SUCCESS")
        ping(self.sandbox)

    def restart(self):
        """As it does by itself when the server does not answer any more."""
        self.front_end.say("signal SIGUSR1")

    def kill(self):
        self.sandbox.run("kill", "-KILL", (self.folder / "pid").read_text().strip())
        self.process.wait(TIMEOUT)

    def stop(self):
        self.front_end.say("signal SIGTERM")
        self.process.wait(TIMEOUT)
        assert self.process.returncode == 0

    def said(self):
        return (self.folder / "client.log").read_text()


@pytest.fixture
def server(elsewhere, certificates, tmp_path):
    """Elsewhere, a server that lets cards in; the folder with the names of those it knows."""
    needs("openvpn", "ip", "ping", "/dev/net/tun")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
            "-days", "2", "-subj", "/CN=vpn", "-addext", "extendedKeyUsage=serverAuth", "-addext",
            "keyUsage=digitalSignature", "-keyout", tmp_path / "server.key", "-out",
            tmp_path / "server.pem")
    (tmp_path / "cards").mkdir()
    changes = {"/etc/openvpn/server/authentication-ca.pem": certificates / "authentication-ca.pem",
               "/etc/openvpn/server": tmp_path}
    (tmp_path / "server.conf").write_text(sample("openvpn-server.conf", changes, modules=False))
    log = tmp_path / "server.log"
    elsewhere.spawn(log, "openvpn", "--config", tmp_path / "server.conf")
    wait_until(lambda: "Initialization Sequence Completed" in log.read_text())
    return tmp_path / "cards"


@pytest.fixture
def client(sandbox, server, tmp_path):
    """Starts clients, one after the other."""
    started = []

    def start(*args):
        (tmp_path / "socket").unlink(missing_ok=True)
        started.append(Client(sandbox, tmp_path, *args))
        return started[-1]

    yield start
    for one in started:
        one.front_end.close()


def test_the_key_is_shown_without_a_pin(sandbox, card):
    needs("openvpn")
    card.mark()
    shown, = identifiers(sandbox, MODULE)
    assert shown.split("/")[2:] == [card.serial(), AUTH.replace(" ", r"\x20"), "01"]
    assert shown in identifiers(sandbox, sandbox.module)
    assert card.verifies() == []


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_tunnel(card, certificates, server, client, version):
    """A wrong PIN is asked for again; a restart later does not need it."""
    (server / common_name(certificates / "authentication.pem")).touch()
    card.mark()
    one = client(version, WRONG, PIN[AUTH])
    one.connected()
    assert card.answers() == ["63C2", "9000"]
    assert card.exchanges() <= 22 + PIN_LATE  # some of them to be told the key's name first
    one.restart()
    one.connected()
    assert card.answers() == ["63C2", "9000"] and one.front_end.asked() == 2
    assert len(card.events("sign")) == 2
    assert card.verified() == ["authentication"]
    one.stop()
    assert card.verified() == []
    assert one.said().count(f"Control Channel: TLSv{version}, ") == 2


def test_the_pin_at_the_terminal(sandbox, card, certificates, server, tmp_path):
    """OpenVPN asks there without a front-end, and again after a wrong PIN."""
    (server / common_name(certificates / "authentication.pem")).touch()
    alone = {f"management {FRONT_END} unix\nmanagement-query-passwords\nmanagement-hold\n": ""}
    file = configure(sandbox, tmp_path, alone, more="")
    card.mark()
    with Terminal(sandbox.within("openvpn", "--config", file)) as terminal:
        for pin in (WRONG, PIN[AUTH]):
            terminal.wait_for(f"Enter {AUTH} token Password:")
            terminal.answer(pin)
        terminal.wait_for("Initialization Sequence Completed")
        ping(sandbox)
        terminal.interrupt()
        terminal.wait_for("process exiting")
        terminal.end()
    assert card.answers() == ["63C2", "9000"]
    assert card.verified() == []


def test_cards_that_go_and_cards_that_are_not_known(card, certificates, server, client):
    """A front-end is told when the card is missing; a client that is killed leaves it locked."""
    card.mark()
    stranger = client("1.3", PIN[AUTH])
    stranger.front_end.wait_for("EXITING,auth-failure")
    stranger.process.wait(TIMEOUT)
    assert card.answers() == ["9000"]
    assert card.verified() == []
    (server / common_name(certificates / "authentication.pem")).touch()
    one = client("1.3", PIN[AUTH], PIN[AUTH])
    one.connected()
    card.eject()
    one.restart()
    one.front_end.wait_for(NEED_CARD)
    card.insert()
    one.front_end.say("needok token-insertion-request ok")
    one.connected()
    assert card.answers() == ["9000"] * 3 and one.front_end.asked() == 2
    assert card.verified() == ["authentication"]
    one.kill()
    wait_until(lambda: card.verified() == [])
