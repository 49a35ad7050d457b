# SPDX-License-Identifier: BSD-2-Clause
"""What the pages and their samples tell people to do."""

import re

import pytest

from support import ROOT

pytestmark = pytest.mark.alike

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "tools" / "doc").rglob("*.*"),
                *(ROOT / "tools" / "jpki").glob("*.[1c]")])
ADDRESS = re.compile(r"\bpkcs11:[^\s'\"`<>&]*=[^\s'\"`<>&]*")


def test_pages_are_there():
    found = [address for page in PAGES for address in ADDRESS.findall(page.read_text())]
    assert len(PAGES) > 50 and len(found) > 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_an_address_names_its_token(page):
    """Some programs give a PIN to all tokens that an address leaves open: beside another module
    for the same card, one mistake would be two."""
    for address in ADDRESS.findall(page.read_text()):
        assert "token=" in address
