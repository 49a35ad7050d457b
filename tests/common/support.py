# SPDX-License-Identifier: BSD-2-Clause
"""A sandbox with a virtual card for a test, and the programs written by others that it runs."""

import json
import os
import pathlib
import re
import selectors
import signal
import shutil
import subprocess
import time
from typing import NamedTuple
from urllib.parse import quote

import pytest

COMMON = pathlib.Path(__file__).resolve().parent
ROOT = COMMON.parent.parent
TOOL = ROOT / "tools" / "sandbox"
BUILD = pathlib.Path(os.environ.get("JPKI_BUILD", ROOT / "build-tests"))
MODULE = BUILD / "src" / "jpki-pkcs11.so"
VCARD = BUILD / "tools" / "vcard" / "jpki-vcard"
JPKI = BUILD / "tools" / "jpki" / "jpki"
OPENSC = "opensc-pkcs11.so"
OFFICE_SCRIPT = ROOT / "tests" / "common" / "office_script.py"
# How many times as long as usual things may take (tests/run --speed slow).
SLOWNESS = int(os.environ.get("JPKI_SLOWNESS", "1"))
TIMEOUT = 60 * SLOWNESS

AUTH, SIGN = "JPKI User Authentication", "JPKI Digital Signature"
PIN = {AUTH: "1234", SIGN: "ABC123"}

# What is asked once more for a PIN that is typed late: how many tries are left, two seconds after
# that was asked; and whose card it is, after ten.
PIN_LATE = 2

# The tokens that each module shows.
MODULES = {
    "jpki-pkcs11": (AUTH, SIGN),
    "jpki-pkcs11-auth": (AUTH,),
    "jpki-pkcs11-sign": (SIGN,),
}


class Trouble(Exception):
    """What a program has answered in place of a result."""


def wait_until(condition, seconds=20):
    """Look at condition() until it holds; what it gave, or a failed test at the deadline."""
    deadline = time.monotonic() + seconds * SLOWNESS
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def fewest(measure, wanted, times=3):
    """Counts of exchanges as wanted, or else the fewest that were measured in so many times: on a
    busy machine a program may be kept from its next call until its transaction has ended, and then
    needs another SELECT."""
    counts = measure()
    for _ in range(times - 1):
        if counts == wanted:
            break
        counts = [min(pair) for pair in zip(counts, measure())]
    return counts


def first_line(process, seconds=TIMEOUT):
    """The first line a process prints; a failed test where none comes."""
    watch = selectors.DefaultSelector()
    watch.register(process.stdout, selectors.EVENT_READ)
    assert watch.select(seconds), "no answer in time"
    return process.stdout.readline().strip()


def needs(*programs):
    """Skip the test, and say why, where one of these programs is not installed."""
    for program in programs:
        if not (shutil.which(program) or pathlib.Path(program).exists()):
            pytest.skip(f"{program} is not installed: 'tools/setup apps' says why")


