# SPDX-License-Identifier: BSD-2-Clause
"""jpki pdf check: signed PDF files that are as the registry offices want them, and others."""

import json
import os
import re
import subprocess

import pytest

from forger import Authority
from samples import minimal_pdf
from signed_pdf import signed, updated
from support import JPKI, TIMEOUT

ENGLISH = {**os.environ, "LC_ALL": "C.UTF-8"}
OK, NOT_OK, UNKNOWN = 0, 1, 5


def check(*args, status=0):
    done = subprocess.run([JPKI, "pdf", "check", *map(str, args)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=ENGLISH, timeout=TIMEOUT, check=False)
    assert done.returncode == status, done.stdout
    assert "--json" in args or all(
        len(line) <= 80 for line in done.stdout.splitlines() if "pytest" not in line)
    return done.stdout


def wrong(said):
    """The points that are not right."""
    return re.findall(r"^(\S+) +NOT OK", said, re.MULTILINE)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("real") / "ca")


@pytest.fixture(scope="module")
def person(real):
    return real.issue()


@pytest.fixture
def known(real):
    return "--ca", real.certificate


def test_a_good_one(person, known, tmp_path):
    file = signed(tmp_path, person)
    said = check(file, *known)
    assert said.startswith("This PDF is as the registry offices' online filing wants it, and its ")
    assert wrong(said) == []
    assert re.search(r"^Signed by +番号　花子$", said, re.MULTILINE)
    said = check(file, status=UNKNOWN)
    assert "its CA is not known here" in " ".join(said.split())
    assert "Signed by" not in said


@pytest.mark.parametrize("changes, point", [
    ({"Type": None}, "/Type"), ({"Type": "/DocTimeStamp"}, "/Type"),
    ({"SubFilter": "/ETSI.CAdES.detached"}, "/SubFilter"), ({"SubFilter": None}, "/SubFilter"),
    ({"Name": None}, "/Name"), ({"Name": "()"}, "/Name"), ({"M": None}, "/M"),
])
def test_what_the_dictionary_lacks(person, known, tmp_path, changes, point):
    said = check(signed(tmp_path, person, changes=changes), *known, status=NOT_OK)
    assert said.startswith("This PDF is NOT as the registry offices' online filing wants it.")
    assert wrong(said) == [point]


def test_an_update_after_the_signature(person, known, tmp_path):
    said = check(updated(signed(tmp_path, person)), *known, status=NOT_OK)
    assert wrong(said) == ["/ByteRange"]
    assert "they were added after the signature" in " ".join(said.split())


def test_a_changed_page(person, known, tmp_path):
    file = signed(tmp_path, person)
    file.write_bytes(file.read_bytes().replace(b"[0 0 200 200]", b"[0 0 200 100]"))
    said = check(file, *known, status=NOT_OK)
    assert "its signature is NOT valid" in " ".join(said.split()) and wrong(said) == ["Signature"]
    assert "Signed by" not in said


@pytest.mark.parametrize("more, point", [
    ({"beside": b"/Hidden(I owe you 999 yen)"}, ["/Contents"]),
    ({"padding": b"7"}, ["CMS", "Certificate", "Hash"]),
    ({"attached": True}, ["CMS", "Certificate", "Hash"]),
    ({"options": ("-md", "sha1")}, ["Hash", "Signature"]),
    ({"options": ("-noattr",)}, ["Signature"]),
])
def test_poor_signatures(person, known, tmp_path, more, point):
    assert wrong(check(signed(tmp_path, person, **more), *known, status=NOT_OK)) == point


def test_no_certificate(person, known, tmp_path):
    said = check(signed(tmp_path, person, options=("-nocerts",)), *known, status=NOT_OK)
    assert "Certificate" in wrong(said)


@pytest.mark.parametrize("made, point", [
    ({"end": "20210101000000Z"}, "Period"), ({"usage": "critical,digitalSignature"}, "Use"),
    ({"policy": "1.2.392.200149.8.5.1.3.30"}, "Policy")])
