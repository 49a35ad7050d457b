# SPDX-License-Identifier: BSD-2-Clause
"""The command jpki, as a person at a terminal and a script use it."""

import functools
import json
import os
import re
import subprocess
import unicodedata

from prompt import ask
from support import JPKI, TIMEOUT

# Its exit statuses.
DONE, FAILED, USAGE, NO_CARD, NO_PIN, UNKNOWN = range(6)
AUTH_PIN, SIGN_PIN = "1234", "ABC123"
# A Python script that runs a command, to which descriptor 3 goes along; the last that it says is the
# most memory that this had, in KiB. Little is less than this: it begins with what Python had.
MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], pass_fds=[3], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
LITTLE = 16 * 1024


class Jpki:
    """The command in a sandbox. What it says goes to `said`."""

    def __init__(self, sandbox, env=None):
        self.sandbox, self.env = sandbox, {"LC_ALL": "C.UTF-8", **(env or {})}

    def __call__(self, *words, status=DONE, pin=None, before=()):
        """With a PIN it comes from standard input."""
        given = ["--pin-fd", "0"] if pin is not None else []
        text = "".join(f"{line}\n" for line in ([pin] if isinstance(pin, str) else pin or []))
        # its own session: there is no terminal to ask at
        return self.sandbox.run("setsid", "--wait", *before, JPKI, *words, *given, env=self.env,
                                status=status, input=text)

    def json(self, *words, **more):
        return json.loads(self(*words, "--json", **more))

    def error(self, *words, status, pin=None):
        """All that is on standard output of what fails: the object about the error."""
        said = self(*words, "--json", status=status, pin=pin,
                    before=["sh", "-c", 'exec "$0" "$@" 2>/dev/null'])
        error = json.loads(said)["error"]
        assert error.pop("exit_status") == status and error.pop("message"), said
        return error

    def ask(self, answers, *words, status=DONE):
        """At a terminal."""
        return ask(self.sandbox, answers, JPKI, *words, env=self.env, status=status)


def checked(*words, status=DONE):
    """What the command says outside of any sandbox, where it needs no card: lines of 80 columns, but
    where a file is named."""
    done = subprocess.run([JPKI, *map(str, words)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=TIMEOUT, check=False)
    assert done.returncode == status, done.stdout
    assert "--json" in words or all(
        columns(line) <= 80 for line in done.stdout.splitlines() if "pytest" not in line)
    return done.stdout


@functools.cache
def verbs():
    """As its help lists them."""
    said = subprocess.run([JPKI, "--help"], env={"LC_ALL": "C"}, stdout=subprocess.PIPE, text=True,
                          timeout=TIMEOUT, check=True).stdout
    return [verb for verb in re.findall(r"^  (\w+)  ", said, re.MULTILINE) if verb != "help"]


def columns(text):
    """How many columns of a terminal it takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
