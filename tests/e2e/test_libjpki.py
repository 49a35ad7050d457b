# SPDX-License-Identifier: BSD-2-Clause
"""libjpki as a stranger has it: what is installed, and the example of its page on it."""

import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile

import pytest

from own import HASH, Own
from support import AUTH, BUILD, ROOT, TIMEOUT, assert_signed, openssl, output, wait_until

HERE = pathlib.Path(__file__).resolve().parent
PAGE = ROOT / "tools" / "doc" / "libjpki.md"
EXAMPLE = ROOT / "tools" / "doc" / "samples" / "tries.c"
HEADERS = {"error.h", "examine.h", "jpki.h", "secret.h", "types.h"}
CACHE = HERE / "kept.c"
NO_FOLDER, FOLDER, NOT_REMOVED = -60, -61, -62
OK, ARGUMENT, NO_CARD, TIMED_OUT, CANCELLED, NOT_VERIFIED = 0, -1, -12, -15, -16, -32
PIN_WRONG, PIN_LENGTH, PIN_REFUSED = -33, -50, -52
KEPT, SPENT = 0, 1
HOLDS_NO_READER, HOLDS_NOTHING, HOLDS_CARD = 0, 1, 5
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")


class Library:
    """What `meson install` has put there of it."""

    def __init__(self, root):
        self.prefix = root / "usr"
        self.file, = self.prefix.rglob("libjpki.so.0")
        self.headers = self.prefix / "include" / "jpki"

    def flags(self, *packages):
        """What pkg-config says, of a prefix that is still to be moved to its place."""
        said = subprocess.run(
            ["pkg-config", f"--define-variable=prefix={self.prefix}", "--cflags", "--libs",
             *packages],
            env={**os.environ, "PKG_CONFIG_PATH": str(self.file.parent / "pkgconfig")},
            stdout=subprocess.PIPE, text=True, timeout=TIMEOUT, check=True)
        return said.stdout.split()

    def compiled(self, source, folder, *packages, language=("-std=c17",), options=()):
        program = folder / source.stem
        output("cc", *language, *WARNINGS, source, "-o", program, *options,
               *self.flags("jpki", *packages))
        return program

    def declared(self):
        """The functions of its headers."""
        text = "".join((self.headers / name).read_text() for name in HEADERS)
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        return set(re.findall(r"\b(jpki_\w+)\(", code))

    def exported(self):
        named = output("nm", "--dynamic", "--defined-only", "--with-symbol-versions", self.file)
        return dict(re.findall(r" T (\w+)@@(\w+)$", named, re.MULTILINE))


def has_cpp():
    return output("cc", "-print-prog-name=cc1plus").strip() != "cc1plus"


@pytest.fixture
def library(installed):
    return Library(installed)


@pytest.fixture
def tries(library, sandbox, tmp_path):
    """Runs the example: what it prints."""
    program = library.compiled(EXAMPLE, tmp_path, "libcrypto")
    return lambda **options: sandbox.run(
        program, env={"LD_LIBRARY_PATH": library.file.parent}, **options).splitlines()


def end(certificate):
    return openssl("x509", "-in", certificate, "-noout", "-enddate").decode().strip() \
        .removeprefix("notAfter=")


def test_the_example_tells_tries_and_the_certificate_s_end(tries, card, certificates):
    last = f"authentication ends {end(certificates / 'authentication.pem')}"
    assert tries() == ["authentication: 3 of 3 tries left", "signature: 5 of 5 tries left", last]
    card.set_tries("authentication", 1)
    card.set_tries("signature", 0)
    assert tries() == ["authentication: 1 of 3 tries left", "signature: 0 of 5 tries left", last]
    assert card.verifies() == []


def test_the_example_says_what_is_missing(tries, card, sandbox):
    card.eject()
    assert tries(status=1) == ["the card is not in the reader any more, or there was none"]
    sandbox.service("kill")
    assert tries(status=1) == ["the card is not in the reader any more, or there was none"]


def test_the_page_shows_the_example_as_it_is():
    text = EXAMPLE.read_text()
    assert len(text.splitlines()) <= 40
    for page in (PAGE, PAGE.with_suffix(".ja.md")):
        assert f"```c\n{text}```\n" in page.read_text()


