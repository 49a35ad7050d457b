# SPDX-License-Identifier: BSD-2-Clause
"""Login to a TLS server with the authentication key: the server sees the card's subject. The
programs find the module by p11-kit's configuration, as after `meson install`; those that can ask
for the PIN do."""

import pytest

from prompt import Prompted, ask
from samples import sample
from support import (AUTH, PIN, PIN_LATE, ROOT, TIMEOUT, built, first_line, needs, subject, uri,
                     wait_until)
from web import PORTS, seen

CERTIFICATE, KEY = uri(AUTH, "cert", "01"), uri(AUTH, "private", "01")
PROMPT = f"Enter PKCS#11 token PIN for {AUTH}:"
REQUEST = "GET / HTTP/1.0\n"
WRONG = "4321"
# Exchanges for a login with a card that nobody has seen, over the first protocol, and with one that
# was seen before, over the other: by the program, as the certificate is wanted of the card too or
# its signatures are more than one.
MOST = {"curl": (18, 7), "wget": (14, 8), "gnutls-cli": (12, 6), "s_client": (12, 6)}


@pytest.fixture
def client(configured, server, certificates):
    """A sandbox with a web server, and the subject of its card that the server should see."""
    assert server.exists()
    return configured, subject(certificates / "authentication.pem")


@pytest.fixture
def pin_file(tmp_path):
    file = tmp_path / "pin"
    file.write_text(PIN[AUTH])
    return file


def url(protocol):
    return f"https://localhost:{PORTS[protocol]}/"


def assert_verified(card, *answers):
    """The card has seen a PIN for each of these answers, and holds none for verified."""
    assert card.answers() == [*answers]
    assert card.verified() == []


def assert_logged_in(card, exchanges, signatures=1):
    """With one PIN. The card has lost its power after the last signature, so that nobody else can
    use the key."""
    assert_verified(card, "9000")
    assert len(card.events("sign")) == signatures
    assert card.exchanges() <= exchanges + PIN_LATE
    names = [entry.event for entry in card.entries()]
    assert "power-off" in names[len(names) - names[::-1].index("sign"):], names


# --- curl ------------------------------------------------------------------------------------


def curl(server, protocol, certificate=CERTIFICATE, key=KEY):
    return ("curl", "--fail", "--silent", "--show-error", "--max-time", "30", "--cacert", server,
            "--cert", certificate, "--key", key, url(protocol))


@pytest.mark.smoke
def test_curl_asks_for_the_pin(client, card, server):
    """It takes the certificate from the card as well."""
    sandbox, who = client
    for protocol, most in zip(PORTS, MOST["curl"]):
        card.mark()
        said = ask(sandbox, [(PROMPT, PIN[AUTH])], *curl(server, protocol))
        assert seen(said) == (protocol, "SUCCESS", who)
        assert_logged_in(card, most)
    card.mark()
    said = ask(sandbox, [(PROMPT, WRONG)], *curl(server, "TLSv1.3"), status=58)
    assert "curl: (58) failed to load private key from crypto engine" in said
    assert_verified(card, "63C2")


SEVERAL = {
    "addresses": tuple(f"{url(protocol)}{page}" for page in "abc" for protocol in PORTS),
    "times": (url("TLSv1.3"), "--retry", "2", "--retry-delay", "1", "--retry-all-errors"),
}


@pytest.mark.parametrize("options", SEVERAL.values(), ids=SEVERAL)
def test_curl_spends_one_try_for_a_wrong_pin(sandbox, card, certificates, server, options):
    """It goes to each address, and each time begins anew: libp11 finalizes the module after a login
    that failed."""
    card.mark()
    said = sandbox.run(
        "curl", "--silent", "--show-error", "--max-time", "30", "--cacert", server, "--cert",
        certificates / "authentication.pem", "--key", f"{KEY};pin-value={WRONG}", *options,
        env={"PKCS11_MODULE_PATH": built("jpki-pkcs11-auth")}, status=58)
    assert said.count("failed to load private key") >= 2
    assert_verified(card, "63C2")


