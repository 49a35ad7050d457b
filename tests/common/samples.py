# SPDX-License-Identifier: BSD-2-Clause
"""The sample files of the documentation, which the tests use with other paths and ports; and a
document to sign."""

from support import BUILD, ROOT

SAMPLES = ROOT / "tools" / "doc" / "samples"
INSTALLED = "/usr/lib/x86_64-linux-gnu/pkcs11/"


def sample(name, changes=None, modules=True):
    """The text of a sample with each of these strings, which it must hold, replaced by another.
    If it names modules, they are the built ones."""
    text = (SAMPLES / name).read_text(encoding="utf-8")
    changes = {**({INSTALLED: f"{BUILD}/src/"} if modules else {}), **(changes or {})}
    for old, new in changes.items():
        assert old in text, f"{name} does not hold {old!r}"
        text = text.replace(old, str(new))
    return text


def pdf(objects, head=b"%PDF-1.7\n"):
    """A PDF of these objects, numbered from 1; the first is its catalog."""
    text, table = head, b"0000000000 65535 f \n"
    for number, body in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(text)
        text += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(objects) + 1
    return text + (b"xref\n0 %d\n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
                   % (size, table, size, len(text)))


def minimal_pdf():
    """One empty page."""
    return pdf([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
    ])
