# SPDX-License-Identifier: BSD-2-Clause
"""Each verb of jpki under valgrind: no memory is lost, or read before it was written."""

import re

import pytest

from command import AUTH_PIN, FAILED, SIGN_PIN, UNKNOWN, USAGE, Jpki, verbs
from signed_pdf import signed
from support import needs

pytestmark = pytest.mark.alike

VALGRIND = ["valgrind", "--quiet", "--vgdb=no", "--error-exitcode=99", "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect"]

# What is asked, which PINs are given, how it ends. A folder has the file `text`; and if they are named,
# text.p7m, which is `text` signed, and signed.pdf.
COMMANDS = [
    ("status", None, 0),
    ("status --json", None, 0),
    ("status --sign", SIGN_PIN, 0),
    ("status --reader XYZ", None, 3),
    ("cert", None, 0),
    ("cert sign", SIGN_PIN, 0),
    ("cert sign --json", SIGN_PIN, 0),
    ("cert auth-ca --text", None, 0),
    ("cert auth --pem --output made.pem", None, 0),
    ("check", AUTH_PIN, UNKNOWN),
    ("check sign --json", SIGN_PIN, UNKNOWN),
    ("check --no-pin --ocsp-url http://127.0.0.1:1/", None, UNKNOWN),
    ("pin status", None, 0),
    ("pin change auth", [AUTH_PIN, "5739"], 0),
    ("pin change sign", ["WRONG1", "MADE4UP2"], 4),
    ("sign text --output made.p7m", SIGN_PIN, 0),
    ("sign --detached text text.p7m", SIGN_PIN, 0),
    ("verify text.p7m", None, UNKNOWN),
    ("pdf check signed.pdf", None, UNKNOWN),
    ("pdf check text", None, 1),
    ("watch --no", None, USAGE),
    ("doctor", None, None),
    ("doctor --json", None, None),
    ("doctor --report", None, 0),
    ("doctor --card", AUTH_PIN, 0),
    ("setup firefox --check", None, FAILED),
    ("setup p11-kit --check", None, FAILED),
    ("setup reminder --check", None, FAILED),
    ("setup portal --check", None, FAILED),
    ("cache", None, 0),
    ("cache --json", None, 0),
    ("cache clear", None, 0),
    ("card eject", None, None),
    ("help pin", None, 0),
]


@pytest.fixture
def folder(request, sandbox, person, tmp_path):
    words = request.getfixturevalue("words")
    (tmp_path / "home").mkdir()
    (tmp_path / "text").write_text("a text")
    if "text.p7m" in words:
        Jpki(sandbox)("sign", tmp_path / "text", pin=SIGN_PIN)
    if "signed.pdf" in words:
        signed(tmp_path, person).rename(tmp_path / "signed.pdf")
    return tmp_path


@pytest.mark.parametrize("words, pin, status", COMMANDS, ids=[row[0] for row in COMMANDS])
def test_valgrind_finds_nothing(sandbox, folder, words, pin, status):
    needs("valgrind")
    jpki = Jpki(sandbox, {"HOME": str(folder / "home"), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""})
    said = jpki(*words.split(), pin=pin, status=status, before=["env", f"--chdir={folder}", *VALGRIND])
    assert not re.search(r"^==\d+==", said, re.MULTILINE), said


def test_each_verb_is_here():
    assert set(verbs()) - {row[0].split()[0] for row in COMMANDS} == set()
