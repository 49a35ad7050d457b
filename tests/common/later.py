# SPDX-License-Identifier: BSD-2-Clause
"""A clock that a test moves on, for the programs that it starts: as if the machine had slept."""

import re
import signal

from support import BUILD, wait_until

LIBRARY = BUILD / "tests" / "e2e" / "later.so"


def turns(sandbox, pid):
    """How often the module's threads in that process have gone to wait; they hear no signals."""
    threads = sandbox.run("sh", "-c", f"cat /proc/{pid}/task/*/status", status=None).split("Name:")[1:]
    told = [dict(re.findall(r"^(\w+):\s+(\S+)$", thread, re.MULTILINE)) for thread in threads]
    return sum(int(one["voluntary_ctxt_switches"]) for one in told
               if int(one["SigBlk"], 16) >> (signal.SIGTERM - 1) & 1)


class Later:
    """The clock's file; whoever is to go by it starts with `env`."""

    def __init__(self, folder):
        self.file, self.seconds = folder / "later", 0
        self.env = {"LD_PRELOAD": str(LIBRARY), "LATER": str(self.file)}
        self(0)

    def __call__(self, seconds):
        """It is so much later, or earlier."""
        self.seconds += seconds
        new = self.file.with_suffix(".new")
        new.write_text(str(self.seconds))
        new.rename(self.file)

    def seen(self, sandbox, pid, seconds):
        """It is so much later, and a thread of the module in that process, if there is one, has looked
        at the clock since."""
        self(seconds)
        before = turns(sandbox, pid)
        wait_until(lambda: before == 0 or not before <= turns(sandbox, pid) < before + 2)
