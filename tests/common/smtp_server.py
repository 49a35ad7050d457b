#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Takes one mail on a port of the loopback and writes it to a file: smtp_server.py PORT FILE."""

import pathlib
import socket
import sys


def serve(port, file):
    """One connection after the other, until a mail has come."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        print("ready", flush=True)
        while not take_mail(listener.accept()[0], pathlib.Path(file)):
            pass


def take_mail(connection, file):
    with connection, connection.makefile("rwb") as stream:
        answer(stream, "220 localhost")
        for line in stream:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                answer(stream, "354 go on")
                partial = file.with_suffix(".part")
                partial.write_bytes(b"".join(text(stream)))
                partial.rename(file)
                answer(stream, "250 taken")
                return True
            answer(stream, "221 bye" if word == b"QUIT" else "250 well")
    return False


def text(stream):
    """The lines of a mail, up to the one with a dot alone."""
    for line in stream:
        if line == b".\r\n":
            return
        yield line[1:] if line.startswith(b".") else line


def answer(stream, line):
    stream.write(line.encode() + b"\r\n")
    stream.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