def hear_signals():
    """As a program does that a person has started."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def variables(env):
    """As the program `env` takes them."""
    return [f"{name}={value}" for name, value in (env or {}).items()]


class Sandbox:
    """tools/sandbox, running until stop()."""

    def __init__(self, *options, module=MODULE):
        self.module = str(module)
        self.process = subprocess.Popen(
            [TOOL, "--build", BUILD, *options, "--", "sh", "-c", 'echo "$JPKI_SANDBOX"; exec cat'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.spawned = []
        self.folder = pathlib.Path(first_line(self.process))
        assert self.folder.name.startswith("jpki-sandbox."), "the sandbox did not start"
        self.files = json.loads((self.folder / "environment").read_text())
        self.inside = (self.folder / "pid").read_text()

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(TIMEOUT)
            for process in self.spawned:
                process.wait(TIMEOUT)
        finally:
            self.process.stdout.close()

    def within(self, *command, env=None):
        """The command that runs this one inside: what `tools/sandbox enter` would run, whose start
        takes longer than most of what the tests run, thousands of times."""
        if os.geteuid() != 0:
            return [TOOL, "enter", self.folder, "env", *variables(env), *map(str, command)]
        return ["nsenter", f"--target={self.inside}", "--mount", "--net", "--pid",
                f"--wdns={os.getcwd()}", "--", "env", *variables({**self.files, **(env or {})}),
                *map(str, command)]

    def run(self, *command, env=None, status=0, cwd=None, **options):
        """Run a program inside; its output. Its exit status must be as said (None: any)."""
        where = ["env", f"--chdir={cwd}"] if cwd else []
        done = subprocess.run(
            self.within(*where, *command, env=env),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            timeout=TIMEOUT, check=False,
            **({"stdin": subprocess.DEVNULL} if "input" not in options else {}), **options,
        )
        if status is not None:
            assert done.returncode == status, f"{command}\n{done.stdout}"
        self.status = done.returncode
        return done.stdout

    def start(self, *command, env=None):
        """Start a program inside that talks through its standard input and output. It hears signals
        as one that a person has started, though the tests may run in the background."""
        return subprocess.Popen(
            self.within(*command, env=env),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            preexec_fn=hear_signals,
        )

    def start_python(self, file, *args, **environment):
        """The same for a program of the tests."""
        return self.start("/usr/bin/python3", file, *args, env={"PYTHONPATH": COMMON, **environment})

    def spawn(self, log, *command, env=None):
        """Start a program inside that writes to a file, until it ends or the sandbox does."""
        with open(log, "ab") as out:
            self.spawned.append(subprocess.Popen(self.within(*command, env=env),
                                                 stdin=subprocess.DEVNULL, stdout=out, stderr=out))
        return self.spawned[-1]

    def service(self, action):
        """The PC/SC service is to "start", "stop" or, at once, "kill"."""
        subprocess.run([TOOL, "service", self.folder, action], stdin=subprocess.DEVNULL,
                       timeout=TIMEOUT, check=True)

    def reader(self, action):
        """The reader is to be "plug"ged in or "unplug"ged; what is in it stays there."""
        subprocess.run([TOOL, "reader", self.folder, action], stdin=subprocess.DEVNULL,
                       timeout=TIMEOUT, check=True)

    def pkcs11_tool(self, *args, module=None, **options):
        return self.run("pkcs11-tool", "--module", module or self.module, *args, **options)

    def tokens(self):
        """The list of tokens, empty if there is none: pkcs11-tool calls that a failure."""
        listed = self.pkcs11_tool("--list-token-slots", status=None)
        assert self.status == (0 if "token label" in listed else 1), listed
        return listed

    def key_id(self, label):
        """The CKA_ID that a token's keys and certificate share, in hexadecimal."""
        keys = self.pkcs11_tool("--token-label", label, "--login", "--pin", PIN[label],
                                "--list-objects", "--type", "privkey")
        return re.search(r"ID: +([0-9a-f]+)", keys).group(1)

    def sign(self, label, mechanism, data, folder, *args, pin=None, **options):
        """Sign data (bytes) with the key of that token; the signature's file."""
        text, signature = folder / "data", folder / "signature"
        text.write_bytes(data)
        signature.write_bytes(b"")  # ours, whoever the program inside is
        self.said = self.pkcs11_tool(
            "--token-label", label, "--login", "--pin", pin or PIN[label], "--sign",
            "--mechanism", mechanism, "--input-file", text, "--output-file", signature, *args,
            **options,
        )
        return signature


class Entry(NamedTuple):
    """A line of the card's ledger; what it does not tell is an empty string."""

    event: str
    application: str = ""
    ef: str = ""
    p1: str = ""
    sw: str = ""


class Card:
    """What the control socket of the virtual card tells and does."""

    def __init__(self, sandbox, socket="JPKI_CONTROL"):
        self.sandbox = sandbox
        self.socket = sandbox.files[socket]

    def __call__(self, *words):
        return self.sandbox.run(VCARD, "ctl", self.socket, *words)

    def mark(self):
        """Ledger and exchanges begin anew."""
        self("ledger", "mark")

    def entries(self):
        """All entries of the ledger since the mark."""
        lines = re.findall(r"^\d+ ([a-z-]+)((?: \w+=\S+)*)$", self("ledger", "show"), re.MULTILINE)
        return [Entry(event, **dict(re.findall(r"(\w+)=(\S+)", rest))) for event, rest in lines]

    def events(self, name):
        return [entry for entry in self.entries() if entry.event == name]

    def verifies(self, application=None):
        """Every VERIFY that brought a PIN, changes of a PIN too; or those that went to the application
        of this name ("jpki", "input-aid", ...)."""
        return [entry for entry in self.events("verify") + self.events("change")
                if application in (None, entry.application)]

    def answers(self, ef="0018"):
        """What it said to each PIN; nobody has sent it another one than this."""
        assert {entry.ef for entry in self.verifies()} <= {ef}
        return [entry.sw for entry in self.verifies()]

    def status(self, word):
        """What the lines of the status that begin with this word say."""
        return re.findall(rf"^{word} (\S+)$", self("status"), re.MULTILINE)

    def serial(self):
        return self.status("serial")[0]

    def attributes(self):
        """What the card has in its other applications: "name", "address", "birth-date", "sex" and
        "manufacture-number"."""
        return dict(re.findall(r"^([a-z-]+) (.+)$", self("attributes"), re.MULTILINE))

    def exchanges(self):
        """Exchanges since the mark."""
        return int(self.status("exchanges")[0])

    def verified(self):
        """The PINs that the card holds for verified now."""
        return self.status("verified")

    def tries(self, pin):
        return int(re.search(rf"^{pin} (\d+)/", self("counters"), re.MULTILINE).group(1))

    def set_tries(self, pin, tries):
        self("counters", "set", pin, str(tries))

    def seen(self):
        """Whether the service sees a card in the first reader; it looks a few times a second."""
        readers = self.sandbox.run("opensc-tool", "--list-readers")
        return re.search(r"^0\s+Yes", readers, re.MULTILINE) is not None

    def eject(self):
        self("eject")
        wait_until(lambda: not self.seen())

    def insert(self):
        self("insert")
        wait_until(self.seen)

    def fault(self, kind, moment, *status):
        """The exchange of that number from now goes wrong, once, or the one that the moment names:
        see `jpki-vcard ctl ... help`."""
        self("fault", str(moment), kind, *status)

    def clear_faults(self):
        self("fault", "clear")


