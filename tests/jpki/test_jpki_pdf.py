# SPDX-License-Identifier: BSD-2-Clause
"""jpki pdf check: signed PDF files that are as the registry offices want them, and others."""

import json
import re
import subprocess

import pytest

from command import checked
from forger import Authority
from samples import minimal_pdf, pdf
from signed_pdf import rewritten, signed, updated
from support import needs

OK, NOT_OK, UNKNOWN = 0, 1, 5


def check(*args, status=0):
    return checked("pdf", "check", *args, status=status)


def wrong(said):
    """The points that are not right."""
    return re.findall(r"^(\S+) +NOT OK", said, re.MULTILINE)


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
    ({"Name": "(  )"}, "/Name"), ({"Name": "<FEFF3000002000A0>"}, "/Name"),
])
def test_what_the_dictionary_lacks(person, known, tmp_path, changes, point):
    said = check(signed(tmp_path, person, changes=changes), *known, status=NOT_OK)
    assert said.startswith("This PDF is NOT as the registry offices' online filing wants it.")
    assert wrong(said) == [point]


@pytest.mark.parametrize("time", [
    "D:2026", "D:202611", "D:20261129", "D:2026112912", "D:202611291200", "D:20261129120000",
    "D:20261129120000Z", "D:20261129120000Z00'00'", "D:20261129120000+09", "D:20261129120000+09'",
    "D:20261129120000+09'00", "D:20240229235959-23'59'", "D:2026+09'00"])
def test_dates(person, known, tmp_path, time):
    assert wrong(check(signed(tmp_path, person, changes={"M": f"({time})"}), *known)) == []


@pytest.mark.parametrize("time", [
    "today", "2026", "20261129120000+09'00'", "D:", "D:202", "D:0000", "D:20261", "D:20261329",
    "D:20260230", "D:20260001", "D:20261129240000", "D:20261129126000", "D:20261129120060",
    "D:202611291200001", "D:20261129120000+0900", "D:20261129120000+24'00'",
    "D:20261129120000+09'60'", "D:20261129120000 09'00'", "D:20261129120000+09'00'x",
    "D:20261129120000Z09'00'", "D:20261129 120000", "D:２０２６"])
def test_what_is_no_date(person, known, tmp_path, time):
    text = (b"\xfe\xff" + time.encode("utf-16-be")).hex()
    said = check(signed(tmp_path, person, changes={"M": f"<{text}>"}), *known, status=NOT_OK)
    assert wrong(said) == ["/M"] and "it is no date as PDF has it" in said


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


def plain(said):
    """Without the ends of lines."""
    return " ".join(said.split())


@pytest.mark.parametrize("old, new, why", [
    (rb"\[0 (\d{10}) (\d{10}) (\d{10})\]", rb"[0 \1 \1 \3]", "is not the signature"),
    (rb"\[0 (\d{10}) (\d{10}) (\d{10})\]", rb"[1 \1 \2 \3]", "is not the signature"),
    (rb"\[0 (\d{10}) (\d{10}) (\d{10})\]", rb"[0 \1 \2 9999999999]", "the file is shorter"),
    (rb"\[0 (\d{10}) (\d{10}) \d{10}\]", rb"[0 \1 \2         -1]", "it makes no sense"),
    (rb"\[0 (\d{10}) (\d{10}) \d{10}\]", rb"[0 \2 \1          0]", "it makes no sense"),
    (rb"\[0 (\d{10}) (\d{10}) (\d{10})\]", rb"[0 0 0          \3         ]",
     "is not the signature"),
    (rb"\[0 (\d{10}) (\d{10}) \d{10}\]", rb"[0 \1 \2           ]", "not four whole numbers"),
    (rb"\[0 (\d{10}) (\d{10}) \d{10}\]", rb"[0 \1 \2 3 0 99999 ]", "not four whole numbers"),
    (rb"\[0 (\d{10}) (\d{10}) \d{10}\]", rb"[0 \1 \2    (text) ]", "not four whole numbers"),
    (rb"/ByteRange", rb"/ByteRang_", "it is missing"),
])
def test_only_the_range_is_wrong(person, known, tmp_path, old, new, why):
    """All else is told as it is, wherever the range leads; nobody has signed what it leaves open."""
    file = signed(tmp_path, person)
    text = re.sub(old, new, file.read_bytes())
    assert len(text) == file.stat().st_size and text != file.read_bytes()
    file.write_bytes(text)
    said = check(file, *known, status=NOT_OK)
    assert "Signed by" not in said
    assert wrong(said) in (["/ByteRange"], ["/ByteRange", "Signature"]) and why in plain(said)
    assert "it is in the signature" in said and "OK: sha256" in said


