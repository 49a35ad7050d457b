# SPDX-License-Identifier: BSD-2-Clause
"""What the virtual card's other applications have in them, through the service."""

import re

import pytest

from support import Card

COMMON, INPUT_AID = "00A4040C0AD3921000310001010100", "00A4040C0AD3921000310001010408"
PARTS = {"name": "DF22", "address": "DF23", "birth-date": "DF24", "sex": "DF25"}


def ask(sandbox, *commands):
    """What comes back, in hexadecimal, each with its status word at the end."""
    said = sandbox.run("opensc-tool", *(word for command in commands for word in ("-s", command)))
    return ["".join(re.findall(r"^(?:[0-9A-F]{2} ){1,16}", data, re.MULTILINE)).replace(" ", "") +
            sw1 + sw2
            for sw1, sw2, data in re.findall(
                r"^Received \(SW1=0x(..), SW2=0x(..)\):?\n((?:(?:[0-9A-F]{2} ){1,16} *\S.*\n)*)",
                said, re.MULTILINE)]


def test_the_four_attributes(sandbox, card):
    card.mark()
    *before, refused, verified, read = ask(
        sandbox, INPUT_AID, "00200091", "00B0820000", "002000910435363738", "00B0820000")
    assert (before, refused, verified) == (["9000", "63C3"], "6982", "9000")
    for name, tag in PARTS.items():
        value = card.attributes()[name].encode()
        assert f"{tag}{len(value):02X}{value.hex().upper()}" in read
    assert [entry.ef for entry in card.verifies("input-aid")] == ["0011"]
    assert card.verifies("jpki") == [] and len(card.verifies()) == 1
    assert ("0011", "input-aid") in {(entry.ef, entry.application) for entry in card.events("count")}


def test_the_manufacture_number_stays(sandboxes):
    sandbox = sandboxes()
    card = Card(sandbox)
    number = card.attributes()["manufacture-number"]
    chosen, record = ask(sandbox, COMMON, "00B2010C00")
    assert (chosen, record[-4:]) == ("9000", "9000")
    value = bytes.fromhex(record[4:-4]).decode()
    assert len(value) >= 15 and value[2:15] == number
    card.eject()
    card.insert()
    assert card.attributes()["manufacture-number"] == number
    assert card.verifies() == []


@pytest.mark.parametrize("quirk, command, application", [
    ("attributes=absent", INPUT_AID, "input-aid"),
    ("manufacture-number=absent", COMMON, "common"),
])
def test_an_application_may_be_absent(sandboxes, quirk, command, application):
    sandbox = sandboxes("--quirk", quirk)
    assert ask(sandbox, command) == ["6A82"]
    assert application not in {entry.application for entry in Card(sandbox).events("select")}
