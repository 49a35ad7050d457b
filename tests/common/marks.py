# SPDX-License-Identifier: BSD-2-Clause
"""Processes that a test has started, and what they have started in turn."""

import os
import pathlib
import re
import uuid

NAME = "JPKI_TEST_MARK"


class Mark:
    """Something in the environment of processes that they can be recognised by."""

    def __init__(self):
        self.value = uuid.uuid4().hex
        self.env = {**os.environ, NAME: self.value}

    def found(self):
        """Environment and command line of those that carry the mark; one that ends while we look
        is none."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                environment = (process / "environ").read_bytes()
                if f"{NAME}={self.value}".encode() in environment.split(b"\0"):
                    found.append((environment.decode(errors="replace"),
                                  (process / "cmdline").read_text()))
            except OSError:
                pass
        return found

    def commands(self):
        return [command for _, command in self.found()]

    def values(self, name):
        """What a variable is set to where these processes have it."""
        return {value for environment, _ in self.found()
                for value in re.findall(rf"(?:^|\0){name}=([^\0]*)", environment)}
