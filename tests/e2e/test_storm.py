# SPDX-License-Identifier: BSD-2-Clause
"""Threads and a restless card over a real PC/SC service, under ThreadSanitizer."""

import os
import pathlib
import re

import pytest

from support import AUTH, PIN, ROOT, first_line

pytestmark = pytest.mark.alike

BUILD = pathlib.Path(os.environ.get("JPKI_THREADS", ROOT / "build-threads"))
STORM = BUILD / "tests" / "e2e" / "storm"
MODULE = BUILD / "src" / "jpki-pkcs11.so"
SECONDS = int(os.environ.get("JPKI_STORM_SECONDS", "20"))


def test_eight_threads_and_a_restless_card(sandbox, card, record_property):
    card.mark()
    storm = sandbox.start("env", "TSAN_OPTIONS=halt_on_error=1", STORM, MODULE, PIN[AUTH],
                          str(SECONDS))
    assert first_line(storm) == "signed"
    pulls = 0
    while storm.poll() is None:
        card.eject()
        card.insert()
        pulls += 1
    said = storm.stdout.read()
    storm.stdin.close()
    storm.stdout.close()
    assert storm.returncode == 0, said
    done = re.fullmatch(r"(\d+) rounds, (\d+) signatures\n", said)
    assert done, said  # and no report of the sanitizer
    assert pulls > SECONDS // 10
    assert {entry.sw for entry in card.verifies()} <= {"9000"}
    assert card.tries("authentication") == 3
    assert card.verified() == []
    record_property("signatures of eight threads while the card was pulled", done.group(2))
    record_property("times that the card was pulled", pulls)
