#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""native_program.py FOLDER ARGUMENT...: stands in for jpki-portal-host, as a browser starts it.

Writes what happens to FOLDER/log, a JSON text a line. Answers each question when there is
FOLDER/answer, with what that holds; if that is "end", the program ends."""

import json
import os
import pathlib
import select
import struct
import sys

FOLDER = pathlib.Path(sys.argv[1])
ANSWER = FOLDER / "answer"


def note(**what):
    line = json.dumps({"pid": os.getpid(), **what}) + "\n"
    with open(FOLDER / "log", "a", encoding="utf-8") as log:
        log.write(line)


def read(size):
    """So many bytes of the input; none at its end."""
    data = b""
    while len(data) < size:
        more = os.read(0, size - len(data))
        if not more:
            return b""
        data += more
    return data


def read_message():
    head = read(4)
    return json.loads(read(*struct.unpack("@I", head))) if head else None


def has_input(seconds):
    return bool(select.select([0], [], [], seconds)[0])


def answer():
    """Whether something more is to be expected."""
    text = ANSWER.read_bytes()
    if text == b"end":
        return False
    os.write(1, struct.pack("@I", len(text)) + text)
    return True


def main():
    note(started=sys.argv[2:])
    waiting = False
    while True:
        if waiting and ANSWER.exists():
            if not answer():
                return
            waiting = False
        if has_input(0.02):
            message = read_message()
            if message is None:
                note(ended=True)
                return
            note(message=message)
            waiting = True


if __name__ == "__main__":
    main()
