# SPDX-License-Identifier: BSD-2-Clause
"""A program without a terminal has the PIN asked for in a window, by a real pinentry."""

import os

import pytest

from command import DONE, NO_PIN, SIGN_PIN, Jpki
from pin_window import type_pin
from screen import until_seen
from support import JPKI, TIMEOUT, Card, needs, wait_until

# What Debian has of them, each of which the command pinentry may be.
PROGRAMS = ["pinentry-gtk-2", "pinentry-qt"]


class Asking(Jpki):
    """jpki without a terminal, and the windows that come of it."""

    def __init__(self, sandbox, screen, folder, program, env):
        super().__init__(sandbox, {**screen.env(), **env})
        self.screen, self.card, self.log = screen, Card(sandbox), folder / "log"
        # the command pinentry is what the system's administrator has chosen
        (folder / "bin").mkdir()
        (folder / "bin" / "pinentry").symlink_to(f"/usr/bin/{program}")
        self.env["PATH"] = f"{folder}/bin:{os.environ['PATH']}"
        self.log.write_text("")
        self.card.mark()

    def start(self, *words):
        self.process = self.sandbox.spawn(self.log, "setsid", "--wait", JPKI, *words,
                                          env=self.env)

    def window(self):
        """The one that there is now."""
        def listed():
            assert self.process.poll() is None, self.log.read_text()
            return self.screen.listed()

        return wait_until(listed, 60)[0]

    def answer(self, window, text):
        self.screen.wait_text("Tries left", window)
        type_pin(self.screen, window, text)

    def end(self, status):
        """What was said, at its end; no window is left."""
        assert self.process.wait(TIMEOUT) == status, self.log.read_text()
        wait_until(lambda: self.screen.listed() == [])
        return self.log.read_text()

    def tried(self):
        return [entry.sw for entry in self.card.verifies()]


@pytest.fixture(params=PROGRAMS)
def asking(request, sandbox, screen, tmp_path):
    def make(**env):
        needs(request.param, "tesseract")
        return Asking(sandbox, screen, tmp_path, request.param, env)

    return make


def test_a_window_asks_for_the_password(asking, screen):
    """Which one, and how many tries are left. What cannot be right is not sent, and asked for again
    with why; then the right one is, once."""
    jpki = asking()
    jpki.start("cert", "sign")
    window = jpki.window()
    screen.wait_text("Tries left: 5 of 5.*[Ss]ignature", window)
    assert screen.title(window) == "JPKI" and "4 digits" not in screen.text(window)
    jpki.answer(window, "AB1")
    again = jpki.window()
    screen.wait_text("Tries left: 5 of 5", again)
    screen.wait_text("6 to 16", again)
    assert jpki.tried() == []
    jpki.answer(again, SIGN_PIN)
    assert "番号　花子" in jpki.end(DONE)
    assert jpki.tried() == ["9000"] and jpki.card.verified() == []


def test_a_wrong_password_costs_one_try_and_is_told(asking, screen):
    jpki = asking()
    jpki.start("cert", "sign")
    jpki.answer(jpki.window(), "ABC999")
    assert "That has cost a try. Tries left: 4 of 5." in jpki.end(NO_PIN)
    assert jpki.tried() == ["63C4"]
    jpki.start("cert", "sign")
    window = jpki.window()
    screen.wait_text("Tries left: 4 of 5", window)
    jpki.answer(window, SIGN_PIN)
    jpki.end(DONE)
    assert jpki.tried() == ["63C4", "9000"] and jpki.card.tries("signature") == 5


def answer_with_nothing(jpki, close):
    jpki.start("cert", "sign")
    window = jpki.window()
    jpki.screen.wait_text("Tries left", window)
    until_seen(lambda: close(window), lambda: window not in jpki.screen.listed())
    assert "No PIN was given: nothing was done, and no try was spent." in jpki.end(NO_PIN)
    assert jpki.tried() == [] and jpki.card.tries("signature") == 5


@pytest.mark.parametrize("key", ["Escape", "Return"])
def test_a_window_that_is_closed_sends_nothing(asking, screen, key):
    answer_with_nothing(asking(), lambda window: screen.key(window, key))


@pytest.mark.parametrize("asking", ["pinentry-qt"], indirect=True)
def test_the_button_of_its_frame_sends_nothing(asking, screen):
    """That of GTK 2 keeps the mouse within its window."""
    answer_with_nothing(asking(), screen.click_away)


def test_it_asks_in_japanese(asking, screen, some_locale, request):
    """What is seen is kept as a picture, for a person to look at: no program here reads Japanese."""
    jpki = asking(**some_locale)
    jpki.start("cert", "sign")
    window = jpki.window()
    in_japanese = screen.wait_text(".", window)
    screen.keep(request.node.name)
    screen.dismiss(window, "Escape")
    assert "残りは5回です" in jpki.end(NO_PIN)
    jpki.env["LANGUAGE"] = "en"
    jpki.start("cert", "sign")
    window = jpki.window()
    assert screen.wait_text("Tries left", window) and "Tries left" not in in_japanese
    screen.dismiss(window, "Escape")
    jpki.end(NO_PIN)