def test_it_exports_what_its_headers_declare(library):
    assert set(library.exported()) == library.declared()
    assert set(library.exported().values()) == {"JPKI_0"}
    assert "jpki_login" in library.declared()


def test_its_name_is_that_of_its_interface(library):
    said = output("readelf", "--dynamic", "--wide", library.file)
    assert re.search(r"\(SONAME\).*\[libjpki\.so\.0\]", said)
    assert re.search(r"FLAGS_1.*NODELETE", said)
    assert (library.file.parent / "libjpki.so").resolve() == library.file.resolve()


def test_the_headers_are_those_of_the_interface_alone(library, tmp_path):
    assert {path.name for path in library.headers.iterdir()} == HEADERS
    languages = {"c": "c11", "c++": "c++11"} if has_cpp() else {"c": "c11"}
    for name in HEADERS:
        source = tmp_path / "alone.c"
        source.write_text(f"#include <jpki/{name}>\nint one = 1;\n")
        for language, standard in languages.items():
            output("cc", "-x", language, f"-std={standard}", *WARNINGS, "-fsyntax-only", source,
                   *library.flags("jpki"))


def test_what_is_installed_looks_for_it_where_the_system_does(installed):
    for name in ("bin/jpki", "lib/x86_64-linux-gnu/jpki/jpki-pdf.so"):
        for file in installed.glob(f"usr/{name}".replace("x86_64-linux-gnu", "*")):
            assert not re.search("R(UN)?PATH", output("readelf", "--dynamic", file))


# --- a program of one's own, over the service ---------------------------------------------------


@pytest.fixture
def own(sandbox):
    """As built: with the guard beside it."""
    with Own(sandbox, BUILD / "src" / "libjpki.so.0") as made:
        assert made("start") == OK
        yield made


def number(own):
    """Of the card that is in."""
    rv, holds, card = own("card")
    assert (rv, holds) == (OK, HOLDS_CARD) and card != 0
    return card


def test_cards_come_and_go(own, card):
    first = number(own)
    assert own("wait", 0) == OK
    assert own("wait", 50) == TIMED_OUT
    card.eject()
    assert own("wait", -1) == OK
    assert own("card") == [OK, HOLDS_NOTHING, 0]
    assert own("sign", first) == NO_CARD
    card.insert()
    assert own("wait", -1) == OK
    assert number(own) != first
    assert own("login", first, "1234") == [NO_CARD, KEPT]
    assert card.verifies() == []


def test_readers_come_and_go(own, sandbox):
    assert own("wait", 0) == OK
    _, known = own("readers")
    sandbox.reader("unplug")
    assert own("wait", -1) == OK
    assert own("card") == [OK, HOLDS_NO_READER, 0]
    sandbox.reader("plug")
    wait_until(lambda: own("wait", 1000) in (OK, TIMED_OUT) and own("card")[1] == HOLDS_CARD)
    assert own("readers") == [OK, known]


def test_a_wait_is_cancelled(own):
    assert own("wait", 0) == OK
    for _ in range(20):
        assert own("wait_and_cancel") == [OK, CANCELLED]


def test_a_try_is_told_and_not_spent_twice(own, card):
    there = number(own)
    assert own("login", there, "9999") == [PIN_WRONG, SPENT]
    assert own("login", there, "9999") == [PIN_REFUSED, KEPT]
    assert own("login", there, "99") == [PIN_LENGTH, KEPT]
    assert card.tries("authentication") == 2
    assert own("login", there, "1234") == [OK, KEPT]
    assert own("sign", there) == OK
    assert own("logout", there) == OK
    assert own("sign", there) == NOT_VERIFIED
    assert card.verified() == []


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_last_one_locks_the_card(own, sandbox, card, certificates, tmp_path, end):
    """A module's login beside it ends first, and leaves the card open for it."""
    there = number(own)
    assert own("login", there, "1234") == [OK, KEPT]
    file = sandbox.sign(AUTH, "SHA256-RSA-PKCS", HASH, tmp_path)
    assert_signed(certificates / "authentication.pem", HASH, file, tmp_path)
    assert card.verified() == ["authentication"]
    assert own("sign", there) == OK
    if end == "kill":
        own.kill()
    else:
        assert own("stop") == OK
    wait_until(lambda: card.verified() == [])


