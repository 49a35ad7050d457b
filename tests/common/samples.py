# SPDX-License-Identifier: BSD-2-Clause
"""The sample files of the documentation, which the tests use with other paths and ports."""

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
