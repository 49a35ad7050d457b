# SPDX-License-Identifier: BSD-2-Clause
"""The rows of the table: what is done, with which program."""

from typing import Callable, NamedTuple

from elsewhere import Elsewhere
from place import CALLS
from sshd import Sshd
from support import AUTH, PIN, SIGN, needs, output, public_key, uri
from web import PORTS, start_server

# A row whose work is the same after a cold start.
WARM = {"modes": ("warm",), "counted": ("warm",)}
# Kilobytes of the row "update", and of the run in which its instructions are counted.
LARGE, LESS = 256 * 1024, 1024


class Row(NamedTuple):
    """How a row is measured: `command` gives the words and the environment for a module, `prepare`
    starts what is needed beside. Exchanges, bytes and all else are taken in each run."""

    title: str
    command: Callable
    prepare: Callable = lambda place: None
    shorter: Callable = None  # whose instructions are counted, if not the command's
    modes: tuple = ("cold", "warm")
    counted: tuple = ("cold", "warm")  # modes in which instructions and system calls are counted
    plain: int = 5  # runs without delay
    contactless: int = 5  # runs with it
    quick: bool = False  # in --quick
    portable: bool = False  # the same whatever programs the machine has


def tool(*words):
    """A run of pkcs11-tool."""
    def command(_, module):
        return ("pkcs11-tool", "--module", module.file,
                *(word(module) if callable(word) else word for word in words)), {}
    return command


def token(role):
    return lambda module: f"--token-label={module.labels[role]}"


def tool_sign(role):
    def command(place, module):
        return ("pkcs11-tool", "--module", module.file, "--token-label", module.labels[role],
                "--login", "--pin", PIN[role], "--sign", "--mechanism", "SHA256-RSA-PKCS",
                "--input-file", place.data, "--output-file", place.folder / "signature"), {}
    return command


def calls(*words):
    """A run of tests/bench/calls."""
    def command(_, module):
        return (CALLS, module.file,
                *(word(module) if callable(word) else word for word in words)), {}
    return command


def label(role):
    return lambda module: module.labels[role]


def calls_sign(role, times):
    return calls("sign", label(role), PIN[role], times)


def calls_update(role, kilobytes):
    return calls("update", label(role), PIN[role], 1024, kilobytes * 1024)


def curl(protocol, **more):
    """It takes the certificate from the card too."""
    def command(place, module):
        name = module.labels[AUTH]
        return ("curl", "--fail", "--silent", "--show-error", "--max-time", "60", "--cacert",
                place.server, "--cert", uri(name, "cert", "01"),
                "--key", f"{uri(name, 'private', '01')};pin-value={PIN[AUTH]}",
                f"https://localhost:{PORTS[protocol]}/"), {
                    "PKCS11_MODULE_PATH": module.file,
                    **{name: make(place) for name, make in more.items()}}
    return command


def without_pss(place):
    """A configuration of OpenSSL that offers signatures of PKCS#1 v1.5 alone."""
    file = place.folder / "openssl.cnf"
    file.write_text("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = tls\n"
                    "[tls]\nSignatureAlgorithms = RSA+SHA256:ECDSA+SHA256\n")
    return file


def start_web(place):
    needs("nginx", "curl")
    place.server = start_server(place.sandbox, place.certificates)


def start_ssh(place):
    needs("ssh", "/usr/sbin/sshd", "ip")
    elsewhere = Elsewhere(place.sandbox)
    place.sandbox.elsewhere = elsewhere
    place.sshd = Sshd(elsewhere)
    key = public_key(place.certificates / "authentication.pem", place.folder)
    # root looks for the key: the user may not be let into root's folders
    place.sshd.start(output("ssh-keygen", "-i", "-m", "PKCS8", "-f", key),
                     f"AuthorizedKeysCommand /usr/bin/cat {place.sshd.folder}/authorized_keys\n"
                     "AuthorizedKeysCommandUser root\n")
    place.askpass = place.folder / "askpass"
    place.askpass.write_text(f"#!/bin/sh\necho {PIN[AUTH]}\n")
    place.askpass.chmod(0o755)


def ssh(place, module):
    """With the key exchange that costs little beside what the card is used for."""
    return ("ssh", "-F", "none", *place.sshd.options(), "-o", f"PKCS11Provider={module.file}",
            "-o", "IdentityFile=none", "-o", "KexAlgorithms=curve25519-sha256",
            "server.example.jp", "true"), {
                "SSH_ASKPASS": place.askpass, "SSH_ASKPASS_REQUIRE": "force"}


ROWS = {
    "load": Row("a module that is loaded and not used (`pkcs11-tool -I`)", tool("-I"), quick=True),
    "tokens": Row("list the tokens (`pkcs11-tool -L`)", tool("-L"), quick=True),
    "objects": Row("list the objects of the authentication token (`pkcs11-tool -O`)",
                   tool("-O", token(AUTH)), quick=True),
    "sign": Row("log in and sign, authentication key (`pkcs11-tool --login --sign`)",
                tool_sign(AUTH), quick=True),
    "sign-signature": Row("log in and sign, signature key (`pkcs11-tool --login --sign`)",
                          tool_sign(SIGN), quick=True),
    "tls-1.2": Row("log in to a web server, TLS 1.2 (`curl`)", curl("TLSv1.2"), start_web,
                   quick=True),
    "tls-1.2-pkcs1": Row("the same where a person has forbidden RSA-PSS to OpenSSL",
                         curl("TLSv1.2", OPENSSL_CONF=without_pss), start_web),
    "tls-1.3": Row("log in to a web server, TLS 1.3 (`curl`)", curl("TLSv1.3"), start_web,
                   quick=True),
    "ssh": Row("log in with `ssh`", ssh, start_ssh, counted=("warm",)),
    "hundred": Row("log in, and 100 signatures in a row", calls_sign(AUTH, 100), contactless=1,
                   **WARM, quick=True, portable=True),
    "update": Row("log in, and sign 256 MB that come by 1 kB", calls_update(AUTH, LARGE),
                  shorter=calls_update(AUTH, LESS), **WARM, contactless=0),
    "update-signature": Row("the same with the signature key", calls_update(SIGN, LARGE),
                            shorter=calls_update(SIGN, LESS), **WARM, contactless=0),
    # Of --quick alone: other releases of Debian have other versions of the programs above.
    "call-tokens": Row("list the tokens", calls("tokens"), quick=True, portable=True, plain=0),
    "call-objects": Row("list the objects", calls("objects", label(AUTH)), quick=True,
                        portable=True, plain=0),
    "call-sign": Row("log in and sign, authentication key", calls_sign(AUTH, 1), quick=True,
                     portable=True, plain=0),
    "call-sign-signature": Row("log in and sign, signature key", calls_sign(SIGN, 1), quick=True,
                               portable=True, plain=0),
}
