# SPDX-License-Identifier: BSD-2-Clause
"""tests/e2e/memory.c: a program, at home in a sandbox, that gives PINs to the module by whichever
call a test says, again and again in one process."""

from support import BUILD, TIMEOUT

MEMORY = BUILD / "tests" / "e2e" / "memory"
AUTHENTICATION, SIGNATURE = 0, 1
OK, FUNCTION_CANCELED = 0x00, 0x50
PIN_INCORRECT, PIN_INVALID, PIN_LEN_RANGE, PIN_LOCKED = 0xA0, 0xA1, 0xA2, 0xA4
# What a PIN that was refused is when it is given again: which, depends on how soon.
AGAIN = {PIN_INCORRECT, FUNCTION_CANCELED}


class PinProgram:
    """Its commands, as seen by a test; each is answered by a number, the module's code mostly."""

    def __init__(self, sandbox, *before, modules=None):
        modules = modules or [sandbox.module]
        self.process = sandbox.start(*before, MEMORY, *modules)
        self.pid = int(self.line())
        self.buffer = int(self.line(), 16)
        for number in reversed(range(len(modules))):
            for command in (f"module {number}", "load", "initialize", "open"):
                self(command)

    def line(self):
        return self.process.stdout.readline().strip()

    def ask(self, line, data=b""):
        """A command; the answer, a number."""
        self.process.stdin.buffer.write(line.encode() + b"\n" + data)
        self.process.stdin.buffer.flush()
        said = self.line()
        return int(said, 10 if line == "fork" else 16)

    def __call__(self, line, expected=OK):
        assert self.ask(line) == expected, line

    def worker(self):
        """A forked child answers from here on, until it leaves."""
        self("worker")

    def leave(self):
        self("leave")

    def give(self, how, *pins):
        """A command that brings PINs: "here login 0" and the like."""
        data = [pin.encode() for pin in pins]
        return self.ask(" ".join([how, *(str(len(one)) for one in data)]), b"".join(data))

    def stop(self):
        self.process.stdin.close()
        self.process.wait(TIMEOUT)
        self.process.stdout.close()
