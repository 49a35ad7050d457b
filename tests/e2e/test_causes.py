# SPDX-License-Identifier: BSD-2-Clause
"""From a CKR_ code in the log to its cause in two lines: the one that has the code says whose word the
error is and what it is called; the last one before it with that name, what was said on the way."""

import re

import pytest

from support import AUTH, BUILD, PIN, TIMEOUT, first_line

HOLD = BUILD / "tests" / "e2e" / "hold"

# What happens, to which PIN; whose word it is, the error and the code; what was said on the way, or
# nothing where the error was made here. A signature that is refused is asked for once more in
# another form, after a SELECT; then pkcs11-tool asks for it anew, and gets it.
CAUSES = {
    "a wrong PIN": ([], "9999", "the card", "JPKI_ERR_PIN_WRONG", "CKR_PIN_INCORRECT", None),
    "a PIN too short": ([], "99", "not sent to the card", "JPKI_ERR_PIN_LENGTH",
                        "CKR_PIN_INCORRECT", None),
    "an odd answer to the PIN": ([("sw", "verify", "6F42")], PIN[AUTH], "the card",
                                 "JPKI_ERR_STATUS", "CKR_DEVICE_ERROR", "status word 6F42"),
    "a refused signature": ([("sw", "sign", "6985"), ("sw", "sign+2", "6985")], PIN[AUTH],
                            "the card", "JPKI_ERR_LENGTH", "CKR_DEVICE_ERROR", "status word 6985"),
    "a card pulled at a signature": ([("eject", "sign")], PIN[AUTH], "the way to the card",
                                     r"JPKI_ERR_\w+", r"CKR_DEVICE_\w+", r"SCard\w+: SCARD_\w+"),
}


@pytest.mark.parametrize("name", CAUSES)
def test_a_code_has_its_cause_two_lines_away(sandbox, card, tmp_path, name):
    faults, pin, whose, error, code, said = CAUSES[name]
    for fault in faults:
        card.fault(*fault)
    log = tmp_path / "log"
    (tmp_path / "data").write_bytes(b"data")
    sandbox.pkcs11_tool(
        "--token-label", AUTH, "--login", "--pin", pin, "--sign", "--mechanism", "SHA256-RSA-PKCS",
        "--input-file", tmp_path / "data", "--output-file", tmp_path / "signature",
        env={"JPKI_LOG": "info", "JPKI_LOG_FILE": log}, status=None)
    lines = log.read_text().splitlines()
    # the first: a card that is pulled may be an error of the way at first, and then be gone
    at = next(number for number, line in enumerate(lines)
              if re.search(rf": {whose}: .* \({error}\) -> {code}$", line))
    named = re.search(r"\((JPKI_ERR_\w+)\) ->", lines[at]).group(1)
    before = [line for line in lines[:at] if f"({named})" in line]
    if said is None:
        assert before == []
    else:
        assert re.search(said, before[-1])


def test_a_session_without_a_card_has_its_cause_in_the_log(sandbox, card, tmp_path):
    card.eject()
    log = tmp_path / "log"
    sandbox.pkcs11_tool("--slot", "0", "--login", "--pin", PIN[AUTH], "-O",
                        env={"JPKI_LOG": "info", "JPKI_LOG_FILE": log}, status=1)
    assert re.search(r": the way to the card: .* \(JPKI_ERR_NO_CARD\) -> CKR_TOKEN_NOT_PRESENT$",
                     log.read_text(), re.MULTILINE)


def test_a_session_without_the_service_has_its_cause_in_the_log(sandbox, tmp_path):
    """The service stops after the program has seen the reader."""
    log = tmp_path / "log"
    program = sandbox.start(HOLD, sandbox.module, env={"JPKI_LOG": "info", "JPKI_LOG_FILE": log})

    def answer(call):
        program.stdin.write(call + "\n")
        program.stdin.flush()
        return first_line(program, TIMEOUT)

    assert answer("initialize") == "0"
    sandbox.service("kill")
    assert answer("open 0") == "e0"
    assert answer("finalize") == "0"
    program.stdin.close()
    program.wait(TIMEOUT)
    program.stdout.close()
    assert re.search(r": the way to the card: .* \(JPKI_ERR_NO_SERVICE\) -> CKR_TOKEN_NOT_PRESENT$",
                     log.read_text(), re.MULTILINE)
