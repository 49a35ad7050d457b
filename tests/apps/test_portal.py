# SPDX-License-Identifier: BSD-2-Clause
"""The stand-in for a portal shows whom it saw, and says what to do if it saw nobody."""

import html
import re

import pytest

from portal import LOGGED_IN, MISSING, PORTS, REFUSED, START, start_portal
from support import subject, wait_until
from web import fetch

PROTOCOLS = ("TLSv1.2", "TLSv1.3")


@pytest.fixture
def portal(sandbox, certificates):
    return start_portal(sandbox, certificates)


def get(sandbox, portal, url, certificate=None):
    return fetch(sandbox, portal.certificate, url, certificate)


def title(page):
    return re.search("<title>(.*)</title>", page).group(1)


def shown(page):
    """What the page tells of the certificate."""
    return {name: html.unescape(text)
            for name, text in re.findall(r'<td id="(\w+)">(.*?)</td>', page)}


def assert_whole(page):
    """The server has put in all that it was to put in."""
    assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
    for sign in ("<!--#", "(none)", "an error occurred", "@"):
        assert sign not in page


def test_the_portal_shows_whom_it_saw(sandbox, card, portal, certificates):
    certificate = certificates / "authentication.pem"
    card.mark()
    for protocol in PROTOCOLS:
        page = get(sandbox, portal, portal.url(protocol), certificate)
        assert_whole(page)
        assert title(page).startswith(LOGGED_IN)
        told = shown(page)
        assert told["subject"] == subject(certificate)
        assert told["issuer"] == subject(certificates / "authentication-ca.pem")
        assert (told["protocol"], told["verified"]) == (protocol, "SUCCESS")
    wait_until(lambda: len(portal.visits()) == len(PROTOCOLS))
    assert [visit[:4] for visit in portal.visits()] == [
        (protocol, "SUCCESS", subject(certificate), "/") for protocol in PROTOCOLS]
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [("0018", "9000")] * 2
    assert card.verified() == []


def test_the_portal_says_what_to_do(sandbox, card, portal, certificates):
    """Without a certificate, and with one of a CA that it does not know. No PIN is asked for
    where no certificate is sent."""
    card.mark()
    start = get(sandbox, portal, portal.start_url)
    assert title(start).startswith(START)
    assert_whole(start)
    for protocol in PROTOCOLS:
        assert f'href="{portal.url(protocol)}"' in start
        page = get(sandbox, portal, portal.url(protocol))
        assert title(page).startswith(MISSING)
        assert f'href="{portal.start_url}"' in page
        assert_whole(page)
    assert "このページは表示できません" in get(sandbox, portal, f"{portal.start_url}nonsense")
    assert card.verifies() == []
    other = start_portal(sandbox, certificates, "signature-ca.pem",
                         {name: port + 10 for name, port in PORTS.items()})
    for protocol in PROTOCOLS:
        page = get(sandbox, other, other.url(protocol), certificates / "authentication.pem")
        assert title(page).startswith(REFUSED)
        assert shown(page)["subject"] == subject(certificates / "authentication.pem")
        assert shown(page)["verified"].startswith("FAILED")
        assert_whole(page)
    wait_until(lambda: (len(portal.visits()), len(other.visits())) == (4, 2))
    assert [(visit.protocol, visit.verified) for visit in portal.visits()] == [
        ("TLSv1.3", "NONE"), ("TLSv1.2", "NONE"), ("TLSv1.3", "NONE"), ("TLSv1.3", "NONE")]
    assert [visit.verified.split(":")[0] for visit in other.visits()] == ["FAILED"] * 2
    assert other.logins() == []
