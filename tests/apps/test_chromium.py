# SPDX-License-Identifier: BSD-2-Clause
"""Chromium logs in with the card, in a real window."""

import json

import pytest

from browser import (PATIENCE, Browser, log_in, log_in_with_a_phone, mistype, move_card,
                     move_reader)
from support import JPKI, needs

pytestmark = pytest.mark.timeout(PATIENCE)

POLICIES = {"AutoSelectCertificateForUrls": ['{"pattern": "https://localhost", "filter": {}}']}
SETTINGS = "/etc/chromium"


class Chromium(Browser):
    name = "chromium"
    programs = ("chromium",)
    place = ".pki/nssdb"
    prompt_text = "unlock JPKI User Authentication to authenticate to localhost"
    forgets_choice = True

    def configure(self):
        """The policies are the sandbox's alone."""
        if not self.chooses:
            policies = self.folder / "settings" / "policies" / "managed"
            policies.mkdir(parents=True)
            (policies / "jpki.json").write_text(json.dumps(POLICIES))
            self.sandbox.run("mount", "--bind", self.folder / "settings", SETTINGS)

    def command(self):
        """Root may not have Chromium's own sandbox; the passwords of a desktop's keyring are not
        asked for."""
        return ("chromium", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--no-default-browser-check", "--disable-background-networking",
                "--password-store=basic", f"--user-data-dir={self.folder}/data")


@pytest.fixture
def chromium(screen, tmp_path, certificates):
    """Makes a Chromium in a sandbox."""
    def make(sandbox, **options):
        return Chromium(sandbox, screen, tmp_path / "chromium", certificates, **options)

    return make


@pytest.mark.parametrize("protocol, chooses", [("TLSv1.2", False), ("TLSv1.3", True)])
def test_chromium_logs_in(chromium, sandbox, record_property, protocol, chooses):
    log_in(chromium(sandbox, chooses=chooses), protocol, record_property)


def test_chromium_logs_in_once_opensc_is_out(chromium, sandbox, record_property):
    """Debian's program has registered OpenSC's module, as at each login to its desktop; jpki doctor
    takes it out: one prompt, and TLS 1.3. It is put back as it was."""
    needs("pkcs11-register")
    browser = chromium(sandbox)
    modules = browser.folder / browser.place / "pkcs11.txt"

    def doctor(*words, status):
        return sandbox.run(JPKI, "doctor", *words, env=browser.environment(), status=status)

    sandbox.run("pkcs11-register", env=browser.environment())
    registered = modules.read_bytes()
    assert b"opensc-pkcs11.so" in registered
    assert "OpenSC's module is registered too" in doctor(status=1)
    doctor("--fix", status=0)
    log_in(browser, "TLSv1.3", record_property)
    doctor("--unfix", status=0)
    assert modules.read_bytes() == registered


@pytest.mark.parametrize("protocol, module", [("TLSv1.2", None), ("TLSv1.3", "jpki-pkcs11")],
                         ids=["authentication alone", "both tokens"])
def test_chromium_logs_in_with_a_phone(chromium, sandboxes, protocol, module):
    """And never asks for the signature password."""
    log_in_with_a_phone(chromium(sandboxes("--quirk", "label=android"), module=module), protocol)


def test_chromium_spends_tries_for_wrong_pins_alone(chromium, sandbox):
    mistype(chromium(sandbox))


def test_chromium_sees_the_card_come_and_go(chromium, sandbox):
    move_card(chromium(sandbox))


def test_chromium_sees_a_reader_and_asks_for_one_pin_though_there_are_two(chromium, sandboxes):
    move_reader(chromium(sandboxes("--no-reader"), module="jpki-pkcs11", chooses=True))
