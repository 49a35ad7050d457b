# SPDX-License-Identifier: BSD-2-Clause
"""Python with PyKCS11: the sample of the documentation signs with either key."""

import pytest

from nss import EF
from samples import SAMPLES
from support import AUTH, PIN, PIN_LATE, SIGN, assert_signed, needs, openssl
from terminal import Terminal

PYTHON = "/usr/bin/python3"
CERTIFICATE = {AUTH: "authentication.pem", SIGN: "signature.pem"}
MOST = {AUTH: 19, SIGN: 22}
WRONG = {AUTH: "4321", SIGN: "XYZ987"}
TEXT = "口座を開きます。\n".encode()


@pytest.fixture
def program(sandbox, tmp_path):
    """Runs the sample for a token at a terminal; what is shown where the PIN is typed."""
    needs("/usr/lib/python3/dist-packages/PyKCS11")
    text = tmp_path / "text"
    text.write_bytes(TEXT)

    def run(label, pin=None, status=0):
        command = (PYTHON, SAMPLES / "sign.py", "--module", sandbox.module, "--token", label, text)
        with Terminal(sandbox.within(*command)) as terminal:
            if pin:
                terminal.wait_for(f"PIN of {label}: ")
                terminal.answer(pin)
            assert terminal.end() == status, terminal.shown
            return terminal.shown

    return run


@pytest.mark.parametrize("label", [AUTH, SIGN])
def test_the_sample_signs(card, program, certificates, tmp_path, label):
    """A wrong PIN first, then at the last try, and not at all once it is blocked."""
    pin, tries = {AUTH: ("authentication", 3), SIGN: ("signature", 5)}[label]
    card.mark()
    assert "CKR_PIN_INCORRECT" in program(label, WRONG[label], status=1)
    card.set_tries(pin, 1)
    assert "the last try" in program(label, PIN[label])
    assert card.exchanges() <= MOST[label] + 2 * PIN_LATE  # of both
    assert_signed(certificates / CERTIFICATE[label], TEXT, tmp_path / "text.signature", tmp_path)
    assert openssl("x509", "-inform", "DER", "-in", tmp_path / "text.certificate") == openssl(
        "x509", "-in", certificates / CERTIFICATE[label])
    assert card.answers(EF[label]) == [f"63C{tries - 1}", "9000"]
    assert card.verified() == []
    card.set_tries(pin, 0)
    assert "blocked" in program(label, status=1)
    assert len(card.verifies()) == 2
