# SPDX-License-Identifier: BSD-2-Clause
"""stunnel with the card's key, as the documentation sets it up, before a web server."""

import contextlib

import pytest

from samples import sample
from sites import NAME, Site, start_application
from support import AUTH, PIN, listens, needs, subject, wait_until
from terminal import Terminal

PROMPT = f"Enter PKCS#11 token PIN for {AUTH}:"
READY = "Configuration successful"


@pytest.fixture
def site(sandbox, certificates):
    needs("stunnel")
    start_application(sandbox)
    return Site(sandbox, "nginx", 443, certificates / "authentication-ca.pem")


@contextlib.contextmanager
def stunnel(sandbox, site, folder, changes=None, more=""):
    """stunnel in a terminal, until Ctrl-C; with changes in the sample, and more at its end."""
    file = folder / "stunnel.conf"
    file.write_text(sample("stunnel.conf", {
        f"connect = {NAME}": "connect = 127.0.0.1",
        "/etc/ssl/certs/ca-certificates.crt": site.server, **(changes or {})}) + more)
    with Terminal(sandbox.within("stunnel", file)) as terminal:
        try:
            yield terminal
        finally:
            terminal.interrupt()
            terminal.end()


def serves(sandbox, terminal):
    """Until it does: its word is only of what it has read."""
    terminal.wait_for(READY)
    wait_until(lambda: listens(sandbox, 8000))


def get(sandbox, **options):
    return sandbox.run("curl", "--silent", "--show-error", "--max-time", "30",
                       "http://127.0.0.1:8000/", **options)


def answers(card):
    return [(entry.ef, entry.sw) for entry in card.verifies()]


def test_the_pin_at_the_prompt(sandbox, card, site, certificates, tmp_path):
    """It is asked for once, at the start. A wrong one costs one try, and stunnel ends."""
    person = subject(certificates / "authentication.pem")
    card.mark()
    with stunnel(sandbox, site, tmp_path) as terminal:
        terminal.wait_for(PROMPT)
        terminal.answer("4321")
        assert terminal.end() == 1
    assert answers(card) == [("0018", "63C2")]
    card.mark()
    with stunnel(sandbox, site, tmp_path) as terminal:
        terminal.wait_for(PROMPT)
        terminal.answer(PIN[AUTH])
        serves(sandbox, terminal)
        for _ in range(2):
            assert get(sandbox).startswith(f"{person}|")
    wait_until(lambda: len(site.logged()) == 2)
    assert site.logged() == [("TLSv1.3", "SUCCESS", person)] * 2
    assert answers(card) == [("0018", "9000")]
    assert card.verified() == []


def test_the_pin_in_the_file(sandbox, card, site, certificates, tmp_path):
    """TLS 1.2. A card that was pulled is not logged in to again: stunnel has to be started anew."""
    person = subject(certificates / "authentication.pem")
    card.mark()
    with stunnel(sandbox, site, tmp_path, {";engineCtrl = PIN": "engineCtrl = PIN"},
                 "sslVersionMax = TLSv1.2\noptions = NO_TICKET\n") as terminal:
        serves(sandbox, terminal)
        assert get(sandbox).startswith(f"{person}|")
        card.eject()
        card.insert()
        for _ in range(2):
            assert person not in get(sandbox, status=None)
            # a reset, which curl takes for a refusal if it comes before curl has looked
            assert sandbox.status in (7, 56)
            # the session, or with newer engines, which go on without it, the mechanism
            terminal.wait_for("PKCS#11 module::")
            terminal.wait_for(" invalid")
    wait_until(site.logged)
    assert site.logged() == [("TLSv1.2", "SUCCESS", person)]
    assert answers(card) == [("0018", "9000")]
    assert card.verified() == []