def listens(side, where):
    """Whether a program listens at a socket (a path or, on the loopback, a port) of a sandbox, or of
    another machine: a path is there a moment before that, and a program may say so before."""
    if isinstance(where, int):
        return re.search(rf"^ *\d+: [0-9A-F]{{8}}:{where:04X} \S+ 0A ",
                         side.run("cat", "/proc/net/tcp"), re.MULTILINE) is not None
    return re.search(rf"^\S+ \S+ \S+ 00010000 \S+ \S+ +\d+ {re.escape(str(where))}$",
                     side.run("cat", "/proc/net/unix"), re.MULTILINE) is not None


def built(name):
    """The file of a module, as built."""
    return BUILD / "src" / f"{name}.so"


def output(*command):
    """What a program outside of any sandbox prints."""
    return subprocess.run([*map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          text=True, timeout=TIMEOUT, check=True).stdout


def script(file, text):
    """A shell script that may be run, with its folder; the file."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def with_window(folder, seconds):
    """The variable for a file of settings by which a login with the signature key lasts so long."""
    file = folder / "jpki.conf"
    file.write_text(f"[signature]\nwindow = {seconds}\n")
    return {"JPKI_CONFIG": str(file)}


def p11_kit(variable):
    """A path that p11-kit was built with."""
    return pathlib.Path(output("pkg-config", f"--variable={variable}", "p11-kit-1").strip())


def p11_kit_modules(listed):
    """The modules that `p11-kit list-modules` prints, and their files: up to 0.24 "name: file" on a
    line, then "module: name" and, beneath, "path: file"."""
    return dict(re.findall(r"^module: (\S+)\n +path: (\S+)$", listed, re.MULTILINE) or
                re.findall(r"^(\S+): (\S+)$", listed, re.MULTILINE))


def p11_kit_passes_all():
    """Whether p11-kit's proxy and client pass on PKCS#11 3.0, the forms of RSA-PSS that hash, and
    SHA-224: 0.24 does not, 0.25 does."""
    version = output("pkg-config", "--modversion", "p11-kit-1").split(".")
    return [*map(int, version[:2])] >= [0, 25]


def install(folder, *options):
    """What `meson install` puts on a machine, configured with these options: a folder that
    stands for its root. The files are those that are built already."""
    build, root = folder / "build", folder / "root"
    output("meson", "setup", build, ROOT, *options)
    for name in json.loads(output("meson", "introspect", "--installed", build)):
        file = pathlib.Path(name)
        if file.is_absolute() and not file.exists():  # others are links that are made there
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(BUILD / file.relative_to(build), file)
    output("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root)
    return root


def public_key(certificate, folder):
    key = folder / (certificate.stem + "-public.pem")
    key.write_bytes(openssl("x509", "-in", certificate, "-pubkey", "-noout"))
    return key


def openssl(*args):
    done = subprocess.run(["openssl", *map(str, args)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=TIMEOUT, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")
    return done.stdout


def subject(certificate):
    out = openssl("x509", "-in", certificate, "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8")
    return out.decode().strip().removeprefix("subject=").strip()


def serial_numbers(text):
    return re.findall(r"serial num\s*: *(\S+)", text)


PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32")


def assert_signed(certificate, data, signature, folder, digest="sha256", options=()):
    """OpenSSL finds the signature (a file) right for the certificate and data (bytes)."""
    text = folder / "verified"
    text.write_bytes(data)
    said = openssl("dgst", f"-{digest}", *options, "-verify", public_key(certificate, folder),
                   "-signature", signature, text)
    assert b"Verified OK" in said


def uri(label, kind, key_id=""):
    """GnuTLS wants a CKA_ID (in hexadecimal) in it, others do without."""
    escaped = "".join(f"%{byte:02x}" for byte in bytes.fromhex(key_id))
    return f"pkcs11:token={quote(label)};" + (f"id={escaped};" if key_id else "") + f"type={kind}"
