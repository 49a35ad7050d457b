# SPDX-License-Identifier: BSD-2-Clause
"""What jpki setup and jpki doctor say fits a terminal, whatever the paths are."""

import re

import pytest

from command import columns
from person import OPENSC, mozilla
from support import JPKI
from terminal import Terminal

PROGRAMS = ["firefox", "thunderbird", "chromium", "libreoffice", "ssh", "openvpn", "java", "portal", "reminder"]
PROFILES = {"firefox": ".mozilla/firefox", "thunderbird": ".thunderbird"}
# A path alone, with what belongs to it, and a command to be copied, whose path it is that is long.
PATH = re.compile(r"""[ #]*["'(]*/[^ ]*\\?""")
COMMAND = re.compile(r"(#? {2,}|    )[\w-]+ .*/.*[|\\]?")


@pytest.fixture(params=["home", "a home folder/" + "0123456789" * 7, "家/" + "番号　花子・" * 9])
def home(person, sandbox, request):
    """That of a person with OpenSC's module everywhere."""
    person.sandbox = sandbox
    folder = person.home / request.param
    folder.mkdir(parents=True)
    person.home = folder
    person.env["HOME"] = str(folder)
    for program, place in PROFILES.items():
        mozilla(person, place, None)
        person.database(f"{place}/p", f"{OPENSC}\n")
    person.database(".pki/nssdb", f"{OPENSC}\n")
    return person


def shown(person, *words):
    """On a terminal."""
    with Terminal(person.sandbox.within(JPKI, *words, env=person.env)) as terminal:
        terminal.end()
        said = terminal.shown.replace("\r\n", "\n")
    for line in said.splitlines():
        line = re.sub("\033\\[[0-9]*m", "", line)
        assert columns(line) <= 80 or PATH.fullmatch(line) or COMMAND.fullmatch(line), line
    return said


@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_line_fits(home, some_locale, language):
    home.env.update(some_locale, LANGUAGE=language)
    for program in PROGRAMS:
        for words in ([], [], ["--check"], ["--without-opensc"], ["--check"], ["--with-opensc"],
                      ["--labels", "ja"], ["--remove"], ["--remove"], ["--check"]):
            shown(home, "setup", program, *words)
    shown(home, "setup", "p11-kit", "--check")
    for program in PROFILES:
        shown(home, "setup", program)
    for words in ([], ["--fix"], ["--fix"], ["--unfix"], ["--unfix"], ["--report"]):
        shown(home, "doctor", *words)


def test_a_script_gets_it_unbroken(home):
    said = home.setup("firefox")
    assert f'as "JPKI My Number Card" in {home.home}/.mozilla/firefox/p/pkcs11.txt.\n' in said