def test_the_beginning_is_not_covered(person, known, tmp_path):
    file = signed(tmp_path, person)
    at = int(re.search(rb"\[0 (\d{10})", file.read_bytes())[1])
    file.write_bytes(re.sub(rb"\[0 \d{10}", b"[9 %010d" % (at - 9), file.read_bytes()))
    said = check(file, *known, status=NOT_OK)
    assert wrong(said) == ["/ByteRange", "Signature"]
    assert "the beginning of the file is not covered" in plain(said)


def test_written_anew(person, known, tmp_path):
    """As qpdf does: all is there, but elsewhere."""
    said = check(rewritten(signed(tmp_path, person)), *known, status=NOT_OK)
    assert wrong(said) == ["/ByteRange", "Signature"]
    assert "the file was written anew after it was signed" in plain(said)
    assert "it is in the signature" in said and "OK: sha256" in said


def test_no_contents(person, known, tmp_path):
    file = signed(tmp_path, person)
    file.write_bytes(file.read_bytes().replace(b"/Contents", b"/Content_"))
    said = check(file, *known, status=NOT_OK)
    assert "Signed by" not in said
    assert wrong(said) == ["/Contents", "CMS", "Certificate", "Hash"]


# Catalog, page and fields of a PDF with a signature that can be found.
NO_LIST = {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[]>>>>"}
KIDS = {4: b"<</T(all)/FT/Sig/Kids[6 0 R]>>", 6: b"<</T(some)/Kids[7 0 R]/Parent 4 0 R>>",
        7: b"<</T(one)/V 5 0 R/Parent 6 0 R>>"}
ABOVE = {3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[6 0 R]>>",
         4: b"<</T(sign)/FT/Sig/V 5 0 R/Kids[6 0 R]>>",
         6: b"<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]/Parent 4 0 R>>"}
DIRECT = {4: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(sign)/Rect[0 0 0 0]/P 3 0 R/V %s>>", 5: b"null"}
TWICE = {1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R 4 0 R 6 0 R]>>>>",
         6: b"<</FT/Sig/T(two)/V 5 0 R>>"}


@pytest.mark.parametrize("objects", [KIDS, ABOVE, DIRECT, TWICE])
def test_fields(person, known, tmp_path, objects):
    """Each has one signature, which the form lists."""
    said = check(signed(tmp_path, person, objects=objects), *known)
    assert wrong(said) == [] and said.count("Signed by") == 1


@pytest.mark.parametrize("objects", [
    NO_LIST, {1: b"<</Type/Catalog/Pages 2 0 R>>"}, {**DIRECT, **NO_LIST}, {**ABOVE, **NO_LIST},
    {**NO_LIST, 2: b"<</Type/Pages/Kids[6 0 R]/Count 1>>",
     6: b"<</Type/Pages/Kids[3 0 R]/Count 1/Parent 2 0 R>>"},
])
def test_only_a_page_names_it(person, known, tmp_path, objects):
    said = check(signed(tmp_path, person, objects=objects), *known, status=NOT_OK)
    assert wrong(said) == ["/AcroForm"]
    assert "the form does not list the field of the signature" in plain(said)


CATALOG = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R %b]>>%b>>"
TWO = {1: CATALOG % (b"6 0 R", b"")}
WIDGET = b"<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]/FT/Sig/T(two)/V 7 0 R>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[4 0 R %b]%b>>"
FAKE = (b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/Name(Fake)/M(D:2026)"
        b"/ByteRange[0 10 20 30]/Contents<00>>>")
UNTYPED = FAKE.replace(b"/Type/Sig", b"")


