# SPDX-License-Identifier: BSD-2-Clause
"""What tests/run says to words that it does not know; nothing is installed or run."""

import subprocess

import pytest

from support import ROOT, TIMEOUT

pytestmark = pytest.mark.alike

RUN = ROOT / "tests" / "run"


def run(*words, status):
    done = subprocess.run([RUN, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == status, done.stdout
    return done.stdout


@pytest.mark.parametrize("words", [["nonsense"], ["unit", "e2"], ["--nonsense"], ["--only"],
                                   ["--speed", "fast", "unit"]])
def test_a_word_that_is_not_known(words):
    assert "usage: tests/run [OPTION]... [PART]..." in run(*words, status=2)


def test_a_release_that_is_not_served():
    assert "the releases are bookworm trixie, not 'sid'" in run("--in", "sid", "layers", status=1)


def test_help_names_all_parts():
    said = run("--help", status=0)
    for part in ("layers", "analyse", "bench", "unit", "mutants", "e2e", "apps", "smoke"):
        assert f"\n  {part} " in said