SLOW_SERVER = ROOT / "tests" / "common" / "slow_server.py"
SLOW_PORT = 4420


@pytest.fixture
def pairs(sandbox, card, server, certificates):
    """Starts two curls that log in at once to a server which takes its time: so many seconds, or
    until a line is written to it."""
    process = None

    def start_server(*seconds):
        nonlocal process
        process = sandbox.start_python(SLOW_SERVER, SLOW_PORT, server, server.with_suffix(".key"),
                                       certificates / "authentication-ca.pem", *seconds)
        assert first_line(process) == "ready"
        return process

    def start():
        card.mark()
        return [sandbox.start(
            "curl", "--silent", "--show-error", "--max-time", "60", "--cacert", server, "--cert",
            certificates / "authentication.pem", "--key", f"{KEY};pin-value={PIN[AUTH]}",
            f"https://localhost:{SLOW_PORT}/",
            env={"PKCS11_MODULE_PATH": built("jpki-pkcs11-auth")}) for _ in range(2)]

    yield start_server, start
    process.communicate(timeout=TIMEOUT)


def assert_page(process, who):
    said, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, said
    assert f"CN={said.strip()}," in who


def test_two_curls_at_once(pairs, card, certificates):
    """One ends when the other has its key and has not signed yet."""
    start_server, start = pairs
    server, clients = start_server(), start()
    wait_until(lambda: card.answers() == ["9000"] * 2)
    for _ in range(2):
        server.stdin.write("\n")
        server.stdin.flush()
        wait_until(lambda: any(client.poll() is not None for client in clients))
        ended = next(client for client in clients if client.poll() is not None)
        clients.remove(ended)
        assert_page(ended, subject(certificates / "authentication.pem"))
        assert card.verified() == ["authentication"] * len(clients)


def test_ten_pairs_of_curls(pairs, card, certificates):
    start_server, start = pairs
    start_server(0.3)
    for _ in range(10):
        for client in start():
            assert_page(client, subject(certificates / "authentication.pem"))
        wait_until(lambda: card.verified() == [])
        assert card.answers() == ["9000"] * 2


def test_curl_reads_the_pin_and_the_certificate_from_files(client, card, server, certificates,
                                                           pin_file):
    """With the module for authentication alone, named by a variable."""
    sandbox, who = client
    env = {"PKCS11_MODULE_PATH": built("jpki-pkcs11-auth")}
    command = curl(server, "TLSv1.3", certificates / "authentication.pem",
                   f"{KEY};pin-source=file:{pin_file}")
    card.mark()
    assert seen(sandbox.run(*command, env=env)) == ("TLSv1.3", "SUCCESS", who)
    assert_logged_in(card, 12)
    pin_file.write_text(PIN[AUTH] + "\n")
    card.mark()
    said = sandbox.run(*command, env=env, status=58)
    assert "failed to load private key" in said
    assert_verified(card)


def test_no_login_without_a_certificate(sandbox, server):
    said = sandbox.run("curl", "--fail", "--silent", "--show-error", "--max-time", "30",
                       "--cacert", server, url("TLSv1.3"), status=22)
    assert "400" in said


def test_the_certificate_as_a_file(configured, card, certificates, tmp_path):
    """For programs that want one."""
    wanted = (certificates / "authentication.pem").read_text()
    card.mark()
    exported = configured.run("p11tool", "--export", CERTIFICATE)
    assert exported.split() == wanted.split()
    exported = configured.run("p11tool", "--provider", built("jpki-pkcs11-auth"), "--export",
                              CERTIFICATE)
    assert exported.split() == wanted.split()
    file = tmp_path / "certificate.der"
    configured.pkcs11_tool("--read-object", "--type", "cert", "--id", "01", "--output-file", file,
                           module=built("jpki-pkcs11-auth"))
    assert configured.run("openssl", "x509", "-inform", "DER", "-in", file) == wanted
    assert_verified(card)


