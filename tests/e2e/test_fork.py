# SPDX-License-Identifier: BSD-2-Clause
"""A program that is logged in forks: the child may begin anew, the parent notices nothing."""

import pytest

from neighbour import Neighbour
from support import AUTH, BUILD, PIN, TIMEOUT, first_line

FORK = BUILD / "tests" / "e2e" / "fork"


@pytest.mark.parametrize(
    "way, forks",
    [
        # while threads that the child does not have are inside libpcsclite
        ("busy", 60),
        # ... are in one call all the time
        ("slot-info", 100),
        ("login", 60),
        ("sign", 60),
        ("events", 200),
        # ... are inside OpenSSL as they begin and end
        ("threads", 150),
        # without handlers of a fork; every second child starts the module, and all run exit()
        ("raw", 4),
    ],
)
def test_a_fork_harms_nobody(sandbox, card, way, forks):
    """A child begins while the parent is in a call. But threads that sign or log in begin none while
    it lives (fork.c: begin_call), so the two take no turns with the card then."""
    with Neighbour(sandbox) as neighbour:
        neighbour.connect()  # so that the service never cuts the power
        card.mark()
        program = sandbox.start(FORK, way, forks, sandbox.module, PIN[AUTH])
        assert first_line(program, 3 * TIMEOUT) == "still logged in"
        assert card.verified() == ["authentication"]
        assert way == "login" or card.events("power-off") == []
    program.communicate("\n", timeout=TIMEOUT)
    assert program.returncode == 0
    assert card.verified() == []
    answers = [entry.sw for entry in card.verifies()]
    assert set(answers) == {"9000"} and (way == "login" or len(answers) == 1)
