# SPDX-License-Identifier: BSD-2-Clause
"""The three modules: one body of code, each with its own tokens, and where they are installed."""

import pathlib
import re
import subprocess
import sys

import pytest

from support import (AUTH, MODULES, PIN, PSS, SIGN, TIMEOUT, assert_signed, built, install,
                     output, p11_kit)

CERTIFICATE = {AUTH: "authentication.pem", SIGN: "signature.pem"}
EF = {AUTH: "0018", SIGN: "001B"}
OTHER = {AUTH: SIGN, SIGN: AUTH}
ONE_TOKEN = {name: labels[0] for name, labels in MODULES.items() if len(labels) == 1}
TEXT = "住所を変更します。\n".encode()

# With two cards in two readers: which of the four slots each module has.
SLOTS = {
    "jpki-pkcs11": ["0x0", "0x1", "0x2", "0x3"],
    "jpki-pkcs11-auth": ["0x0", "0x2"],
    "jpki-pkcs11-sign": ["0x1", "0x3"],
}


def slots(listed):
    return re.findall(r"^Slot \d+ \((0x[0-9a-f]+)\)", listed, re.MULTILINE)


def tokens(listed):
    return re.findall(r"^  token label +: (.*?) *$", listed, re.MULTILINE)


# --- what they show ------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_a_module_shows_its_tokens_under_the_same_slot_numbers(sandboxes, name):
    sandbox = sandboxes("--cards", "2")
    listed = sandbox.pkcs11_tool("--list-slots", module=built(name))
    assert slots(listed) == SLOTS[name]
    assert tokens(listed) == [*MODULES[name]] * 2


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("missing", ["--no-service", "--no-reader", "--no-card"])
def test_a_module_keeps_its_slots_without_a_card(sandboxes, name, missing):
    listed = sandboxes(missing).pkcs11_tool("--list-slots", module=built(name))
    readers = 2 if missing == "--no-card" else 1
    assert slots(listed) == SLOTS[name][:readers * len(MODULES[name])]
    assert tokens(listed) == []


@pytest.mark.parametrize("name, slot", [("jpki-pkcs11-auth", "1"), ("jpki-pkcs11-sign", "0")])
def test_the_other_slot_does_not_exist(sandbox, card, name, slot):
    card.mark()
    for action in (["--list-objects"], ["--login", "--pin", PIN[OTHER[ONE_TOKEN[name]]], "-O"]):
        said = sandbox.pkcs11_tool("--slot", slot, *action, module=built(name), status=1)
        assert "CKR_SLOT_ID_INVALID" in said
    assert card.verifies() == []


@pytest.mark.parametrize("name, label", ONE_TOKEN.items())
def test_a_module_of_one_token_leaves_the_other_key_alone(sandbox, card, name, label):
    """Not even the tries that are left are asked for."""
    card.mark()
    said = sandbox.pkcs11_tool("--login", "--pin", PIN[label], "--list-objects", module=built(name))
    assert label.removeprefix("JPKI ") in said
    assert OTHER[label].removeprefix("JPKI ") not in said
    assert {entry.ef for entry in card.entries() if entry.ef} == {EF[label]}
    assert len(card.verifies()) == 1


@pytest.mark.parametrize("name, label", ONE_TOKEN.items())
def test_the_other_pin_is_refused_without_a_try(sandbox, card, name, label):
    card.mark()
    said = sandbox.pkcs11_tool("--login", "--pin", PIN[OTHER[label]], "-O", module=built(name),
                               status=1)
    assert "CKR_PIN_INCORRECT" in said
    assert card.verifies() == []


# --- what they do --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, label, mechanism, options, pins",
    [
        ("jpki-pkcs11-auth", AUTH, "SHA256-RSA-PKCS", (), 1),
        ("jpki-pkcs11-auth", AUTH, "SHA256-RSA-PKCS-PSS", PSS, 1),
        ("jpki-pkcs11-sign", SIGN, "SHA256-RSA-PKCS", (), 2),  # the second for this signature
    ],
)
def test_a_module_signs(sandbox, card, certificates, tmp_path, name, label, mechanism, options,
                        pins):
    card.mark()
    signature = sandbox.sign(label, mechanism, TEXT, tmp_path, module=built(name))
    assert_signed(certificates / CERTIFICATE[label], TEXT, signature, tmp_path, options=options)
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [(EF[label], "9000")] * pins
    assert card.verified() == []


