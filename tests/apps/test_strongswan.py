# SPDX-License-Identifier: BSD-2-Clause
"""strongSwan: its pki tool, and an IKEv2 login to a gateway at the other end of a cable. There is
no tunnel for data in it, which not every kernel has."""

import re

from elsewhere import THERE
from prompt import Prompted, ask
from samples import sample
from support import AUTH, PIN, PIN_LATE, TIMEOUT, listens, needs, openssl, subject, wait_until

GATEWAY = "vpn.example.jp"
WRONG = "4321"

STRONGSWAN = """
charon-systemd {{
    load = {plugins}
    plugins {{
        vici {{
            socket = unix://{folder}/vici
        }}
    }}
    filelog {{
        test {{
            path = {folder}/log
            flush_line = yes
        }}
    }}
}}
swanctl {{
    load = pem pkcs1 x509 pubkey random
    socket = unix://{folder}/vici
}}
"""
PLUGINS = ("aes sha1 sha2 hmac kdf random nonce x509 pubkey pkcs1 pkcs8 pem gmp curve25519 "
           "constraints socket-default kernel-netlink vici")

GATEWAY_CONNECTION = """
connections {{
    gateway {{
        version = 2
        pools = addresses
        local {{
            auth = pubkey
            certs = server.pem
            id = {gateway}
        }}
        remote {{
            auth = pubkey
            cacerts = jpki-ca.pem
        }}
    }}
}}
pools {{
    addresses {{
        addrs = 10.98.77.0/24
    }}
}}
"""


class Charon:
    """strongSwan's daemon on one side of the cable, until the sandbox ends or stop()."""

    def __init__(self, side, folder, strongswan, swanctl):
        self.side, self.folder = side, folder
        (folder / "strongswan.conf").write_text(strongswan)
        (folder / "swanctl").mkdir(exist_ok=True)
        (folder / "swanctl" / "swanctl.conf").write_text(swanctl)
        self.env = {"STRONGSWAN_CONF": folder / "strongswan.conf",
                    "SWANCTL_DIR": folder / "swanctl"}
        self.process = side.spawn(folder / "out", "sh", "-c",
                                  f"echo $$ >{folder}/pid; exec charon-systemd", env=self.env)
        wait_until(lambda: listens(side, folder / "vici"))

    def swanctl(self, *command, **more):
        return self.side.run("swanctl", *command, env=self.env, **more)

    def ask(self, pin):
        """What a person does after the start: the daemon gets the PIN, and logs in."""
        return ask(self.side, [("PIN for token-jpki: ", pin)], "swanctl", "--load-creds",
                   env=self.env)

    def stop(self):
        self.side.run("kill", (self.folder / "pid").read_text().strip())
        self.process.wait(TIMEOUT)


def strongswan(folder, *plugins):
    return STRONGSWAN.format(folder=folder, plugins=" ".join([*plugins, PLUGINS]))


def start_gateway(elsewhere, certificates, folder, authority):
    """A gateway that lets in whoever has a certificate of the card's CA; its own CA's certificate
    goes to a file."""
    for name in ("x509", "x509ca", "private"):
        (folder / "swanctl" / name).mkdir(parents=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "2", "-subj", "/CN=VPN CA",
            "-keyout", folder / "ca.key", "-out", authority)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", "2", "-subj",
            f"/CN={GATEWAY}", "-addext", f"subjectAltName=DNS:{GATEWAY}", "-addext",
            "basicConstraints=CA:FALSE", "-CA", authority, "-CAkey", folder / "ca.key",
            "-keyout", folder / "swanctl" / "private" / "server.pem",
            "-out", folder / "swanctl" / "x509" / "server.pem")
    (folder / "swanctl" / "x509ca" / "jpki-ca.pem").write_bytes(
        (certificates / "authentication-ca.pem").read_bytes())
    gateway = Charon(elsewhere, folder, strongswan(folder),
                     GATEWAY_CONNECTION.format(gateway=GATEWAY))
    gateway.swanctl("--load-all", "--noprompt")
    return gateway


