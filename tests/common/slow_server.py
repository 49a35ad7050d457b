#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A web server that demands a client certificate and takes its time to answer a client, which has
its key by then: slow_server.py PORT CERTIFICATE KEY CA [SECONDS]. Without SECONDS, a line that comes
in lets one client go on, the one that came first. Each is told whom the server saw."""

import queue
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    def __init__(self, port, context, seconds):
        super().__init__(("127.0.0.1", port), Handler)
        self.context, self.seconds, self.waiting = context, seconds, queue.Queue()

    def finish_request(self, request, client_address):
        """In a thread of each client's own."""
        if self.seconds:
            time.sleep(self.seconds)
        else:
            turn = queue.Queue()
            self.waiting.put(turn)
            turn.get()
        with self.context.wrap_socket(request, server_side=True) as connection:
            super().finish_request(connection, client_address)

    def next(self):
        self.waiting.get().put(None)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        subject = dict(pair for part in self.request.getpeercert()["subject"] for pair in part)
        body = f"{subject['commonName']}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


def main(port, certificate, key, authority, seconds="0"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    server = Server(int(port), context, float(seconds))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    for _ in sys.stdin:
        server.next()


if __name__ == "__main__":
    main(*sys.argv[1:])