# Both modules in one program, their sessions open at the same time; two signatures of each.
SIDE_BY_SIDE = """
import pathlib, sys
from PyKCS11 import *

folder = pathlib.Path(sys.argv[1])
sessions = []
for name, pin in (sys.argv[2:4], sys.argv[4:6]):
    library = PyKCS11Lib()
    library.load(name)
    [slot] = library.getSlotList(tokenPresent=True)
    session = library.openSession(slot)
    session.login(pin)
    sessions.append(session)
for number in (1, 2):
    for name, session in zip(("auth", "sign"), sessions):
        [key] = session.findObjects([(CKA_CLASS, CKO_PRIVATE_KEY)])
        signature = session.sign(key, (folder / "text").read_bytes(),
                                 Mechanism(CKM_SHA256_RSA_PKCS))
        (folder / f"{name}{number}").write_bytes(bytes(signature))
sessions[0].logout()
print("other session:", sessions[1].getSessionInfo().state2text())
"""


def test_two_modules_in_one_program(sandbox, card, certificates, tmp_path):
    """As between two programs: a logout leaves the card to the other, which locks it at its end."""
    (tmp_path / "text").write_bytes(TEXT)
    card.mark()
    said = sandbox.run(sys.executable, "-c", SIDE_BY_SIDE, tmp_path,
                       built("jpki-pkcs11-auth"), PIN[AUTH], built("jpki-pkcs11-sign"), PIN[SIGN])
    for name, label in (("auth", AUTH), ("sign", SIGN)):
        for number in (1, 2):
            assert_signed(certificates / CERTIFICATE[label], TEXT, tmp_path / f"{name}{number}",
                          tmp_path)
    assert "other session: CKS_RO_USER_FUNCTIONS" in said
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [
        (EF[AUTH], "9000"), (EF[SIGN], "9000")]
    assert card.verified() == []


# --- what they are made of -----------------------------------------------------------------


def role_constant(name):
    """Its place in the file, found by way of the read-only data that it is in."""
    sections = re.search(r" \.rodata +PROGBITS +([0-9a-f]+) ([0-9a-f]+)",
                         output("readelf", "--wide", "--sections", built(name)))
    address, offset = (int(word, 16) for word in sections.groups())
    symbol = re.search(r"^module_roles r ([0-9a-f]+)",
                       output("nm", "--format=posix", built(name)), re.MULTILINE)
    return int(symbol.group(1), 16) - address + offset


def code(name, folder):
    """The module's file without what only tells builds apart."""
    stripped = folder / name
    subprocess.run(["objcopy", "--strip-all", "--remove-section=.note.gnu.build-id",
                    built(name), stripped], timeout=TIMEOUT, check=True)
    return stripped.read_bytes()


def test_the_modules_differ_in_one_constant(tmp_path):
    files = {name: code(name, tmp_path) for name in MODULES}
    place = role_constant("jpki-pkcs11")
    whole = files["jpki-pkcs11"]
    assert whole[place] == 1 | 2  # a bit for each token
    for name, value in (("jpki-pkcs11-auth", 1), ("jpki-pkcs11-sign", 2)):
        assert len(files[name]) == len(whole)
        differences = [(i, byte) for i, byte in enumerate(files[name]) if byte != whole[i]]
        assert differences == [(place, value)]


# --- where they are installed ----------------------------------------------------------------


def below(root, path):
    """Where a file of the machine is below the folder that stands for its root."""
    return root / pathlib.Path(path).relative_to("/")


def module_line(file):
    return re.search(r"^module: (.+)$", file.read_text(), re.MULTILINE).group(1)


def assert_installed(folder):
    for name in MODULES:
        assert (folder / f"{name}.so").read_bytes() == built(name).read_bytes()


def test_debian_s_layout_is_found_by_p11_kit(installed):
    """p11-kit reads the file, and looks for a plain name in its own folder."""
    assert_installed(below(installed, p11_kit("p11_module_path")))
    file = below(installed, p11_kit("p11_module_configs")) / "jpki.module"
    assert module_line(file) == "jpki-pkcs11.so"


@pytest.mark.parametrize(
    "options, prefix", [((), "/usr/local"), (("--prefix=/opt/jpki",), "/opt/jpki")]
)
def test_another_prefix_is_named_in_full(tmp_path, options, prefix):
    root = install(tmp_path, *options)
    module = module_line(below(root, prefix) / "share/p11-kit/modules/jpki.module")
    assert module.startswith(f"{prefix}/lib")
    assert module.endswith("/pkcs11/jpki-pkcs11.so")
    assert_installed(below(root, module).parent)
