# SPDX-License-Identifier: BSD-2-Clause
"""jpki status --remind on a desktop: a real notification, by a real program that shows them."""

import re

import pytest

from command import Jpki
from support import JPKI, needs, wait_until

# What shows notifications, on a session bus, for as long as the screen is there: $1 is where both say
# what they hear; the rest is run on that bus.
DESKTOP = """
exec >>"$1" 2>&1
dbus-monitor --session "interface='org.freedesktop.Notifications'" &
dunst -config "$SETTINGS" &
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.Notifications | grep -q 'boolean true'
do :; done
shift
"$@"
touch "$DONE"
wait
"""
# It stays until somebody takes it away, and can be read.
SETTINGS = """
[global]
font = Sans 14
width = 600
[urgency_normal]
timeout = 0
background = "#ffffff"
foreground = "#000000"
"""


@pytest.fixture
def jpki(sandbox, screen, tmp_path):
    needs("dunst", "notify-send", "dbus-run-session", "dbus-monitor", "faketime")
    (tmp_path / "home").mkdir()
    (tmp_path / "settings").write_text(SETTINGS)
    return Jpki(sandbox, {**screen.env(), "HOME": tmp_path / "home", "XDG_CONFIG_HOME": "",
                          "XDG_DATA_HOME": "", "DONE": tmp_path / "done",
                          "SETTINGS": tmp_path / "settings"})


def remind(jpki, folder, days):
    """On such a desktop, so many days before the end; the program that shows it stays."""
    left = jpki.json("status")["readers"][0]["auth"]["certificate"]["days_left"]
    return jpki.sandbox.spawn(
        folder / "log", "dbus-run-session", "--", "sh", "-c", DESKTOP, "sh", folder / "heard",
        "env", "DONT_FAKE_MONOTONIC=1", "faketime", "-f", f"+{left - days}d", JPKI, "status",
        "--remind", env=jpki.env)


@pytest.mark.parametrize("language, title, said", [
    ("en", "My Number card", "Renew it: the certificate for user authentication ends on"),
    ("ja", "マイナンバーカード", "利用者証明用")], ids=["en", "ja"])
def test_a_notification_is_shown(jpki, screen, tmp_path, some_locale, request, language, title, said):
    """In the person's language; a picture of it is kept."""
    jpki("setup", "reminder")
    jpki.env.update(some_locale, LANGUAGE=language)
    before = screen.still("root")
    remind(jpki, tmp_path, 40)
    wait_until(lambda: (tmp_path / "done").exists(), 60)
    heard = (tmp_path / "heard").read_text()
    _, summary, body = re.findall(r'member=Notify\n.*?string "(.*?)"\n.*?string ".*?"\n *string "(.*?)"\n'
                                  r' *string "(.*?)"\n', heard, re.DOTALL)[0]
    assert summary == title and said in body and "40" in body
    wait_until(lambda: screen.still("root") != before)
    screen.still("root")
    if language == "en":
        screen.wait_text("certificate for user.*days")
    screen.keep(request.node.name)
