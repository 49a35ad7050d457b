# SPDX-License-Identifier: BSD-2-Clause
"""Asking costs nothing: a call that needs no card makes hardly a system call, and none to the PC/SC
service, if the reader was looked at a moment ago."""

import re

import pytest

from support import AUTH, BUILD, MODULE, PIN, built

ASKING = BUILD / "tests" / "e2e" / "asking"
CALLS = ["C_SignUpdate", "C_DigestUpdate", "C_GetSessionInfo", "C_GetSlotInfo", "C_GetTokenInfo",
         "C_GetMechanismInfo", "C_FindObjects", "C_FindObjects-certificate", "C_GetAttributeValue",
         "C_GetAttributeValue-certificate"]
TIMES = 1000
FEWER_THAN = 50


def traced(sandbox, module, folder):
    """What the program printed, and the system calls of all its threads, one a line: also those
    that another one has interrupted, once."""
    trace = folder / "trace"
    said = sandbox.run("strace", "-f", "-s", "64", "-o", trace, ASKING, module, PIN[AUTH])
    return said, [line for line in trace.read_text().splitlines()
                  if re.match(r"\d+ +\w+\(", line)]


def between(lines, name):
    """The system calls between the two lines that the program printed of these calls."""
    marks = [number for number, line in enumerate(lines)
             if re.search(rf'write\(1, "(begin|end) {name}\\n"', line)]
    assert len(marks) == 2, name
    return lines[marks[0] + 1:marks[1]]


@pytest.mark.parametrize("module", [MODULE, built("jpki-pkcs11-auth")], ids=lambda path: path.stem)
def test_a_thousand_calls_make_fewer_than_fifty_system_calls(sandbox, tmp_path, record_property,
                                                             module):
    said, lines = traced(sandbox, module, tmp_path)
    assert said == "".join(f"begin {name}\nend {name}\n" for name in CALLS)
    counts = {name: len(between(lines, name)) for name in CALLS}
    record_property(f"system calls of {TIMES} calls", counts)
    assert {name: count for name, count in counts.items() if count >= FEWER_THAN} == {}


def test_the_count_counts(sandbox, tmp_path):
    """What needs the card, the signature at the end, is found in the same way."""
    _, lines = traced(sandbox, MODULE, tmp_path)
    last = max(number for number, line in enumerate(lines) if 'write(1, "end ' in line)
    assert len([line for line in lines[last:] if re.match(r"\d+ +(sendto|sendmsg|write)\(", line)]) > 3


def test_a_signature_of_much_data_asks_the_service_for_the_signature_alone(sandbox, card, tmp_path):
    """pkcs11-tool gives a kilobyte a call; four times as much data costs no more messages."""
    counts = []
    for kilobytes in (256, 1024):
        text, trace = tmp_path / "text", tmp_path / "trace"
        text.write_bytes(bytes(kilobytes * 1024))
        card.mark()
        sandbox.run("strace", "-f", "-e", "trace=sendto,sendmsg", "-o", trace, "pkcs11-tool",
                    "--module", sandbox.module, "--token-label", AUTH, "--login", "--pin", PIN[AUTH],
                    "--sign", "--mechanism", "SHA256-RSA-PKCS", "--input-file", text,
                    "--output-file", tmp_path / "signature")
        counts.append(len(re.findall(r"^\d+ +send", trace.read_text(), re.MULTILINE)))
        assert len(card.events("sign")) == 1
    assert counts[1] < counts[0] + FEWER_THAN
