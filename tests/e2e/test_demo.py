# SPDX-License-Identifier: BSD-2-Clause
"""The command that the README begins with."""

import os
import pathlib
import re
import subprocess
import uuid

import pytest

from support import AUTH, ROOT, TOOL

DEMO = ROOT / "tools" / "demo"


@pytest.fixture
def mark():
    """An environment that processes of this test can be recognised by."""
    value = uuid.uuid4().hex
    yield {**os.environ, "JPKI_TEST_MARK": value}
    assert processes(value) == []


def processes(value):
    """Those that carry the mark; one that ends while we look is none."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if f"JPKI_TEST_MARK={value}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:
            pass
    return found


def abandoned():
    """Folders of sandboxes that nobody runs."""
    return [
        folder for folder in pathlib.Path("/tmp").glob("jpki-sandbox.*")
        if (folder / "pid").exists() and not pathlib.Path("/proc", (folder / "pid").read_text()).exists()
    ]


def demo(environment, *options):
    return subprocess.run(
        [DEMO, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=120, check=True, env=environment,
    ).stdout


def assert_complete(said):
    assert said.count("Verified OK") == 2
    for protocol in ("TLSv1.2", "TLSv1.3"):
        assert re.search(rf"The server saw: {protocol}, client CN=.*C=JP", said)
    assert "With your own card" in said
    assert "\x1b" not in said


def test_demo(mark):
    assert_complete(demo(mark))
    assert abandoned() == []


def test_demo_keep(mark):
    said = demo(mark, "--keep")
    folder = re.search(r"tools/sandbox stop (\S+)", said).group(1)
    try:
        assert_complete(said)
        module = re.search(r"--module (\S+) --list-token-slots\s*\Z|--module (/\S+)", said)
        listed = subprocess.run(
            ["pkcs11-tool", "--module", module.group(1) or module.group(2), "--list-token-slots"],
            env={**mark, "PCSCLITE_CSOCK_NAME": f"{folder}/pcscd/pcscd.comm"},
            stdout=subprocess.PIPE, text=True, timeout=60, check=True,
        ).stdout
        assert AUTH in listed
    finally:
        subprocess.run([TOOL, "stop", folder], timeout=60, check=True)
    assert not os.path.exists(folder)


def test_demo_says_what_it_does_not_know():
    done = subprocess.run([DEMO, "--nonsense"], stderr=subprocess.PIPE, text=True, timeout=60,
                          check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")
