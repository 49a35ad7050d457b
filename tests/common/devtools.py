# SPDX-License-Identifier: BSD-2-Clause
"""Tells a Chromium what to do, by its own protocol, over two pipes."""

import fcntl
import json
import os
import selectors

from support import SLOWNESS, Trouble

# Chromium reads at descriptor 3 and writes at 4; these are the ends that the shell gives it.
FIRST = 20
SHELL = 'exec 3<&{0} 4>&{1} {0}<&- {1}>&-; exec "$@"'


class DevTools:
    """The protocol; command() and descriptors are for who starts the browser."""

    def __init__(self):
        self.number = 0
        self.rest = b""
        theirs, self.to_browser = os.pipe()
        self.from_browser, answers = os.pipe()
        self.descriptors = [fcntl.fcntl(one, fcntl.F_DUPFD, FIRST) for one in (theirs, answers)]
        os.close(theirs)
        os.close(answers)
        self.watch = selectors.DefaultSelector()
        self.watch.register(self.from_browser, selectors.EVENT_READ)

    def command(self, *words):
        return ("bash", "-c", SHELL.format(*self.descriptors), "bash", *words)

    def started(self):
        """The browser has its ends."""
        for one in self.descriptors:
            os.close(one)

    def close(self):
        self.watch.close()
        os.close(self.to_browser)
        os.close(self.from_browser)

    def _read(self):
        """A message; events come between answers."""
        while b"\0" not in self.rest:
            assert self.watch.select(120 * SLOWNESS), "Chromium does not answer"
            more = os.read(self.from_browser, 1 << 20)
            assert more, "Chromium has ended"
            self.rest += more
        text, _, self.rest = self.rest.partition(b"\0")
        return json.loads(text)

    def send(self, method, session=None, **parameters):
        """Without waiting for an answer."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to_browser, data):]

    def tell(self, method, session=None, **parameters):
        self.send(method, session, **parameters)
        while True:
            answer = self._read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Trouble(answer["error"]["message"])
                return answer["result"]
