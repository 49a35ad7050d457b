# SPDX-License-Identifier: BSD-2-Clause
"""The window of a pinentry, as a person uses it."""

from screen import CURSOR, difference, until_seen


def type_pin(screen, window, text):
    """Type this, and Enter. As the first key, one that deletes would turn the stars off that tell
    when the window listens."""
    before = screen.still(window)
    until_seen(lambda: screen.write(window, text[0]),
               lambda: difference(before, screen.pixels(window)) > CURSOR)
    screen.write(window, text[1:])
    screen.key(window, "Return")
    screen.wait_closed(window)
