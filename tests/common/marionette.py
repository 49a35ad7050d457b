# SPDX-License-Identifier: BSD-2-Clause
"""Tells a Firefox what to do, by its own protocol: a script that runs with the browser's rights."""

import json
import socket
import subprocess

from support import wait_until


class Firefox:
    """A Firefox of a home folder, without windows, until stop()."""

    def __init__(self, env, log, port):
        self.number = 0
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                ["firefox-esr", "--headless", "--no-remote", "--marionette",
                 "--remote-allow-system-access"],
                env={**env, "MOZ_MARIONETTE_PREF_STATE_ACROSS_RESTARTS":
                     json.dumps({"marionette.port": port})},
                stdout=file, stderr=subprocess.STDOUT)
        self.socket = wait_until(lambda: self._connect(port), 120)
        self._read()
        self.tell("WebDriver:NewSession", {})
        self.tell("Marionette:SetContext", {"value": "chrome"})

    @staticmethod
    def _connect(port):
        try:
            return socket.create_connection(("127.0.0.1", port), 60)
        except OSError:
            return None

    def _read(self):
        length = b""
        while not length.endswith(b":"):
            length += self.socket.recv(1) or b"0:"
        text = b""
        while len(text) < int(length[:-1]):
            text += self.socket.recv(int(length[:-1]) - len(text))
        return json.loads(text)

    def tell(self, name, parameters):
        self.number += 1
        text = json.dumps([0, self.number, name, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(text), text))
        _, _, error, result = self._read()
        assert error is None, error
        return result

    def run(self, script):
        """What an asynchronous function of this body gives."""
        script = ("let done = arguments[arguments.length - 1];"
                  f"(async () => {{ {script} }})().then(done, e => done(String(e)));")
        return self.tell("WebDriver:ExecuteAsyncScript", {"script": script, "args": []})["value"]

    def stop(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(60)
