# SPDX-License-Identifier: BSD-2-Clause
"""What looks over the module's shoulder (tools/doc/develop/debug.md) shows what the card is told."""

import pathlib

from support import TIMEOUT, needs, wait_until

SELECT = "00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01"


def test_pcsc_spy(sandbox, home, tmp_path):
    needs("pcsc-spy")
    (library,) = pathlib.Path("/usr/lib").glob("*/libpcscspy.so.0")
    said = tmp_path / "said"
    spy = sandbox.spawn(said, "pcsc-spy", "--nocolor", env={"HOME": home})
    wait_until((home / "pcsc-spy").is_fifo)
    listed = sandbox.pkcs11_tool("--list-token-slots", env={"HOME": home, "LD_PRELOAD": library})
    assert "JPKI User Authentication" in listed
    spy.wait(TIMEOUT)
    assert "SCardTransmit" in said.read_text() and SELECT in said.read_text()


def test_trace(sandbox):
    said = sandbox.pkcs11_tool("--list-token-slots", env={"JPKI_LOG": "trace"})
    assert f"> {SELECT}\n" in said and "< 90 00\n" in said