def start_client(sandbox, folder):
    return Charon(sandbox, folder, strongswan(folder, "pkcs11") + sample("strongswan.conf"),
                  sample("swanctl.conf", {f"remote_addrs = {GATEWAY}": f"remote_addrs = {THERE}"},
                         modules=False))


def common_name(certificates):
    return re.search(r"CN=\w+", subject(certificates / "authentication.pem")).group()


def assert_connects(client, gateway, name):
    said = client.swanctl("--initiate", "--ike", "office")
    assert "initiate completed successfully" in said
    assert re.search(rf"remote 'C=JP, {name}' ", gateway.swanctl("--list-sas"))
    client.swanctl("--terminate", "--ike", "office")
    wait_until(lambda: "ESTABLISHED" not in gateway.swanctl("--list-sas"))


def test_charon_logs_in_to_a_gateway(sandbox, card, elsewhere, certificates, tmp_path):
    """With the PIN that a person gives after its start. A card that was away is not used until
    a person gives the PIN again. charon keeps the key open until it ends."""
    needs("charon-systemd", "swanctl", "/usr/lib/ipsec/plugins/libstrongswan-pkcs11.so")
    name = common_name(certificates)
    (tmp_path / "card" / "swanctl" / "x509ca").mkdir(parents=True)
    gateway = start_gateway(elsewhere, certificates, tmp_path / "gateway",
                            tmp_path / "card" / "swanctl" / "x509ca" / "vpn-ca.pem")
    card.mark()
    client = start_client(sandbox, tmp_path / "card")
    said = client.swanctl("--load-all", "--noprompt")
    assert "loading 'token-jpki' failed" in said and "loaded connection 'office'" in said
    assert card.answers() == []
    assert "loading 'token-jpki' failed" in client.ask(WRONG)
    assert card.answers() == ["63C2"]
    assert "loaded key token-jpki from token" in client.ask(PIN[AUTH])
    for _ in range(2):
        assert_connects(client, gateway, name)
    assert card.answers() == ["63C2", "9000"]
    assert [entry.p1 for entry in card.events("sign")] == ["00", "00"]
    assert card.exchanges() <= 24 + PIN_LATE
    card.eject()
    card.insert()
    card.mark()
    said = client.swanctl("--initiate", "--ike", "office", status=1)
    assert "C_SignInit() failed" in said
    assert card.answers() == []
    client.ask(PIN[AUTH])
    assert_connects(client, gateway, name)
    assert card.answers() == ["9000"]
    assert card.verified() == ["authentication"]
    client.stop()
    assert card.verified() == []
    gateway.stop()


def test_pki_uses_the_key(sandbox, card, certificates, tmp_path):
    needs("pki", "/usr/lib/ipsec/plugins/libstrongswan-pkcs11.so")
    file = tmp_path / "strongswan.conf"
    file.write_text(sample("strongswan.conf"))
    env = {"STRONGSWAN_CONF": file}
    name = common_name(certificates)
    card.mark()
    said = sandbox.run("pki", "--print", "--type", "x509", "--keyid", "01", env=env)
    assert re.search(rf'subject: +"C=JP, {name}"', said)
    assert card.answers() == []
    command = ("pki", "--req", "--type", "priv", "--keyid", "01", "--dn", "CN=example",
               "--outform", "pem")
    for pin, status, answer in ((WRONG, 1, "63C2"), (PIN[AUTH], 0, "9000")):
        card.mark()
        with Prompted(sandbox, *command, env=env) as terminal:
            terminal.give("Smartcard PIN: ", pin)
            said = terminal.finish(status)
        assert card.answers() == [answer]
        assert card.verified() == []
    request = tmp_path / "request.pem"
    request.write_text(re.search(r"-----BEGIN.*-----\n", said, re.DOTALL).group())
    assert b"verify OK" in openssl("req", "-in", request, "-verify", "-noout")
    key = openssl("req", "-in", request, "-noout", "-pubkey")
    assert key == openssl("x509", "-in", certificates / "authentication.pem", "-noout", "-pubkey")
