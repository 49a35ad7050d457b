#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Stands in for pinentry: what it is told goes to files of the folder ASKED, and what it is to
answer comes from there. As a real one, it does not notice that nobody talks to it any more while
its window is open.

The Nth to be started makes N.asked (JSON), and answers what N.answer says, once that is there:
"pin TEXT", "cancel", "timeout", "broken".
"""

import json
import os
import pathlib
import sys
import time
import urllib.parse

FOLDER = pathlib.Path(os.environ["ASKED"])
WORDS = {"cancel": "ERR 83886179 Operation cancelled <Pinentry>",
         "timeout": "ERR 83886142 Timeout <Pinentry>", "broken": "ERR 83918950 Inappropriate ioctl for device <Pinentry>"}


def number():
    """The first that nobody else has."""
    count = 0
    while True:
        count += 1
        try:
            os.close(os.open(FOLDER / f"{count}.pid", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            return count
        except FileExistsError:
            pass


def put(path, text):
    """All of it at once."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


def ask(count, told):
    """What the window gives, as the protocol has it."""
    put(FOLDER / f"{count}.asked", json.dumps(told))
    answer = FOLDER / f"{count}.answer"
    while not answer.exists():
        time.sleep(0.01)
    word, _, text = answer.read_text().partition(" ")
    if word == "pin":
        return ([f"D {urllib.parse.quote(text, safe='')}"] if text else []) + ["OK"]
    return [WORDS[word]]


def say(*lines):
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main():
    count = number()
    put(FOLDER / f"{count}.pid", str(os.getpid()))
    told = {"options": {}, "group": os.getpgrp(), "session": os.getsid(0)}
    say("OK Pleased to meet you")
    while line := sys.stdin.readline():
        word, _, text = line.rstrip("\n").partition(" ")
        if word == "OPTION":
            name, _, value = text.partition("=")
            told["options"][name] = urllib.parse.unquote(value)
        elif word == "GETPIN":
            say(*ask(count, told))
            continue
        else:
            told[word] = urllib.parse.unquote(text)
        say("OK")


main()
