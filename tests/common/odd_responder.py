#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What may listen at the address of an OCSP responder: odd_responder.py PORT WAY [FILE
[LOG]]. It gives each client the same, whatever that asks: the answer in a file, or what the way
says. What the last client has asked is written to LOG."""

import contextlib
import pathlib
import socket
import sys
import threading
import time

OK = b"HTTP/1.0 200 OK\r\nContent-Type: application/ocsp-response\r\n"


def forever(client, first, rest):
    client.sendall(first)
    while True:
        client.sendall(rest)


def drip(client):
    """A byte a moment, for as long as there is somebody."""
    client.sendall(OK + b"X-Slow: ")
    while True:
        client.sendall(b"x")
        time.sleep(0.1)


def listen_only(client):
    while client.recv(4096):
        pass


def say(client, answer):
    client.sendall(answer)


WAYS = {
    "file": lambda client, body: say(client, OK + b"\r\n" + body),
    "garbage": lambda client, _: say(client, bytes(range(256)) * 4),
    "garbage-body": lambda client, _: say(client, OK + b"\r\n" + bytes(range(256))),
    "page": lambda client, _: say(
        client, b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>log in</html>"),
    "forbidden": lambda client, _: say(client, b"HTTP/1.0 403 Forbidden\r\n\r\n"),
    "unauthorized": lambda client, _: say(client, b"HTTP/1.1 401 Unauthorized\r\n\r\n"),
    "failing": lambda client, _: say(client, b"HTTP/1.0 500 Internal Server Error\r\n\r\n"),
    "nowhere": lambda client, _: say(client, b"HTTP/1.0 404 Not Found\r\n\r\n"),
    "elsewhere": lambda client, _: say(
        client, b"HTTP/1.0 302 Found\r\nLocation: https://127.0.0.1/\r\n\r\n"),
    "mute": lambda client, _: listen_only(client),
    "hangs-up": lambda client, _: None,
    "endless-head": lambda client, _: forever(client, OK, b"X: y\r\n" * 100),
    "drips": lambda client, _: drip(client),
    "endless-line": lambda client, _: forever(client, OK, b"X" * 1000),
    "endless-body": lambda client, _: forever(
        client, OK + b"\r\n" + bytes.fromhex("30847fffffff"), b"\0" * 1000),
}


def serve(client, way, body, log):
    with client, contextlib.suppress(OSError):
        if way not in ("mute", "hangs-up"):
            pathlib.Path(log).write_bytes(client.recv(65536))
        WAYS[way](client, body)
        client.shutdown(socket.SHUT_WR)
        listen_only(client)


def main(port, way, file="/dev/null", log="/dev/null"):
    body = pathlib.Path(file).read_bytes()
    with socket.create_server(("127.0.0.1", int(port))) as server:
        while True:
            client, _ = server.accept()
            threading.Thread(target=serve, args=(client, way, body, log), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
