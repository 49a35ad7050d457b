# SPDX-License-Identifier: BSD-2-Clause
"""A person tries the portal: with Firefox as an ordinary user, with Chromium as root."""

import contextlib
import json
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import pytest

from browser import ADDRESS_BAR, PROMPT, choose_certificate, is_dark
from portal import LOGGED_IN, NO_PLATFORM, SITE, START
from program import load
from screen import until_seen
from sudoer import SUDOER
from support import AUTH, BUILD, PIN, ROOT, TIMEOUT, Card, needs, output, script, wait_until

# Runs a program as such a person. $1 is a folder, $2 the project's, $3 the build's, which that user
# sees below $1; $4 the display, $5 the mark.
PERSON = SUDOER + """
mkdir project build
mount --bind "$2" project
mount --bind "$3" build
exec setpriv --reuid 4321 --regid 4321 --init-groups --inh-caps=-all \
    env -i HOME="$1/home" USER=person LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin \
    DISPLAY="$4" JPKI_TEST_MARK="$5" project/tools/portal/try --build build --browser firefox
"""


class Running:
    """A sandbox that another program has started."""

    def __init__(self, folder):
        self.files = json.loads((folder / "environment").read_text())

    def run(self, *command):
        return output(*command)


class Try:
    """tools/portal/try, as it runs; what it says goes to a file."""

    def __init__(self, mark, screen, folder, *command, **env):
        self.mark = mark
        self.screen = screen
        self.log = folder / "said"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [*map(str, command)], env={**mark.env, **screen.env(), **env},
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def said(self):
        return self.log.read_text()

    def stop(self):
        self.process.terminate()
        self.process.wait(TIMEOUT)

    def look(self):
        """Where its card and its things are, by what the browser was told."""
        socket = wait_until(lambda: self.mark.values("PCSCLITE_CSOCK_NAME")).pop()
        self.card = Card(Running(pathlib.Path(socket).parent.parent))
        command = " ".join(self.mark.commands())
        self.work = pathlib.Path(re.search(r"/[^ =\0]*/jpki-portal\.[^/]+", command).group())
        self.servers = [pathlib.Path("/proc", (self.work / "portal" / f"{name}.pid").read_text().strip())
                        for name in ("nginx", "site")]


@pytest.fixture
def folder():
    """One that an ordinary user can read."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="jpki-test."))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def attempt(mark, screen, folder):
    """Starts it with a command; ends it with the test, before its folder is removed."""
    with contextlib.ExitStack() as started:
        def start(*command, **env):
            one = Try(mark, screen, folder, *command, **env)
            started.callback(one.stop)
            return one

        yield start


def press_button(screen):
    """The green one, which is where the page has come to be; until that leads to the question."""
    column = 500

    def rows():  # the second when the mouse is above it
        return [row for row, colour in enumerate(screen.colours(f"1x1024+{column}+0"))
                if colour in ("#0B6E4F", "#084F39")]

    def press():
        row = wait_until(rows)[0]
        screen.run("xdotool", "mousemove", column, row + 9, "click", 1)

    until_seen(press, lambda: is_dark(screen))


def log_in(attempt, browser):
    """As the demo says: the green button, the certificate, the PIN. That leads to one VERIFY."""
    screen = attempt.screen
    window = screen.wait_for(START, 120)
    attempt.look()
    attempt.card.mark()
    press_button(screen)
    choose_certificate(screen, window, browser)
    screen.type(screen.wait_for(PROMPT[browser]), PIN[AUTH])
    screen.wait_for(LOGGED_IN, 60)
    assert [(entry.ef, entry.sw) for entry in attempt.card.verifies()] == [("0018", "9000")]
    wait_until(lambda: "The portal saw: TLSv1.3, CN=" in attempt.said())
    assert all(server.exists() for server in attempt.servers)
    return window


def open_site(attempt, window):
    """The site that has Mynaportal's name is the portal's. It turns Linux away, and sees the
    extension's two numbers."""
    screen = attempt.screen

    def type_address():
        screen.click(window, *ADDRESS_BAR)
        screen.key(window, "ctrl+a")
        screen.write(window, SITE)
        screen.key(window, "Return")

    until_seen(type_address, lambda: screen.windows(NO_PLATFORM))
    screen.wait_text(r"24\b.*29\b", window)  # a font may look joined to what is before


def has_ended(process):
    """Not all machines have a first process that takes note of the end of others."""
    try:
        return "\nState:\tZ" in (process / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def assert_ended(attempt, status):
    assert attempt.process.wait(TIMEOUT) == status, attempt.said()
    assert attempt.said().endswith("Ended: nothing of it is left.\n")
    assert attempt.mark.commands() == []
    assert not attempt.work.exists()
    wait_until(lambda: all(map(has_ended, attempt.servers)))


def test_firefox_for_an_ordinary_user(attempt, mark, screen, folder):
    """It ends when the browser is closed. The browser has not got root's rights."""
    needs("firefox-esr", "sudo", "tesseract")
    (folder / "as").mkdir()
    person = attempt("unshare", "--mount", "sh", "-c", PERSON, "sh", folder / "as", ROOT, BUILD,
                     screen.display, mark.value)
    window = log_in(person, "firefox")
    open_site(person, window)
    assert (person.work / "home/profile").stat().st_uid == 4321
    screen.key(window, "alt+F4")
    assert_ended(person, 0)
    assert list((folder / "as/home").iterdir()) == []


def test_chromium_for_root(attempt, folder):
    """It ends by Ctrl-C, and leaves nothing in the folder for temporary files either."""
    needs("chromium", "tesseract")
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    root = attempt(ROOT / "tools/portal/try", "--build", BUILD, "--browser", "chromium",
                   HOME=str(folder / "home"), TMPDIR=str(folder / "tmp"))
    open_site(root, log_in(root, "chromium"))
    root.process.send_signal(signal.SIGINT)
    assert_ended(root, 128 + signal.SIGINT)
    assert [list((folder / name).iterdir()) for name in ("home", "tmp")] == [[], []]


def test_a_snap_is_not_opened(monkeypatch, tmp_path):
    """But another browser is, or what to do is said."""
    demo = load(ROOT / "tools/portal/try")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    (tmp_path / "snap").write_text("\x7fELF")
    (tmp_path / "snap").chmod(0o755)
    script(tmp_path / "chromium", "exec /usr/lib/chromium")
    (tmp_path / "firefox").symlink_to("snap")
    assert demo.choose(None) == ("chromium", "chromium")
    with pytest.raises(demo.Trouble, match="is a snap.*distribution"):
        demo.choose("firefox")
    script(tmp_path / "chromium", "exec /snap/bin/chromium")
    with pytest.raises(demo.Trouble, match="is a snap"):
        demo.choose(None)
    script(tmp_path / "firefox-esr", "exec /usr/lib/firefox-esr")
    assert demo.choose(None) == ("firefox", "firefox-esr")
