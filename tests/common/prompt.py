# SPDX-License-Identifier: BSD-2-Clause
"""A person before a terminal who types a PIN when, and only when, a program asks for it."""

import os

from terminal import Terminal


class Prompted(Terminal):
    """A program inside a sandbox that asks for a PIN."""

    def __init__(self, sandbox, *command, env=None):
        super().__init__(sandbox.within(*command, env=env))

    def give(self, prompt, pin):
        self.wait_for(prompt)
        self.answer(pin)

    def type(self, line):
        """What may be seen."""
        os.write(self.master, f"{line}\n".encode())

    def finish(self, status=0):
        """All that it has shown, when it has ended with this status."""
        ended = self.end()
        assert ended == status, f"status {ended}\n{self.shown}"
        return self.shown.replace("\r\n", "\n")


def ask(sandbox, answers, *command, env=None, status=0):
    """What a program shows that is given these answers to these prompts, one after the other."""
    with Prompted(sandbox, *command, env=env) as terminal:
        for prompt, pin in answers:
            terminal.give(prompt, pin)
        return terminal.finish(status)