def test_wrong_certificates(real, known, tmp_path, made, point):
    said = check(signed(tmp_path, real.issue(**made)), *known, status=NOT_OK)
    assert "has the form that" in said and wrong(said) == [point]


def test_another_chain_of_the_same_names(real, known, tmp_path):
    forged = Authority(tmp_path / "forged", real.identifier())
    file = signed(tmp_path, forged.issue(), options=("-certfile", forged.certificate))
    assert wrong(check(file, *known, status=NOT_OK)) == ["Issued"]


@pytest.mark.parametrize("old, new", [
    (rb"\[0 (\d{10}) (\d{10}) (\d{10})\]", rb"[0 \1 \1 \3]"),
    (rb"\[0 (\d{10}) (\d{10}) (\d{10})\]", rb"[1 \1 \2 \3]"),
    (rb"\[0 (\d{10}) (\d{10}) (\d{10})\]", rb"[0 \1 \2 9999999999]"),
    (rb"\[0 (\d{10}) (\d{10}) \d{10}\]", rb"[0 \1 \2         -1]"),
    (rb"\[0 (\d{10}) (\d{10}) \d{10}\]", rb"[0 \1 \2           ]"),
    (rb"\[0 (\d{10}) (\d{10}) \d{10}\]", rb"[0 \1 \2 3 0 99999 ]"),
    (rb"\[0 (\d{10}) (\d{10}) \d{10}\]", rb"[0 \1 \2    (text) ]"),
    (rb"/ByteRange", rb"/ByteRang_"),
])
def test_ranges_that_make_no_sense(person, known, tmp_path, old, new):
    file = signed(tmp_path, person)
    file.write_bytes(re.sub(old, new, file.read_bytes()))
    said = check(file, *known, status=NOT_OK)
    assert "NOT as the registry" in said and "Signed by" not in said


def test_no_contents(person, known, tmp_path):
    file = signed(tmp_path, person)
    file.write_bytes(file.read_bytes().replace(b"/Contents", b"/Content__"))
    assert "Signed by" not in check(file, *known, status=NOT_OK)


def test_nobody_has_signed(tmp_path, known):
    file = tmp_path / "file.pdf"
    file.write_bytes(minimal_pdf())
    assert check(file, *known, status=NOT_OK) == "Nobody has signed this PDF.\n"


def test_fields_without_end(person, known, tmp_path):
    """A field that is in itself."""
    file = signed(tmp_path, person)
    file.write_bytes(file.read_bytes().replace(b"/Rect[0 0 0 0]", b"/Kids [4 0 R] "))
    assert "damaged PDF" in check(file, *known, status=1)


def test_damaged(person, tmp_path):
    """Whatever is left of one: a sentence, and that is all that is said."""
    text = signed(tmp_path, person).read_bytes()
    file = tmp_path / "file.pdf"
    for length in [0, 5, 100, *range(1000, len(text) - 1, 2000), len(text) - 8]:
        file.write_bytes(text[:length])
        said = check(file, status=1)
        assert said.startswith(f"jpki: {file}: this is ") and said.count("\n") == 1


def test_json(person, known, tmp_path):
    told = json.loads(check(updated(signed(tmp_path, person)), "--json", *known, status=NOT_OK))
    assert (told["result"], told["fits"], len(told["signatures"])) == ("not-valid", False, 1)
    one = told["signatures"][0]
    assert [point for point, good in one.items() if good is False] == ["byte_range"]
    assert one["signers"][0]["name"] == "番号　花子"


def test_names_with_control_characters(person, known, tmp_path):
    said = check(signed(tmp_path, person, changes={"Name": "<feff001b005b006d>"}), *known)
    assert "OK: ?[m" in said and "\x1b" not in said


def test_misused(tmp_path):
    for words, said in [((), "say what to do"), (("x",), "say what to do"),
                        (("check",), "a file is missing"), (("sign",), "a file is missing")]:
        done = subprocess.run([JPKI, "pdf", *words], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, env=ENGLISH, timeout=TIMEOUT, check=False)
        assert done.returncode == 2 and said in done.stdout
    assert "this is a folder" in check(tmp_path, status=1)