@pytest.mark.parametrize("objects, listed", [
    # a field that is a signature of another one, besides the one that stands in it
    ({**TWO, 4: b"<</Type/Sig/Subtype/Widget/FT/Sig/T(sign)/Rect[0 0 0 0]/P 3 0 R/SubFilter"
                b"/adbe.pkcs7.detached/ByteRange[0 10 20 30]/Contents<3000>/V %s>>",
      5: b"null", 6: b"<</FT/Sig/T(two)/V 4 0 R>>"}, True),
    # a page that is a list of pages too
    ({3: PAGE % (b"6 0 R", b"/Kids[]"), 6: WIDGET, 7: FAKE}, False),
    # a field below one that does not list it
    ({**TWO, 6: b"<</T(two)/Parent 7 0 R/V 8 0 R>>", 7: b"<</FT/Sig/T(up)>>", 8: FAKE}, True),
    # the value of the one above
    ({**TWO, 6: b"<</T(up)/V 8 0 R/Kids[7 0 R]>>", 7: b"<</FT/Sig/T(two)/Parent 6 0 R>>", 8: FAKE},
     True),
    # no field that is found, but what looks like a signature
    ({**TWO, 6: b"<</FT/Tx/T(two)/V 7 0 R>>", 7: FAKE}, False),
    ({1: CATALOG % (b"[6 0 R]", b""), 6: WIDGET, 7: UNTYPED}, False),
    ({1: CATALOG % (b"", b"/Perms<</DocMDP 6 0 R>>"), 6: UNTYPED}, False),
    ({1: CATALOG % (b"", b"/More[[<</V %b>>]]" % UNTYPED)}, False),
    ({3: PAGE % (b"[6 0 R]", b""), 6: WIDGET, 7: FAKE}, False),
    ({6: FAKE}, False),
    ({6: FAKE[:-2] + b"/Length 0>>\nstream\n\nendstream"}, False),
])
def test_a_second_signature_that_is_hidden(person, known, tmp_path, objects, listed):
    """One of two, which another program may show, is none."""
    file = signed(tmp_path, person, objects=objects)
    said = check(file, *known, status=NOT_OK)
    assert said.startswith("This PDF is NOT as the registry offices' online filing wants it.")
    assert "Signature 2 of 2" in said and said.count("Signed by") == 1
    assert ("/AcroForm" in wrong(said)) == (not listed)


def test_a_second_signature_of_another_generation(person, known, tmp_path):
    """It has the number of the good one."""
    file = signed(tmp_path, person, objects={**TWO, 6: b"<</FT/Tx/T(two)/V 7 1 R>>", 7: FAKE})
    text = file.read_bytes().replace(b"7 0 obj", b"7 1 obj")
    at = text.index(b" 00000 n \n", text.index(b"%010d 00000 n" % text.index(b"7 1 obj")))
    file.write_bytes(text[:at] + b" 00001 n \n" + text[at + 10:])
    assert "Signature 2 of 2" in check(file, *known, status=NOT_OK)


@pytest.mark.parametrize("field", [b"", b"/V(text)", b"/V null"])
def test_a_field_that_nobody_has_signed(known, tmp_path, field):
    file = tmp_path / "file.pdf"
    file.write_bytes(pdf([b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>",
                          b"<</Type/Pages/Kids[3 0 R]/Count 1>>", PAGE % (b"", b""),
                          b"<</Type/Annot/Subtype/Widget/FT/Sig/T(a)/Rect[0 0 0 0]%b>>" % field]))
    assert check(file, *known, status=NOT_OK) == "Nobody has signed this PDF.\n"


@pytest.mark.parametrize("objects", [
    {4: b"<</T(a)/Kids[6 0 R]>>", 6: b"<</T(b)/Kids[4 0 R]/Parent 4 0 R>>"},
    {4: b"<</T(a)/Kids[4 0 R 4 0 R 4 0 R 4 0 R]>>"},
    {**NO_LIST, 4: b"<</Type/Annot/Subtype/Widget/Parent 6 0 R>>", 6: b"<</Parent 4 0 R>>"},
    {2: b"<</Type/Pages/Kids[3 0 R 2 0 R]/Count 1>>"},
])
def test_trees_without_end(person, known, tmp_path, objects):
    """What is in itself."""
    assert "damaged PDF" in plain(
        check(signed(tmp_path, person, objects=objects), *known, status=NOT_OK))


@pytest.mark.parametrize("password", ["", "secret"])
def test_encrypted(person, known, tmp_path, password):
    needs("qpdf")
    file = tmp_path / "encrypted.pdf"
    subprocess.run(["qpdf", "--encrypt", password, "owner", "256", "--", signed(tmp_path, person),
                    file], check=True)
    assert "encrypted" in check(file, *known, status=NOT_OK)


def test_nobody_has_signed(tmp_path, known):
    file = tmp_path / "file.pdf"
    file.write_bytes(minimal_pdf())
    assert check(file, *known, status=NOT_OK) == "Nobody has signed this PDF.\n"


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
        assert said in checked("pdf", *words, status=2)
    assert "this is a folder" in check(tmp_path, status=1)
