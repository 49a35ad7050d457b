# SPDX-License-Identifier: BSD-2-Clause
"""What tests/run says to words that it does not know, and unit tests to names; nothing is installed."""

import re
import subprocess

import pytest

from support import BUILD, ROOT, TIMEOUT

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
    for part in ("layers", "analyse", "bench", "unit", "mutants", "e2e", "apps", "packages", "smoke"):
        assert f"\n  {part} " in said


# --- JPKI_TEST (tests/common/one_test.c) ----------------------------------------------------------

UNIT = BUILD / "tests" / "base" / "test-base-deadline"


def run_unit(**env):
    done = subprocess.run([UNIT], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=TIMEOUT, check=False)
    return done.returncode, done.stdout, done.stderr


def test_one_function_of_a_unit_test():
    _, said, _ = run_unit(CMOCKA_MESSAGE_OUTPUT="TAP")
    names = re.findall(r"^ok \d+ - (.*)", said, re.MULTILINE)
    assert len(names) > 1
    assert run_unit(CMOCKA_MESSAGE_OUTPUT="TAP", JPKI_TEST=f"{names[0][:-1]}?")[1].startswith(
        f"1..1\nok 1 - {names[0]}\n")


def test_a_name_that_no_function_has():
    """By hand it fails; of all programs that meson runs most have none, and are skipped."""
    assert run_unit(JPKI_TEST="nonsense*") == (77, "", "no test here fits JPKI_TEST=nonsense*\n")
    assert run_unit(CMOCKA_MESSAGE_OUTPUT="TAP", JPKI_TEST="nonsense*") == (
        0, "1..0 # SKIP no test fits JPKI_TEST=nonsense*\n", "")
