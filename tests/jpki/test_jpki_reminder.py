# SPDX-License-Identifier: BSD-2-Clause
"""jpki setup reminder, and what it says from day to day."""

import shutil

import pytest

from command import FAILED, Jpki
from support import needs, script

PIECES = [".config/systemd/user/jpki-reminder.service", ".config/systemd/user/jpki-reminder.timer",
          ".config/systemd/user/timers.target.wants/jpki-reminder.timer", ".local/share/jpki/reminder"]


@pytest.fixture
def said(tmp_path):
    """What notifications were shown: notify-send writes it down."""
    script(tmp_path / "bin" / "notify-send", f'echo "$3" >>{tmp_path}/said')
    (tmp_path / "said").touch()
    return tmp_path / "said"


@pytest.fixture
def jpki(sandbox, home, said):
    return Jpki(sandbox, {"HOME": str(home), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": "",
                          "PATH": f"{said.parent}/bin:/usr/bin:/bin"})


def ahead(days):
    needs("faketime")
    return ["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1",
            "faketime", "-f", f"+{days}d"]


def files(home):
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if not path.is_dir())


def test_it_is_set_up_and_removed(jpki, home):
    assert "it is not set up" in jpki("setup", "reminder", "--check", status=FAILED)
    jpki("setup", "reminder")
    assert files(home) == PIECES
    assert (home / PIECES[2]).resolve() == home / PIECES[1]
    assert (home / PIECES[3]).stat().st_mode & 0o777 == 0o600
    assert "it is set up already" in jpki("setup", "reminder")
    jpki("setup", "reminder", "--check")
    if shutil.which("systemd-analyze"):  # it says what it does not understand
        (home.parent / "run").mkdir(mode=0o700)
        assert jpki.sandbox.run("systemd-analyze", "--user", "verify", home / PIECES[0],
                                home / PIECES[1],
                                env={**jpki.env, "XDG_RUNTIME_DIR": home.parent / "run"}) == ""
    jpki("setup", "reminder", "--remove")
    assert files(home) == [] and not (home / ".config" / "systemd").exists()
    assert "it is not set up" in jpki("setup", "reminder", "--remove")


def test_only_days_are_kept_and_only_when_wanted(jpki, home):
    jpki("status")
    assert files(home) == []
    jpki("setup", "reminder")
    end = jpki.json("status")["readers"][0]["auth"]["certificate"]["until"]
    comment, *lines = (home / PIECES[3]).read_text().splitlines()
    assert comment.startswith("#") and lines == [f"auth {end}"]
    jpki("status", "--sign", pin="ABC123")
    assert (home / PIECES[3]).read_text().splitlines()[1:] == [f"auth {end}", f"sign {end}"]


def test_it_reminds_once_a_day(jpki, card, said):
    assert "Reminding is not set up" in jpki("status", "--remind", status=FAILED)
    jpki("setup", "reminder")
    left = jpki.json("status")["readers"][0]["auth"]["certificate"]["days_left"]
    card.eject()
    assert jpki("status", "--remind") == ""
    soon = ahead(left - 40)
    assert "in 40" in jpki("status", "--remind", before=soon)
    assert said.read_text().count("Renew it:") == 1
    assert "in 40" in jpki("status", "--remind", before=soon)
    assert said.read_text().count("Renew it:") == 1
    assert "in 39" in jpki("status", "--remind", before=ahead(left - 39))
    assert "Expired:" in jpki("status", "--remind", before=ahead(left + 1))
    assert len(said.read_text().splitlines()) == 3
    assert card.verifies() == []


def test_where_no_desktop_is(jpki, home, said):
    """As over ssh: a sentence of ours, and not what the program for it says."""
    (said.parent / "bin" / "notify-send").write_text("#!/bin/sh\necho no D-Bus >&2\nexit 1\n")
    (home / PIECES[3]).parent.mkdir(parents=True)
    (home / PIECES[3]).write_text("auth 2020-01-01\n")
    told = jpki("status", "--remind")
    assert "Expired:" in told and "D-Bus" not in told
    assert told.endswith("jpki: No desktop could show this as a notification; it was told here "
                         "alone.\n")


def test_who_has_no_program_that_shows_it_is_told(jpki, said):
    """Otherwise it would be told to nobody but a log."""
    jpki("setup", "reminder")
    assert "notify-send" not in jpki("setup", "reminder", "--check")
    (said.parent / "bin" / "notify-send").unlink()
    (said.parent / "bin" / "setsid").symlink_to("/usr/bin/setsid")  # by which the test starts jpki
    jpki.env["PATH"] = f"{said.parent}/bin"
    for words in ([], ["--check"]):
        assert "it is in Debian's package libnotify-bin" in jpki("setup", "reminder", *words)


def test_another_text_in_its_file_does_no_harm(jpki, home):
    jpki("setup", "reminder")
    (home / PIECES[3]).write_text("auth 2031-99-99\nsign\nauth x\n\n\x1b[31m\n")
    assert jpki("status", "--remind") == ""
    jpki("status")
    assert "auth 20" in (home / PIECES[3]).read_text()
