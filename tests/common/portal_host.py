# SPDX-License-Identifier: BSD-2-Clause
"""jpki-portal-host in a sandbox, as a browser starts it, and the windows that come of it."""

import base64
import hashlib
import json
import os
import pathlib
import select
import signal
import struct
import subprocess
import time

from support import BUILD, SLOWNESS, COMMON, TIMEOUT, hear_signals, wait_until

HOST = BUILD / "tools" / "mynaportal" / "host" / "jpki-portal-host"
OURS = ("/home/a/.mozilla/native-messaging-hosts/jpki.portal_host.json", "jpki-portal@jpki-pkcs11")
OURS_CHROMIUM = ("chrome-extension://pngabolhnpdfldjpeblgbblgcdhfmnaa/", "--parent-window=0")
OFFICIAL = ("chrome-extension://aaaabbbbccccddddeeeeffffgggghhhh/",)
ORIGIN = "https://myna.go.jp"
CODE = "EW044-C300"
PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def digest(data):
    """The base64 of a DigestInfo."""
    return base64.b64encode(PREFIX + hashlib.sha256(data).digest()).decode()


def log_in(data=b"challenge", **more):
    return {"mode": "01", "service_id": "01", "digest": digest(data), **more}


def sign(*documents, **more):
    return {"mode": "02", "service_id": "01", "digest": [digest(d) for d in documents], **more}


def refused(mode, word):
    """The whole answer."""
    return {**({"mode": mode} if mode else {}), "result": "1", "errcode": CODE, "message": word}


class Nowhere:
    """In the place of a sandbox: there is no card to ask."""

    @staticmethod
    def within(*command, env=None):
        return ["env", *(f"{name}={value}" for name, value in (env or {}).items()), *map(str, command)]


class Windows:
    """Those of a pinentry that is tests/common/asked.py."""

    def __init__(self, folder):
        self.folder, self.count = folder / "asked", 0
        self.folder.mkdir()
        (folder / "bin").mkdir()
        (folder / "bin" / "pinentry").symlink_to(COMMON / "asked.py")
        self.env = {"PATH": f"{folder}/bin:{os.environ['PATH']}", "ASKED": str(self.folder)}

    def next(self):
        """Wait for the next one; what it was told."""
        self.count += 1
        asked = self.folder / f"{self.count}.asked"
        wait_until(asked.exists)
        return json.loads(asked.read_text())

    def answer(self, text):
        """The one that came last gets this."""
        new = self.folder / "new"
        new.write_text(text)
        new.rename(self.folder / f"{self.count}.answer")

    def give(self, *pins):
        """The next windows, one after the other, get these PINs; what they were told."""
        told = []
        for pin in pins:
            told.append(self.next())
            self.answer(f"pin {pin}")
        return told

    def opened(self):
        """How many there have ever been."""
        return len(list(self.folder.glob("*.pid")))


class Host:
    """The program, with the pipes of a browser."""

    def __init__(self, sandbox, windows, folder, caller=OURS, env=None, before=()):
        self.windows, self.log = windows, folder / f"log{time.monotonic_ns()}"
        self.env = {**windows.env, "HOME": str(folder / "home"), "LC_ALL": "C.UTF-8",
                    "DISPLAY": ":99", "SUDO_UID": "", **(env or {})}
        (folder / "home").mkdir(exist_ok=True)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                sandbox.within(*before, HOST, *caller, env=self.env),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, bufsize=0,
                preexec_fn=hear_signals)
        self.pid = wait_until(self.find)

    def find(self):
        """Its process, as seen from here."""
        own = [self.process.pid] if runs(self.process.pid, HOST) else []
        return next(iter(own + children(self.process.pid, HOST)), None)

    def workers(self):
        """The processes of its requests."""
        return children(self.pid, HOST)

    def send_bytes(self, data):
        self.process.stdin.write(data)

    def send_text(self, text):
        data = text.encode() if isinstance(text, str) else text
        self.send_bytes(struct.pack("=I", len(data)) + data)

    def send(self, message, origin=ORIGIN):
        """What our extension makes of a page's message."""
        self.send_text(json.dumps({"origin": origin, "message": message}))

    def read(self, count):
        """So many bytes, or fewer at the end."""
        data = b""
        while len(data) < count:
            assert select.select([self.process.stdout], [], [], 30 * SLOWNESS)[0], "no answer"
            more = self.process.stdout.read(count - len(data))
            if not more:
                break
            data += more
        return data

    def answer(self):
        """The next one; None at the end."""
        head = self.read(4)
        if not head:
            return None
        text = self.read(struct.unpack("=I", head)[0])
        return json.loads(text)

    def ask(self, message, *pins, **more):
        """A page's message, and what is typed into the windows, if there are any; its answer."""
        self.send(message, **more)
        self.told = self.windows.give(*pins)
        return self.answer()

    def begin(self, message):
        """A page's message, of which a window comes; what that was told."""
        self.send(message)
        return self.windows.next()

    def said(self):
        return self.log.read_text()

    def close(self):
        """The browser lets go of it; its exit status, and nothing more is said."""
        self.process.stdin.close()
        assert self.read(1) == b""
        return self.process.wait(TIMEOUT)

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                os.kill(self.pid, signal.SIGKILL)
                raise
        self.process.stdout.close()


def children(pid, program):
    """Those processes that run this file."""
    try:
        listed = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(child) for child in listed if runs(child, program)]


def runs(pid, program):
    try:
        return os.path.samefile(f"/proc/{pid}/exe", program)
    except OSError:
        return False
