# SPDX-License-Identifier: BSD-2-Clause
"""Signed PDF files, as right or as wrong as one wants them."""

import re

from forger import cms
from samples import pdf

ROOM = 8192  # bytes for a signature
GOOD = {"Type": "/Sig", "Filter": "/Adobe.PPKLite", "SubFilter": "/adbe.pkcs7.detached",
        "Name": "(Hanako)", "M": "(D:20261129120000+09'00')"}


def unsigned(entries, beside=b"", objects=None):
    """A PDF of one page and a field, with room for its signature; `beside` stands in the room too.
    Objects are instead of those of that number, or more; b"%s" in one is the signature."""
    words = " ".join(f"/{key} {value}" for key, value in entries.items()).encode()
    signature = (b"<<%s /ByteRange [0 AAAAAAAAAA BBBBBBBBBB CCCCCCCCCC] /Contents <%s>%s>>"
                 % (words, b"0" * 2 * ROOM, beside))
    usual = {
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R]>>>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[4 0 R]>>",
        4: b"<</Type/Annot/Subtype/Widget/FT/Sig/T(sign)/Rect[0 0 0 0]/P 3 0 R/V 5 0 R>>",
        5: b"%s",
    }
    every = sorted({**usual, **(objects or {})}.items())
    return pdf([body.replace(b"%s", signature) for _, body in every])


def signed(folder, person, options=(), changes=None, beside=b"", padding=b"0", attached=False,
           objects=None):
    """A file signed by a person (certificate and key). Changes are to what the dictionary says (None:
    it does not say it)."""
    entries = {key: value for key, value in {**GOOD, **(changes or {})}.items()
               if value is not None}
    text = unsigned(entries, beside, objects)
    room = re.search(rb"<0{%d}>%s" % (2 * ROOM, re.escape(beside)), text)
    for mark, number in ((b"A", room.start()), (b"B", room.end()), (b"C", len(text) - room.end())):
        text = text.replace(mark * 10, b"%010d" % number)
    covered, signature = folder / "covered", folder / "signature"
    covered.write_bytes(text[:room.start()] + text[room.end():])
    cms(covered, signature, person, options=(*options, *(() if attached else ("-detached",))))
    digits = signature.read_bytes().hex().encode().ljust(2 * ROOM, padding)
    file = folder / "signed.pdf"
    file.write_bytes(text[:room.start()] + b"<" + digits + b">" + beside + text[room.end():])
    return file


def rewritten(file):
    """The same objects written anew, at other places."""
    text = file.read_bytes()
    objects = re.findall(rb"^\d+ 0 obj\n(.*?)\nendobj\n", text, re.DOTALL | re.MULTILINE)
    file.write_bytes(pdf(objects, b"%PDF-1.7\n%elsewhere\n"))
    return file


def updated(file):
    """The same with an incremental update behind it: another size of the page."""
    text = file.read_bytes()
    before = int(re.findall(rb"startxref\n(\d+)", text)[-1])
    at = len(text)
    body = b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots[4 0 R]>>\nendobj\n"
    file.write_bytes(text + body + (
        b"xref\n3 1\n%010d 00000 n \ntrailer\n<</Size 6/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
        % (at, before, at + len(body))))
    return file
