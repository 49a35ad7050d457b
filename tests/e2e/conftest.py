# SPDX-License-Identifier: BSD-2-Clause
import json
import pathlib

import pytest

from forger import Authority
from support import TIMEOUT

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """A CA that is believed."""
    return Authority(tmp_path_factory.mktemp("real") / "ca")


@pytest.fixture(scope="session")
def person(real):
    """A certificate of it, and its key."""
    return real.issue()


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
def searcher(sandbox):
    made = Searcher(sandbox)
    yield made
    made.stop()
