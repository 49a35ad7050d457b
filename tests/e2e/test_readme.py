# SPDX-License-Identifier: BSD-2-Clause
"""What the README, in both languages, promises a person with a card, and one without."""

import gettext
import re
import subprocess

import pytest

from support import ROOT

pytestmark = pytest.mark.alike

READMES = {"en": ROOT / "README.md", "ja": ROOT / "README.ja.md"}
HEADER = {"en": "| `jpki status` says |", "ja": "| `jpki status` の表示 |"}
# A sentence of fewer letters would fit nearly everything.
LITERAL = 8


@pytest.fixture(scope="module")
def sentences(tmp_path_factory):
    """Those of the command `jpki`: English, Japanese."""
    compiled = tmp_path_factory.mktemp("po") / "jpki.mo"
    subprocess.run(["msgfmt", "-o", compiled, ROOT / "tools" / "jpki" / "po" / "ja.po"], check=True)
    with open(compiled, "rb") as file:
        catalog = gettext.GNUTranslations(file)._catalog
    return [(english, japanese) for english, japanese in catalog.items()
            if isinstance(english, str) and len(re.sub("%s", "", english)) >= LITERAL]


def pattern(sentence):
    return "(.+)".join(map(re.escape, sentence.split("%s")))


def told(language):
    """The first column of the table of what `jpki status` says."""
    lines = READMES[language].read_text().splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith(HEADER[language])) + 2
    end = next(n for n in range(begin, len(lines)) if not lines[n].startswith("|"))
    return [line.split("|")[1].strip() for line in lines[begin:end]]


def blocks(language):
    return re.findall(r"^```\n(.*?)^```$", READMES[language].read_text(), re.MULTILINE | re.DOTALL)


def test_what_it_quotes_is_what_jpki_says(sentences):
    """Row by row the same sentence, in each language as the program has it."""
    rows = list(zip(told("en"), told("ja"), strict=True))
    assert len(rows) > 8
    for english, japanese in rows:
        quoted = re.match("`([^`]+)`", english).group(1)
        assert [1 for said, meant in sentences
                if re.fullmatch(pattern(said), quoted) and re.match(pattern(meant), japanese)], (
            english, japanese)


@pytest.mark.parametrize("language", READMES)
def test_two_commands_in_blocks_of_their_own(language):
    alone = [block.strip() for block in blocks(language)]
    assert alone.index("tools/demo") < alone.index("tests/run")
    assert re.fullmatch(r"\d+ passed, 0 failed, \d+ skipped", alone[alone.index("tests/run") + 1])


def test_the_commands_are_the_same_in_both():
    def commands(language):
        return [line.partition("  #")[0].rstrip()
                for block in blocks(language) for line in block.splitlines()
                if line.startswith(("sudo ", "jpki ", "openssl ", "tools/"))]
    assert commands("en") == commands("ja") and len(commands("en")) > 6


@pytest.mark.parametrize("language", READMES)
def test_nobody_is_told_to_install_opensc(language):
    """Its package registers its module in the browsers at each login to the desktop."""
    installs = [line for block in blocks(language) for line in block.splitlines()
                if "apt-get install" in line]
    assert installs != [] and not any("opensc" in line for line in installs)
