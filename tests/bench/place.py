# SPDX-License-Identifier: BSD-2-Clause
"""Where figures are taken: a sandbox with a virtual card, and what a command there costs."""

import os
import re
import shutil
import subprocess
import time
from typing import NamedTuple

from support import (AUTH, BUILD, OPENSC, SIGN, TIMEOUT, VCARD, Card, Sandbox, built, openssl,
                     output)

# The card over a contactless reader, in microseconds (jpki-vcard --delay).
CONTACTLESS = {"exchange": 12000, "byte": 100, "signature": 300000}
NO_DELAY = {name: 0 for name in CONTACTLESS}

# Certificates differ by a byte if the first bit of their serial number is set. Those of the cards
# here all have these lengths, so that the bytes that are read are the same on every machine.
LENGTHS = {"authentication": 1096, "authentication-ca": 1137,
           "signature": 1351, "signature-ca": 1130}

SPEND = BUILD / "tests" / "bench" / "spend"
CALLS = BUILD / "tests" / "bench" / "calls"


class Module(NamedTuple):
    """A module: how it is called here, its file, its tokens, and what its size is that of."""

    name: str
    file: str
    labels: dict
    libraries: tuple


def find_library(name):
    """Debian's folder for libraries has the processor in its name; OpenSSL's modules are there."""
    modules = re.search(r'"(.*)"', output("openssl", "version", "-m")).group(1)
    return os.path.join(os.path.dirname(modules), name)


OURS = Module("ours", str(built("jpki-pkcs11")), {AUTH: AUTH, SIGN: SIGN},
              (str(built("jpki-pkcs11")),))
THEIRS = Module("OpenSC", find_library(OPENSC),
                {AUTH: "JPKI (User Authentication PIN)", SIGN: "JPKI (Digital Signature PIN)"},
                (find_library(OPENSC), find_library("libopensc.so.8")))
MODULES = (THEIRS, OURS)


class Taken(NamedTuple):
    """What a command cost; with its exit status and what it said."""

    wall_ms: float
    cpu_ms: float
    memory_kb: int
    exchanges: int
    bytes: int
    status: int
    said: str


def length(certificate):
    return len(openssl("x509", "-in", certificate, "-outform", "DER"))


def make_card(folder):
    """The state of a card whose certificates have the lengths above; the certificates' folder."""
    state, certificates = folder / "state", folder / "certificates"
    while True:
        subprocess.run([VCARD, "export", certificates, "--state", state], timeout=TIMEOUT,
                       stdin=subprocess.DEVNULL, check=True)
        wrong = {name.removesuffix("-ca") for name in LENGTHS
                 if length(certificates / f"{name}.pem") != LENGTHS[name]}
        if not wrong:
            return certificates
        for name in wrong:  # with the CA's, which its own names
            (state / f"{name}.pem").unlink()
            (state / f"{name}-ca.pem").unlink()


class Place:
    """A sandbox with a card of its own; one for each row of the table. A module has a home there
    that is made anew by renew()."""

    def __init__(self, folder, card):
        self.folder = folder
        folder.mkdir()
        shutil.copytree(card / "state", folder / "state")
        self.certificates = card / "certificates"
        self.sandbox = Sandbox("--state", folder / "state")
        # what tools/sandbox enter does, at once
        self.enter = ("nsenter", f"--target={(self.sandbox.folder / 'pid').read_text()}",
                      "--mount", "--net", "--pid", f"--wdns={folder}", "--")
        self.card = Card(self.sandbox)
        self.homes = 0
        self.environment = {}
        self.data = folder / "data"
        self.data.write_bytes(b"a text to sign")

    def stop(self):
        self.sandbox.stop()

    # --- the card ----------------------------------------------------------------------------

    def control(self, *words):
        """From outside of the sandbox, which is quicker."""
        return subprocess.run([VCARD, "ctl", self.card.socket, *map(str, words)], timeout=TIMEOUT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              check=True).stdout

    def delay(self, model):
        for name, value in model.items():
            self.control("delay", name, value)

    def total(self):
        """Exchanges and bytes since the mark."""
        said = dict(re.findall(r"^(exchanges|bytes-\w+) (\d+)$", self.control("status"),
                               re.MULTILINE))
        return int(said["exchanges"]), int(said["bytes-in"]) + int(said["bytes-out"])

    def appearances(self):
        """How many times the service has seen a card come to power."""
        return (self.sandbox.folder / "pcscd.log").read_bytes().count(b"Card ATR: ")

    def departures(self):
        return (self.sandbox.folder / "pcscd.log").read_bytes().count(b"Card Removed From ")

    def wait(self, count, before):
        deadline = time.monotonic() + TIMEOUT
        while count() <= before:
            assert time.monotonic() < deadline, "the PC/SC service does not see the card"
            time.sleep(0.005)

    def reinsert(self):
        """Out of the reader, and in again."""
        gone = self.departures()
        self.control("eject")
        self.wait(self.departures, gone)
        come = self.appearances()
        self.control("insert")
        self.wait(self.appearances, come)

    # --- commands ----------------------------------------------------------------------------

    def renew(self):
        """A home that nobody has used; its environment."""
        home = self.folder / f"home{self.homes}"
        self.homes += 1
        home.mkdir()
        names = {"XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data",
                 "XDG_STATE_HOME": "state"}
        for name in names.values():
            (home / name).mkdir()
        self.environment = {"HOME": home, "LC_ALL": "C.UTF-8", "JPKI_CONFIG": "",
                            **{variable: home / name for variable, name in names.items()}}
        return self.environment

    def run(self, command, env=None):
        """Any program: its exit status and what it said."""
        given = {**os.environ, **self.sandbox.files, **self.environment, **(env or {})}
        done = subprocess.run([*self.enter, *map(str, command)], timeout=10 * TIMEOUT,
                              env={name: str(value) for name, value in given.items()},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
        return done.returncode, done.stdout

    def take(self, command, env=None, times=1):
        """What a command costs, run so many times at once."""
        spent = self.folder / "spent"
        self.control("ledger", "mark")
        status, said = self.run((SPEND, spent, times, *command), env)
        wall, cpu, memory, _ = map(int, spent.read_text().split())
        return Taken(wall / 1e6, cpu / 1e3, memory, *self.total(), status, said)

    def instructions(self, command, env=None):
        """Of the program itself, as valgrind counts them."""
        log = self.folder / "callgrind"
        self.run(("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                  f"--log-file={log}", *command), env)
        return int(re.search(r"Collected : (\d+)", log.read_text()).group(1))

    def system_calls(self, command, env=None):
        """Of the program and of what it starts."""
        log = self.folder / "strace"
        self.run(("strace", "-f", "-c", "-o", log, *command), env)
        rows = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", log.read_text(),
                          re.MULTILINE)
        return sum(int(calls) for calls, name in rows if name != "total")
