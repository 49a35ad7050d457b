# SPDX-License-Identifier: BSD-2-Clause
"""802.1X: EAP-TLS with the authentication key, at a hostapd on the other end of a cable. The PIN is
asked for, and typed, in wpa_cli."""

import re

import pytest

from prompt import Prompted
from samples import sample
from support import AUTH, PIN, PIN_LATE, TIMEOUT, needs, openssl, subject, wait_until

SERVER = "radius.example.jp"
WRONG = "4321"

HOSTAPD = """
interface=cable
driver=wired
ctrl_interface={folder}/hostapd
ieee8021x=1
use_pae_group_addr=1
eap_server=1
eap_user_file={folder}/users
ca_cert={ca}
server_cert={folder}/server.pem
private_key={folder}/server.key
tls_flags=[{tls13}ABLE-TLSv1.3]
"""


def client(program, folder):
    """Its socket, in /tmp else, is called by its process number, which is another's too in another
    sandbox."""
    return [program, "-s", folder]


class Network:
    """A cable whose other end lets nobody in without a certificate of the card's CA."""

    def __init__(self, elsewhere, certificates, folder, protocol):
        self.elsewhere, self.folder = elsewhere, folder
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                "-days", "2", "-subj", f"/CN={SERVER}", "-addext", f"subjectAltName=DNS:{SERVER}",
                "-keyout", folder / "server.key", "-out", folder / "server.pem")
        (folder / "users").write_text("* TLS\n")
        (folder / "hostapd.conf").write_text(HOSTAPD.format(
            folder=folder, ca=certificates / "authentication-ca.pem",
            tls13="EN" if protocol == "TLSv1.3" else "DIS"))
        self.log = folder / "hostapd.log"
        elsewhere.spawn(self.log, "hostapd", "-d", folder / "hostapd.conf")
        wait_until(lambda: "AP-ENABLED" in self.log.read_text())

    def stations(self):
        """Who has been let in."""
        said = self.elsewhere.run(*client("hostapd_cli", self.folder), "-p",
                                  self.folder / "hostapd", "all_sta")
        return re.findall(r"^flags=\[AUTHORIZED\]$", said, re.MULTILINE)

    def subjects(self):
        """The subjects of the certificates that it has been shown."""
        return re.findall(r"depth=0 buf='([^']+)'", self.log.read_text())


class Supplicant:
    """wpa_supplicant in the background, and what wpa_cli says of it."""

    def __init__(self, sandbox, folder, more):
        self.sandbox, self.folder = sandbox, folder
        self.control = folder / "wpa_supplicant"
        file = folder / "wpa_supplicant.conf"
        file.write_text(sample("wpa_supplicant.conf", {
            "DIR=/run/wpa_supplicant GROUP=netdev": self.control,
            "/etc/ssl/certs/radius-ca.pem": folder / "server.pem",
            "engine=1": f"engine=1\n{more}"}, modules=False))
        self.process = sandbox.spawn(folder / "wpa_supplicant.log", "wpa_supplicant", "-D", "wired",
                                     "-i", "cable", "-c", file)
        wait_until((self.control / "cable").exists)

    def wpa_cli(self):
        return [*client("wpa_cli", self.folder), "-p", self.control, "-i", "cable"]

    def cli(self):
        return Prompted(self.sandbox, *self.wpa_cli())

    def status(self):
        said = self.sandbox.run(*self.wpa_cli(), "status")
        return dict(re.findall(r"^([^=\n]+)=(.*)$", said, re.MULTILINE))


@pytest.mark.parametrize("protocol, stored, typed", [
    ("TLSv1.2", f'pin="{PIN[AUTH]}"', []),
    ("TLSv1.3", "", [WRONG, PIN[AUTH]]),
])
def test_wpa_supplicant_logs_in(configured, card, elsewhere, certificates, tmp_path, protocol,
                                stored, typed):
    """It asks for the PIN unless its configuration has it, and again after a wrong one; the card
    is locked when it ends. It loads modules from the system's folders only."""
    needs("wpa_supplicant", "wpa_cli", "hostapd")
    network = Network(elsewhere, certificates, tmp_path, protocol)
    supplicant = Supplicant(configured, tmp_path, stored)
    card.mark()
    with supplicant.cli() as cli:
        cli.wait_for("> ")
        assert network.stations() == []
        cli.type("enable_network 0")
        for number, pin in enumerate(typed):
            cli.wait_for("CTRL-REQ-PIN-0:PIN needed")
            assert card.answers() == ["63C2"] * number
            cli.type(f"pin 0 {pin}")
        cli.wait_for("CTRL-EVENT-EAP-SUCCESS")
        cli.wait_for("CTRL-EVENT-CONNECTED")
        cli.type("quit")
        cli.finish()
    assert supplicant.status()["eap_tls_version"] == protocol
    assert len(network.stations()) == 1
    assert card.answers() == ["63C2"] * typed.count(WRONG) + ["9000"]
    assert len(card.events("sign")) == 1
    assert card.exchanges() <= 21 + 2 * PIN_LATE
    name = re.search(r"CN=(\w+)", subject(certificates / "authentication.pem")).group(1)
    assert network.subjects() == [f"/C=JP/CN={name}"]
    configured.run(*supplicant.wpa_cli(), "terminate")
    supplicant.process.wait(TIMEOUT)
    assert card.verified() == []
