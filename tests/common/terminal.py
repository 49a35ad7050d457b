# SPDX-License-Identifier: BSD-2-Clause
"""A terminal, for programs that ask a person there."""

import fcntl
import os
import pty
import select
import subprocess
import termios
import time

from support import TIMEOUT, hear_signals, wait_until


def take_terminal():
    """In a new process: its standard input is the terminal it belongs to, and it hears signals though
    the tests may run in the background, or under nohup."""
    os.setsid()
    hear_signals()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A program that runs in a terminal of its own. What it shows is in `shown`."""

    def __init__(self, command):
        self.shown = ""
        self.read = 0  # how much of it has been waited for
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave,
                                        preexec_fn=take_terminal)
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """A test that failed may have left it waiting."""
        if self.process.poll() is None:
            self.process.kill()
        os.close(self.master)
        self.process.wait(TIMEOUT)

    def more(self, seconds):
        """Whether there may be more to come."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 4096)
        except OSError:  # how a terminal says that nobody has it open any more
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)

    def wait_for(self, text, seconds=TIMEOUT):
        """Until this is shown, after what was waited for before."""
        deadline = time.monotonic() + seconds
        while text not in self.shown[self.read:]:
            assert time.monotonic() < deadline, f"no {text!r}: {self.shown}"
            assert self.more(0.1), f"ended without {text!r}: {self.shown}"
        self.read = self.shown.index(text, self.read) + len(text)

    def answer(self, secret):
        """Type what is not to be seen: some programs turn that off after they have asked, and forget
        what was typed before."""
        wait_until(lambda: not self.echoes())
        os.write(self.master, f"{secret}\n".encode())

    def echoes(self):
        """Whether what is typed is shown."""
        return termios.tcgetattr(self.master)[3] & termios.ECHO != 0

    def interrupt(self):
        """Ctrl-C."""
        os.write(self.master, b"\x03")

    def end(self, seconds=TIMEOUT):
        """Its exit status, at its end."""
        deadline = time.monotonic() + seconds
        while self.more(0.1):
            assert time.monotonic() < deadline, self.shown
        return self.process.wait(TIMEOUT)
