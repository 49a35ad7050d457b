# SPDX-License-Identifier: BSD-2-Clause
"""The module built with the sanitizers, in a program that was not."""

import os
import pathlib
import subprocess

import pytest

from support import AUTH, PIN, ROOT, SIGN, TIMEOUT

pytestmark = pytest.mark.alike

MODULE = pathlib.Path(os.environ.get("JPKI_SANITIZED", ROOT / "build-sanitize")) / "src" / "jpki-pkcs11.so"


@pytest.fixture(scope="module")
def environment():
    """pkcs11-tool keeps memory until it ends, so leaks are left to the unit tests."""
    library = subprocess.run(["gcc", "-print-file-name=libasan.so"], stdout=subprocess.PIPE,
                             text=True, timeout=TIMEOUT, check=True).stdout.strip()
    return {
        "LD_PRELOAD": library,
        "ASAN_OPTIONS": "detect_leaks=0:exitcode=99",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    }


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_signs_and_passes_the_test_of_pkcs11_tool(sandboxes, environment, label):
    sandbox = sandboxes(module=MODULE)
    for last in (["--list-objects"], ["--test"]):
        said = sandbox.pkcs11_tool("--token-label", label, "--login", "--pin", PIN[label], *last,
                                   env=environment)
        assert "runtime error" not in said


def test_refuses(sandboxes, environment):
    sandbox = sandboxes(module=MODULE)
    said = sandbox.pkcs11_tool("--token-label", AUTH, "--login", "--pin", "4321", "-O",
                               env=environment, status=1)
    assert "CKR_PIN_INCORRECT" in said and "runtime error" not in said
