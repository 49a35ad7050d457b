# SPDX-License-Identifier: BSD-2-Clause
"""jpki is told to end while a program that it has started hangs: both end, and so does what that one
has started."""

import os

import pytest

from hanging import Hanging
from neighbour import LEAVE, Neighbour
from prompt import Prompted
from samples import minimal_pdf
from support import JPKI, PIN, SIGN, TIMEOUT, needs, wait_until

# A signal, and the status of a shell for it.
SIGNALS = [("INT", 130), ("TERM", 143), ("HUP", 129)]


def start(sandbox, env, *words):
    """Without a terminal; its status is printed."""
    return sandbox.start("setsid", "--wait", "sh", "-c", '"$0" "$@"; echo ended $?', JPKI, *words,
                         env={"LC_ALL": "C.UTF-8", **env})


def end(hanging, process, signal, status):
    hanging.wait()
    hanging.signal(signal)
    said = process.communicate(timeout=TIMEOUT)[0]
    assert hanging.is_gone()
    assert said.splitlines()[-1] == f"ended {status}"


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}


@pytest.mark.parametrize("signal, status", SIGNALS)
@pytest.mark.parametrize("name, words", [
    ("asks", ["cert", "sign"]), ("pinentry", ["cert", "sign"]), ("systemctl", ["setup", "reminder"]),
    ("notify-send", ["status", "--remind"])])
def test_it_ends_and_what_it_has_started_too(sandbox, card, tmp_path, home, name, words, signal, status):
    """Programs that ask, that systemd is told by, and that notify."""
    hanging = Hanging(sandbox, tmp_path, name)
    env = {"PATH": hanging.path, **home}
    if name == "asks":
        env["JPKI_ASKPASS"] = hanging.file
    elif name == "pinentry":
        env["DISPLAY"] = ":7"
    elif name == "notify-send":
        notes = tmp_path / "home" / ".local" / "share" / "jpki" / "reminder"
        notes.parent.mkdir(parents=True)
        notes.write_text("# Made by jpki\nauth 2020-01-01\n")
    card.mark()
    end(hanging, start(sandbox, env, *words), signal, status)
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


WAITS = """#!/bin/sh
touch "{mark}"
while [ ! -e "{go}" ]; do sleep 0.05; done
exec /usr/bin/pdfsig "$@"
"""


@pytest.mark.parametrize("signal, status", SIGNALS)
def test_a_card_that_another_program_holds(sandbox, card, tmp_path, signal, status):
    """The signature waits for it; the person does not."""
    needs("pdfsig", "pk12util")
    document, mark, go = tmp_path / "a.pdf", tmp_path / "mark", tmp_path / "go"
    document.write_bytes(minimal_pdf())
    pdfsig = tmp_path / "bin" / "pdfsig"
    pdfsig.parent.mkdir()
    pdfsig.write_text(WAITS.format(mark=mark, go=go))
    pdfsig.chmod(0o755)
    aside = tmp_path / "aside"
    aside.mkdir()
    with Neighbour(sandbox) as holder, Prompted(
            sandbox, "sh", "-c", 'echo $$ >"$0"; exec "$@"', tmp_path / "pid", JPKI, "pdf", "sign",
            document, env={"LC_ALL": "C.UTF-8", "TMPDIR": aside,
                           "PATH": f"{pdfsig.parent}:{os.environ['PATH']}"}) as person:
        person.give("password for digital signature", PIN[SIGN])
        wait_until(mark.exists)
        holder.connect()
        assert holder.ask("begin") == "0"
        card.mark()
        go.touch()
        wait_until(lambda: [*aside.iterdir()] == [])  # what is left to do is the signature
        sandbox.run("kill", f"-{signal}", (tmp_path / "pid").read_text().strip())
        assert "has not let go of it" not in person.finish(128 - status)
        assert holder.ask("end", LEAVE) == "0"
    assert card.events("sign") == [] and not document.with_name("a-signed.pdf").exists()
    wait_until(lambda: card.verified() == [])