# --- what is kept of cards: neither a card nor jpki_start -----------------------------------------


class Kept:
    """A program that asks: what it was answered."""

    def __init__(self, program, library):
        self.command, self.env = [program], {"LD_LIBRARY_PATH": str(library.file.parent)}

    def __call__(self, *words, **env):
        done = subprocess.run([*self.command, *words], env={**os.environ, **self.env, **env},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT, check=True)
        assert done.stderr == ""
        return json.loads(done.stdout)


@pytest.fixture(params=["c", "c++"])
def kept(request, library, tmp_path):
    if request.param == "c++" and not has_cpp():
        pytest.skip("no compiler for C++")
    language = ("-x", request.param) if request.param == "c++" else ("-std=c17",)
    return Kept(library.compiled(CACHE, tmp_path, language=language), library)


def test_what_is_kept_is_told_and_removed(kept, sandbox, card, cache):
    assert kept() == {"path": [OK, str(cache)], "on": [OK, True], "list": OK, "kept": []}
    sandbox.pkcs11_tool("--list-objects")
    card.mark()
    found, = kept()["kept"]
    serial, = {reader["serial"] for reader in json.loads(
        sandbox.run(BUILD / "tools" / "jpki" / "jpki", "status", "--json"))["readers"]
        if "serial" in reader}
    assert found["serial"] == serial and found["until"] - found["since"] == 90 * 24 * 3600
    assert not found["of_model"] and found["certificate"][1][0] is False
    assert found["certificate"][0][0] is True and found["refuses_pss"] == [False, False]
    assert kept("clear") == [OK, 1] and kept("clear") == [OK, 0] and kept()["kept"] == []
    assert card.verifies() == []


def test_the_setting_is_told(kept, tmp_path):
    config = tmp_path / "jpki.conf"
    config.write_text("[token]\ncache = no\n")
    assert kept(JPKI_CONFIG=str(config))["on"] == [OK, False]
    config.write_text("[token kept]\ncache = no\n")
    assert kept(JPKI_CONFIG=str(config))["on"] == [OK, False]
    config.write_text("[token others]\ncache = no\n")
    assert kept(JPKI_CONFIG=str(config))["on"] == [OK, True]


def test_a_folder_that_is_not_to_be_had_is_told(kept, cache, tmp_path):
    nowhere = {"HOME": "", "XDG_CACHE_HOME": ""}
    assert kept(**nowhere) == {"path": [NO_FOLDER, "?"], "on": [OK, True], "list": NO_FOLDER, "kept": []}
    assert kept("clear", **nowhere) == [NO_FOLDER, 0]
    home = {"HOME": str(tmp_path / "nobody"), "XDG_CACHE_HOME": "not/absolute"}
    assert kept(**home)["path"] == [OK, f"{tmp_path}/nobody/.cache/jpki"]
    assert kept("clear", **home) == [OK, 0] and not (tmp_path / "nobody").exists()
    cache.symlink_to(tmp_path)
    assert kept()["list"] == FOLDER and kept("clear") == [FOLDER, 0]
    cache.unlink()
    (cache / "card-0").mkdir(parents=True)
    (cache / "card-1").touch()
    assert kept("clear") == [NOT_REMOVED, 1]


def test_nothing_that_must_be_there_is_null(kept):
    assert kept("null") == [ARGUMENT] * 4


def test_a_program_with_more_rights_has_none(library):
    """Of root, run by another user, who chooses the environment."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jpki-kept-"))
    try:
        folder.chmod(0o755)
        shutil.copy(library.file, folder)
        program = library.compiled(CACHE, folder, options=(f"-Wl,-rpath,{folder}",))
        program.chmod(0o755 | stat.S_ISUID)
        kept = Kept(program, library)
        kept.env = {"XDG_CACHE_HOME": str(folder), "HOME": str(folder)}
        assert kept()["path"] == [OK, f"{folder}/jpki"] and kept("clear") == [OK, 0]
        kept.command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program]
        assert kept()["path"] == [NO_FOLDER, "?"] and kept("clear") == [NO_FOLDER, 0]
    finally:
        shutil.rmtree(folder)
