# SPDX-License-Identifier: BSD-2-Clause
"""What the pages and their samples tell people to do, and where they send them."""

import functools
import re
import unicodedata

import pytest

from support import ROOT

pytestmark = pytest.mark.alike

DOC = ROOT / "tools" / "doc"
PAGES = sorted([*ROOT.glob("*.md"), *DOC.rglob("*.*"), *(ROOT / "tools" / "jpki").glob("*.[1c]")])
ADDRESS = re.compile(r"\bpkcs11:[^\s'\"`<>&]*=[^\s'\"`<>&]*")


def name(page):
    return str(page.relative_to(ROOT))


def test_pages_are_there():
    found = [address for page in PAGES for address in ADDRESS.findall(page.read_text())]
    assert len(PAGES) > 50 and len(found) > 30


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_an_address_names_its_token(page):
    """Some programs give a PIN to all tokens that an address leaves open: beside another module
    for the same card, one mistake would be two."""
    for address in ADDRESS.findall(page.read_text()):
        assert "token=" in address


# --- links ----------------------------------------------------------------------------------------

# What is built, or fetched, is nobody's page here.
BUILT = re.compile(r"(^|/)(build[^/]*|\..+)/")
TEXTS = sorted(page for page in ROOT.rglob("*.md") if not BUILT.search(name(page)))
INDEX = {"en": DOC / "README.md", "ja": DOC / "README.ja.md"}


def without_code(text):
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "`code`", text)


@functools.cache
def links(page):
    """What a page links to in this tree: (file, anchor)."""
    found = re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text()))
    found += re.findall(r"^\[[^]]+\]: (\S+)", without_code(page.read_text()), re.MULTILINE)
    parts = [link.partition("#") for link in found if not re.match(r"[a-z]+:", link)]
    return [((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in parts]


@functools.cache
def anchors(page):
    """Those of its headings, as they are made where the pages are shown: lower case, blanks
    become hyphens, punctuation goes."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return {"".join(letter for letter in heading.lower().replace(" ", "-")
                    if letter in "-_" or unicodedata.category(letter)[0] in "LNM")
            for heading in re.findall(r"^#+ +(.*?) *$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", TEXTS, ids=name)
def test_links_lead_somewhere(page):
    broken = [(name(path) if path.is_relative_to(ROOT) else str(path), anchor)
              for path, anchor in links(page)
              if not (path.is_relative_to(ROOT) and path.exists())
              or (anchor and anchor not in anchors(path))]
    assert broken == []


def test_links_are_found():
    assert len(TEXTS) > 50 and sum(len(links(page)) for page in TEXTS) > 200
    assert "the-pin-rules" in anchors(ROOT / "SECURITY.md")


@pytest.mark.parametrize("language", INDEX)
def test_each_page_is_in_the_index(language):
    """Of a page in two languages the one in the index's own, and of no page nothing. Those in folders
    of their own are in the list of that folder."""
    index = INDEX[language]
    pages = {page for page in TEXTS if ".ja." not in page.name and
             (page.parent == DOC or DOC not in page.parents) and page.parent != ROOT}
    if language == "ja":
        pages = {japanese if (japanese := page.with_suffix(".ja.md")).exists() else page
                 for page in pages}
    missing = pages - {path for path, _ in links(index)} - {index}
    assert sorted(map(name, missing)) == []


@pytest.mark.parametrize("language", INDEX)
def test_a_page_speaks_the_language_of_the_index(language):
    for path, _ in links(INDEX[language]):
        other = INDEX["en" if language == "ja" else "ja"]
        if path.suffix == ".md" and path != other:
            has_japanese = path.with_suffix(".ja.md").exists()
            assert not (language == "ja" and has_japanese) and not (
                language == "en" and ".ja." in path.name), name(path)


def test_each_page_of_a_folder_is_in_its_list():
    folders = [path for path, _ in links(INDEX["en"])
               if path.name == "README.md" and path.parent != ROOT]
    assert folders != []
    for index in folders:
        listed = {path for path, _ in [*links(index), *links(INDEX["en"])]}
        assert set(index.parent.glob("*.md")) <= listed, name(index)


def test_each_sample_is_on_a_page():
    linked = {path for page in TEXTS for path, _ in links(page)}
    assert set((DOC / "samples").iterdir()) <= linked



def test_the_index_is_found_from_the_start():
    for start, index in ((ROOT / "README.md", "en"), (ROOT / "README.ja.md", "ja")):
        assert INDEX[index] in {path for path, _ in links(start)}


@pytest.mark.parametrize("page", [*(DOC / "develop").glob("*.md"), ROOT / "CONTRIBUTING.md"], ids=name)
def test_files_for_developers_are_there(page):
    """What is named by its path; NAME is whatever somebody is about to make."""
    paths = re.findall(r"`((?:include|pkcs11-spec|src|tests|tools)/[\w./-]+)`", page.read_text())
    assert [path for path in paths if "NAME" not in path and not (ROOT / path).exists()] == []
