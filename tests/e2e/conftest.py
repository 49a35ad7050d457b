# SPDX-License-Identifier: BSD-2-Clause
import json
import pathlib

import pytest

from neighbour import Neighbour
from support import AUTH, TIMEOUT, assert_signed, wait_until

HERE = pathlib.Path(__file__).resolve().parent


class Searcher:
    """searcher.py, in the sandbox."""

    def __init__(self, sandbox):
        self.process = sandbox.start("/usr/bin/python3", HERE / "searcher.py")

    def __call__(self, *question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        assert said.startswith(("[", "{")), said + self.process.stdout.read()
        return json.loads(said)

    def stop(self):
        self.process.communicate(timeout=TIMEOUT)


@pytest.fixture
def searcher(sandbox, stopped):
    return stopped(Searcher(sandbox))


@pytest.fixture
def holder(sandbox):
    """A program that is at the card."""
    with Neighbour(sandbox) as neighbour:
        neighbour.connect()
        yield neighbour


@pytest.fixture
def signature_of(sandbox, card, certificates, tmp_path):
    """The one right signature of "text" by a key (PKCS #1 v1.5 has no salt), in hexadecimal."""
    def get(label):
        file = sandbox.sign(label, "SHA256-RSA-PKCS", b"text", tmp_path)
        name = "authentication.pem" if label == AUTH else "signature.pem"
        assert_signed(certificates / name, b"text", file, tmp_path)
        wait_until(lambda: card.verified() == [])  # by its guard, if the machine is slow
        return file.read_bytes().hex()

    return get
