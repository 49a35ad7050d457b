# SPDX-License-Identifier: BSD-2-Clause
"""The command that the README begins with."""

import os
import pathlib
import re
import signal
import subprocess

from support import AUTH, ROOT, TIMEOUT, TOOL, wait_until

DEMO = ROOT / "tools" / "demo"


def is_abandoned(folder):
    """Whether nobody runs that sandbox; one that another test ends meanwhile is none."""
    try:
        process = pathlib.Path("/proc", (folder / "pid").read_text())
    except OSError:
        return False
    return not process.exists() and folder.exists()


def abandoned():
    return [*filter(is_abandoned, pathlib.Path("/tmp").glob("jpki-sandbox.*"))]


def demo(environment, *options):
    return subprocess.run(
        [DEMO, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=2 * TIMEOUT, check=True, env=environment,
    ).stdout


def assert_complete(said):
    assert said.count("Verified OK") == 2
    for protocol in ("TLSv1.2", "TLSv1.3"):
        assert re.search(rf"The server saw: {protocol}, client CN=.*C=JP", said)
    assert "With your own card" in said
    assert "\x1b" not in said


def test_demo(mark):
    assert_complete(demo(mark.env))
    assert abandoned() == []


def test_demo_keep(mark):
    said = demo(mark.env, "--keep")
    folder = re.search(r"tools/sandbox stop (\S+)", said).group(1)
    try:
        assert_complete(said)
        *_, command = re.findall(r"^ +(p11tool --provider /\S+ --list-tokens)$", said, re.MULTILINE)
        listed = subprocess.run(
            command.split(),
            env={**mark.env, "PCSCLITE_CSOCK_NAME": f"{folder}/pcscd/pcscd.comm"},
            stdout=subprocess.PIPE, text=True, timeout=TIMEOUT, check=True,
        ).stdout
        assert AUTH in listed
    finally:
        subprocess.run([TOOL, "stop", folder], timeout=TIMEOUT, check=True)
    assert not os.path.exists(folder)


def test_demo_portal_without_a_display(mark, tmp_path):
    """It says so, and how to come to the page; that works as it says. It ends when asked to."""
    log = tmp_path / "said"
    env = {name: value for name, value in mark.env.items()
           if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    with log.open("wb") as out:
        process = subprocess.Popen([DEMO, "--portal"], stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=out, env=env)
    try:
        wait_until(lambda: "Press Ctrl-C here" in log.read_text() or process.poll(), 120)
        said = log.read_text()
        assert "There is no display here" in said
        commands = re.search(r"With curl:\s*\n(.*?)\n *With a browser", said, re.DOTALL).group(1)
        page = subprocess.run(["bash", "-ec", commands], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, timeout=TIMEOUT, check=True).stdout
        assert "<title>ログインしました" in page
        wait_until(lambda: "The portal saw: TLSv1.3, CN=" in log.read_text())
    finally:
        process.terminate()
        assert process.wait(TIMEOUT) == 128 + signal.SIGTERM
    assert log.read_text().endswith("Ended: nothing of it is left.\n")
    assert abandoned() == []


def test_demo_says_what_it_does_not_know():
    done = subprocess.run([DEMO, "--nonsense"], stderr=subprocess.PIPE, text=True, timeout=TIMEOUT,
                          check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")
