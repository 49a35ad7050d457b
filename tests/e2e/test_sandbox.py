# SPDX-License-Identifier: BSD-2-Clause
"""tools/sandbox gives back what the command gave, and leaves nothing."""

import os
import signal
import subprocess
import tempfile

import pytest

from support import BUILD, TIMEOUT, TOOL, Card, first_line, wait_until

pytestmark = pytest.mark.alike


def sandbox(*args, **options):
    return subprocess.run([TOOL, "--build", BUILD, *args], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT,
                          check=False, **options)


def test_exit_status_and_environment():
    done = sandbox("--no-card", "--", "sh", "-c", 'echo "$JPKI_SANDBOX"; exit 7')
    assert done.returncode == 7
    folder = done.stdout.strip()
    assert folder.startswith("/tmp/jpki-sandbox.") and not os.path.exists(folder)


def test_sees_no_reader_but_its_own():
    listed = sandbox("--no-card", "--", "opensc-tool", "--list-readers").stdout
    assert listed.count("Virtual PCD") == 2
    assert "Virtual PCD" not in sandbox("--no-reader", "--", "opensc-tool", "--list-readers").stdout


def test_sees_no_shared_memory_but_its_own():
    with tempfile.NamedTemporaryFile(dir="/dev/shm"):
        assert sandbox("--no-service", "--", "ls", "-A", "/dev/shm").stdout == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_when_it_is_stopped(number):
    process = subprocess.Popen(
        [TOOL, "--build", BUILD, "--", "sh", "-c", 'echo "$JPKI_SANDBOX"; exec sleep infinity'],
        stdout=subprocess.PIPE, text=True)
    folder = first_line(process)
    with open(f"{folder}/pid", encoding="ascii") as file:
        inner = file.read()
    process.send_signal(number)
    process.wait(TIMEOUT)
    process.stdout.close()
    wait_until(lambda: not os.path.exists(folder) and not os.path.exists(f"/proc/{inner}"))


def test_says_what_is_wrong():
    done = sandbox("--vcard", "/nonexistent/jpki-vcard", "--", "true")
    assert done.returncode == 125
    assert "meson compile" in done.stderr
    done = subprocess.run([TOOL, "enter", "/nonexistent", "true"], stderr=subprocess.PIPE,
                          text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 125
    assert "no running sandbox" in done.stderr


def test_an_unknown_quirk_is_refused():
    done = sandbox("--quirk", "nonsense=1", "--", "true")
    assert done.returncode == 125
    assert "nonsense" in done.stderr


def test_the_service_is_stopped_and_started(sandboxes):
    inside = sandboxes("--no-card")

    def readers():
        return inside.run("opensc-tool", "--list-readers", status=None).count("Virtual PCD")

    for action in ("kill", "stop"):
        assert readers() == 2
        inside.service(action)
        assert readers() == 0
        inside.service("start")
    assert readers() == 2
    for action in ("kill", "start", "start"):
        done = subprocess.run([TOOL, "service", inside.folder, action], stderr=subprocess.PIPE,
                              text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 125
    assert "runs already" in done.stderr


def test_a_reader_is_plugged_in_and_pulled_out(sandboxes):
    """The card waits beside it, and is put in by hand, before or after."""
    inside = sandboxes("--no-reader")
    card = Card(inside)

    def readers():
        return inside.run("opensc-tool", "--list-readers", status=None).count("Virtual PCD")

    assert readers() == 0
    assert "ejected" in card("status")
    inside.reader("plug")
    assert readers() == 2
    assert not card.seen()
    card.insert()
    assert "JPKI User Authentication" in inside.tokens()
    inside.reader("unplug")
    assert readers() == 0
    inside.reader("plug")
    wait_until(card.seen)
    done = subprocess.run([TOOL, "reader", inside.folder, "throw"], stderr=subprocess.PIPE,
                          text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 2
    assert "one of plug, unplug" in done.stderr


def test_start_takes_paths_from_where_it_was_said(tmp_path):
    """The sandbox outlives the folder that one was in."""
    build = os.path.relpath(BUILD, tmp_path)
    folder = subprocess.run(
        [TOOL, "start", "--build", build, "--state", "state"], cwd=tmp_path, timeout=TIMEOUT,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    try:
        assert (tmp_path / "state").is_dir()
    finally:
        subprocess.run([TOOL, "stop", folder], timeout=TIMEOUT, check=True)
