# SPDX-License-Identifier: BSD-2-Clause
"""Tells a Firefox what to do, by its own protocol: a script that runs with the browser's rights."""

import json
import socket
import subprocess

from support import TIMEOUT, Trouble, wait_until

# What a Firefox has to be started with, to be told what to do.
OPTIONS = ("--no-remote", "--marionette", "--remote-allow-system-access")


class Marionette:
    """The protocol, over two files."""

    def __init__(self, read, write):
        self.number = 0
        self.read, self.write = read, write
        self._read()
        self.tell("WebDriver:NewSession", {})

    def _read(self):
        length = b""
        while not length.endswith(b":"):
            length += self.read.read(1) or b"0:"
        return json.loads(self.read.read(int(length[:-1])))

    def tell(self, name, parameters):
        self.number += 1
        text = json.dumps([0, self.number, name, parameters]).encode()
        self.write.write(b"%d:%s" % (len(text), text))
        self.write.flush()
        _, _, error, result = self._read()
        if error is not None:
            raise Trouble(error["message"])
        return result

    def context(self, name):
        """Scripts run in the page ("content") from now on, or with the browser's rights
        ("chrome")."""
        self.tell("Marionette:SetContext", {"value": name})

    def run(self, script):
        """What an asynchronous function of this body gives."""
        script = ("let done = arguments[arguments.length - 1];"
                  f"(async () => {{ {script} }})().then(done, e => done(String(e)));")
        return self.tell("WebDriver:ExecuteAsyncScript", {"script": script, "args": []})["value"]


class Firefox(Marionette):
    """A Firefox of a home folder, without windows, until stop()."""

    def __init__(self, env, log, port, *options):
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                ["firefox-esr", "--headless", *OPTIONS, *map(str, options)],
                env={**env, "MOZ_MARIONETTE_PREF_STATE_ACROSS_RESTARTS":
                     json.dumps({"marionette.port": port})},
                stdout=file, stderr=subprocess.STDOUT)
        self.socket = wait_until(lambda: self._connect(port), 120)
        super().__init__(self.socket.makefile("rb"), self.socket.makefile("wb"))
        self.context("chrome")

    @staticmethod
    def _connect(port):
        try:
            return socket.create_connection(("127.0.0.1", port), 60)
        except OSError:
            return None

    def stop(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(TIMEOUT)
