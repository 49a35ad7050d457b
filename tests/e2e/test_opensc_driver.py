# SPDX-License-Identifier: BSD-2-Clause
"""OpenSC's JPKI driver, written by others against real cards, takes the virtual card for one."""

import pytest

from support import OPENSC, PIN, AUTH, SIGN, assert_signed

KEYS = {
    "authentication": ("User Authentication PIN", PIN[AUTH]),
    "signature": ("Digital Signature PIN", PIN[SIGN]),
}


def slot_of(sandbox, words):
    """The number of the slot whose token's label has these words."""
    slot = None
    for line in sandbox.pkcs11_tool("-L", module=OPENSC).splitlines():
        if line.startswith("Slot "):
            slot = line.split("(")[1].split(")")[0]
        if "token label" in line and words in line:
            return slot
    raise AssertionError(f"no token with {words} in its label")


def test_lists_tokens_and_objects(sandbox):
    words, pin = KEYS["authentication"]
    assert "JPKI" in sandbox.pkcs11_tool("-L", module=OPENSC)
    objects = sandbox.pkcs11_tool(
        "--slot", slot_of(sandbox, words), "--login", "--pin", pin, "-O", module=OPENSC
    )
    assert "Certificate Object" in objects
    assert "Private Key Object; RSA" in objects


@pytest.mark.parametrize("key", KEYS)
def test_signs(sandbox, certificates, tmp_path, key):
    words, pin = KEYS[key]
    text, signature = tmp_path / "text", tmp_path / "signature"
    text.write_bytes(b"signed through another module\n")
    signature.write_bytes(b"")
    sandbox.pkcs11_tool(
        "--slot", slot_of(sandbox, words), "--login", "--pin", pin, "--sign", "-m",
        "SHA256-RSA-PKCS", "--input-file", text, "--output-file", signature, module=OPENSC,
    )
    assert_signed(certificates / f"{key}.pem", text.read_bytes(), signature, tmp_path)
