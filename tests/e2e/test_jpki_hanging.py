# SPDX-License-Identifier: BSD-2-Clause
"""jpki is told to end while a program that it has started hangs: both end, and so does what that one
has started."""

import time

import pytest

from hanging import Hanging
from prompt import Prompted
from support import JPKI, TIMEOUT, wait_until

# A signal, and the status of a shell for it.
SIGNALS = [("INT", 130), ("TERM", 143), ("HUP", 129)]
SOON = 3  # seconds, on a busy machine


def start(sandbox, env, *words):
    """Without a terminal; its status is printed."""
    return sandbox.start("setsid", "--wait", "sh", "-c", '"$0" "$@"; echo ended $?', JPKI, *words,
                         env={"LC_ALL": "C.UTF-8", **env})


def end(hanging, process, signal, status):
    hanging.wait()
    hanging.signal(signal)
    since = time.monotonic()
    said = process.communicate(timeout=TIMEOUT)[0]
    assert time.monotonic() - since < SOON and hanging.is_gone()
    assert said.splitlines()[-1] == f"ended {status}"


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}


@pytest.mark.parametrize("signal, status", SIGNALS)
def test_a_program_that_asks(sandbox, card, tmp_path, signal, status):
    hanging = Hanging(sandbox, tmp_path, "asks")
    card.mark()
    process = start(sandbox, {"JPKI_ASKPASS": hanging.file}, "cert", "sign")
    end(hanging, process, signal, status)
    assert card.verifies() == []


def test_a_program_that_asks_at_the_terminal(sandbox, tmp_path):
    """It has turned the echo off."""
    hanging = Hanging(sandbox, tmp_path, "asks")
    text = hanging.file.read_text()
    hanging.file.write_text(text.replace("kill -STOP", "stty -echo </dev/tty\nkill -STOP"))
    with Prompted(sandbox, JPKI, "cert", "sign", env={"JPKI_ASKPASS": hanging.file}) as person:
        hanging.wait()
        wait_until(lambda: not person.echoes())
        hanging.signal("TERM")
        person.finish(-15)  # by the signal
        assert hanging.is_gone() and person.echoes()


@pytest.mark.parametrize("signal, status", SIGNALS)
def test_a_window(sandbox, tmp_path, signal, status):
    hanging = Hanging(sandbox, tmp_path, "pinentry")
    process = start(sandbox, {"PATH": hanging.path, "DISPLAY": ":7"}, "cert", "sign")
    end(hanging, process, signal, status)


@pytest.mark.parametrize("signal, status", SIGNALS)
def test_systemctl(sandbox, tmp_path, home, signal, status):
    hanging = Hanging(sandbox, tmp_path, "systemctl")
    process = start(sandbox, {"PATH": hanging.path, **home}, "setup", "reminder")
    end(hanging, process, signal, status)


def test_a_notification(sandbox, tmp_path, home):
    hanging = Hanging(sandbox, tmp_path, "notify-send")
    notes = tmp_path / "home" / ".local" / "share" / "jpki" / "reminder"
    notes.parent.mkdir(parents=True)
    notes.write_text("# Made by jpki\nauth 2020-01-01\n")
    process = start(sandbox, {"PATH": hanging.path, **home}, "status", "--remind")
    end(hanging, process, "TERM", 143)


def test_signals_that_are_ignored(sandbox, tmp_path, home):
    """As under nohup(1)."""
    hanging = Hanging(sandbox, tmp_path, "systemctl")
    process = sandbox.start("nohup", "sh", "-c", '"$0" "$@"; echo ended $?', JPKI, "setup",
                            "reminder", env={"LC_ALL": "C.UTF-8", "PATH": hanging.path, **home})
    hanging.signal("HUP")
    _, own, child = hanging.mark.read_text().split()
    hanging.file.write_text("#!/bin/sh\n")  # the next one
    sandbox.run("kill", "-KILL", own, child)
    said = process.communicate(timeout=TIMEOUT)[0]
    assert "ended 0" in said
