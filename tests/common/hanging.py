# SPDX-License-Identifier: BSD-2-Clause
"""A program that hangs, with a child that does not heed signals: what a caller starts and has to get
rid of."""

import os

from support import wait_until

PROGRAM = """#!/bin/bash
(trap '' TERM INT HUP; exec sleep 1000) &
echo $PPID $$ $! >"{mark}.new" && mv "{mark}.new" "{mark}"
kill -STOP $$
"""


class Hanging:
    """In a sandbox, in a folder that is the first of `path`."""

    def __init__(self, sandbox, folder, name):
        self.sandbox, self.mark = sandbox, folder / "mark"
        self.file = folder / "bin" / name
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text(PROGRAM.format(mark=self.mark))
        self.file.chmod(0o755)
        self.path = f"{self.file.parent}:{os.environ['PATH']}"

    def wait(self):
        """Until it hangs; the process that has started it."""
        wait_until(self.mark.exists)
        return self.mark.read_text().split()[0]

    def signal(self, name):
        """To the process that has started it."""
        self.sandbox.run("kill", f"-{name}", self.wait())

    def is_gone(self):
        """With its child."""
        own = self.mark.read_text().split()[1:]
        state = self.sandbox.run("ps", "-o", "stat=", "-p", ",".join(own), status=None).split()
        return all(one.startswith("Z") for one in state)