# --- wget ------------------------------------------------------------------------------------


def wget(sandbox, server, protocol, key, **options):
    return sandbox.run("wget", "-q", "-O", "-", f"--ca-certificate={server}",
                       f"--certificate={CERTIFICATE}", f"--private-key={key}", url(protocol),
                       **options)


def test_wget_reads_the_pin_from_a_file(client, card, server, pin_file):
    """It does not ask. GnuTLS tries the key before the login. Without a PIN, or with a wrong one,
    wget goes on without a certificate."""
    needs("wget")
    sandbox, who = client
    key = f"{KEY};pin-source={pin_file}"
    for protocol, most in zip(PORTS, MOST["wget"]):
        card.mark()
        said = wget(sandbox, server, protocol, key)
        assert seen(said) == (protocol, "SUCCESS", who)
        assert_logged_in(card, most, signatures=2)
    for used, spoilt, answers in ((KEY, PIN[AUTH], ()), (key, WRONG, ("63C2",)),
                                  (key, PIN[AUTH] + "\n", ())):
        pin_file.write_text(spoilt)
        card.mark()
        said = wget(sandbox, server, "TLSv1.3", used, status=8)
        assert who not in said
        assert_verified(card, *answers)


# --- gnutls-cli ------------------------------------------------------------------------------


def gnutls_cli(sandbox, server, protocol, *pins):
    with Prompted(sandbox, "gnutls-cli", "--x509cafile", server, "--x509certfile", CERTIFICATE,
                  "--x509keyfile", KEY, "--port", PORTS[protocol], "localhost") as terminal:
        for pin in pins:
            terminal.give("Enter PIN: ", pin)
        terminal.wait_for("Simple Client Mode")
        terminal.type(REQUEST)
        return terminal.finish()


def test_gnutls_cli_asks_for_the_pin(client, card, server):
    """It asks again after a wrong one, and says how many tries are left."""
    sandbox, who = client
    for protocol, most in zip(PORTS, MOST["gnutls-cli"]):
        card.mark()
        said = gnutls_cli(sandbox, server, protocol, PIN[AUTH])
        assert seen(said) == (protocol, "SUCCESS", who)
        assert_logged_in(card, most)
    card.mark()
    said = gnutls_cli(sandbox, server, "TLSv1.3", WRONG, PIN[AUTH])
    assert "*** Wrong PIN has been provided!" in said
    assert "*** Only few tries left before locking!" in said
    assert seen(said) == ("TLSv1.3", "SUCCESS", who)
    assert_verified(card, "63C2", "9000")


# --- openssl s_client ------------------------------------------------------------------------


def test_s_client_asks_for_the_pin(sandbox, card, server, certificates, tmp_path):
    """The engine and the module come from OpenSSL's configuration."""
    configuration = tmp_path / "openssl.cnf"
    configuration.write_text(sample("openssl.cnf"))
    certificate = certificates / "authentication.pem"
    for protocol, most in zip(PORTS, MOST["s_client"]):
        card.mark()
        with Prompted(sandbox, "openssl", "s_client", "-connect", f"localhost:{PORTS[protocol]}",
                      "-CAfile", server, "-quiet", "-cert", certificate, "-engine", "pkcs11",
                      "-keyform", "engine", "-key", KEY,
                      env={"OPENSSL_CONF": configuration}) as terminal:
            terminal.give(PROMPT, PIN[AUTH])
            terminal.wait_for("verify return:1")
            terminal.type(REQUEST)
            terminal.wait_for("HTTP/1.1 200 OK")
            said = terminal.finish()
        assert seen(said) == (protocol, "SUCCESS", subject(certificate))
        assert_logged_in(card, most)
