# SPDX-License-Identifier: BSD-2-Clause
"""Firefox and Chromium log in with the card, in a real window."""

import itertools
import json

import pytest

from browser import (JPKI, PATIENCE, Browser, log_in, log_in_with_a_phone, mistype, move_card,
                     move_reader)
from preferences import QUIET, prefer
from support import BUILD, needs

pytestmark = pytest.mark.timeout(PATIENCE)

PREFERENCES = QUIET | {
    # As many seconds as this slow machine may take to type a PIN; it is 30 otherwise.
    "network.http.tls-handshake-timeout": 600,
}
POLICIES = {"AutoSelectCertificateForUrls": ['{"pattern": "https://localhost", "filter": {}}']}
SETTINGS = "/etc/chromium"


class Firefox(Browser):
    name = "firefox"
    programs = ("firefox-esr",)
    # where programs that register modules look for one
    place = ".mozilla/firefox/0abcdefg.default-esr"
    prompt_text = r"authenticate to the security device \(JPKI User Authentication\)"
    forgets_choice = False

    def configure(self):
        preferences = dict(PREFERENCES)
        if not self.chooses:
            preferences["security.default_personal_cert"] = "Select Automatically"
        path = self.folder / self.place
        prefer(path, preferences)
        (path.parent / "profiles.ini").write_text(
            f"[Profile0]\nName=default-esr\nIsRelative=1\nPath={path.name}\nDefault=1\n")

    def command(self):
        return "firefox-esr", "--no-remote", "--profile", self.folder / self.place


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


BROWSERS = {"firefox": Firefox, "chromium": Chromium}


@pytest.fixture(params=BROWSERS)
def browsers(request, screens, tmp_path, certificates):
    """Makes browsers in a sandbox, each with a screen, a home and a profile of its own."""
    numbers = itertools.count()

    def make(sandbox, **options):
        folder = tmp_path / f"{request.param}{next(numbers)}"
        return BROWSERS[request.param](sandbox, screens(), folder, certificates, **options)

    return make


@pytest.mark.parametrize("browsers", [pytest.param("firefox", marks=pytest.mark.smoke), "chromium"],
                         indirect=True)
@pytest.mark.parametrize("protocol, chooses", [("TLSv1.2", False), ("TLSv1.3", True)])
def test_a_browser_logs_in(browsers, sandbox, record_property, protocol, chooses):
    log_in(browsers(sandbox, chooses=chooses), protocol, record_property)


@pytest.mark.parametrize("browsers", ["firefox"], indirect=True)
@pytest.mark.parametrize("module", [None, "jpki-pkcs11"],
                         ids=["authentication alone", "both tokens"])
def test_it_asks_little_of_a_card_that_it_has_seen(browsers, sandbox, record_property, module):
    """The second time, with a profile that was never used."""
    first = browsers(sandbox, module=module)
    log_in(first, "TLSv1.3", record_property)
    first.replace_card()
    log_in(browsers(sandbox, module=module, after=first), "TLSv1.3", record_property)


@pytest.mark.parametrize("protocol, module", [("TLSv1.2", None), ("TLSv1.3", "jpki-pkcs11")],
                         ids=["authentication alone", "both tokens"])
def test_it_logs_in_with_a_phone(browsers, sandboxes, protocol, module):
    """And never asks for the signature password."""
    log_in_with_a_phone(browsers(sandboxes("--quirk", "label=android"), module=module), protocol)


def test_it_spends_tries_for_wrong_pins_alone(browsers, sandbox):
    mistype(browsers(sandbox))


def test_it_sees_the_card_come_and_go(browsers, sandbox):
    move_card(browsers(sandbox))


def test_it_sees_a_reader_and_asks_for_one_pin_though_there_are_two(browsers, sandboxes):
    move_reader(browsers(sandboxes("--no-reader"), module="jpki-pkcs11", chooses=True))


@pytest.mark.parametrize("browsers, order", [("firefox", "before"), ("firefox", "after"),
                                             ("chromium", "after")], indirect=["browsers"])
def test_it_logs_in_once_opensc_is_out(browsers, sandbox, record_property, order):
    """Debian's program has registered OpenSC's module before set-up or after it, as at each login to
    its desktop; jpki doctor takes it out: one prompt, and TLS 1.3. It is put back as it was."""
    needs("pkcs11-register")
    browser = browsers(sandbox)
    modules = browser.folder / browser.place / "pkcs11.txt"

    def run(*command, status=0):
        return sandbox.run(*command, env=browser.environment(), status=status)

    steps = [("pkcs11-register",), (JPKI, "setup", browser.name, "--modules", BUILD / "src")]
    run(JPKI, "setup", browser.name, "--remove")
    for step in steps if order == "before" else reversed(steps):
        run(*step)
    registered = modules.read_bytes()
    assert b"opensc-pkcs11.so" in registered and b"jpki-pkcs11-auth.so" in registered
    for words, status in ((("doctor",), 1), (("setup", browser.name, "--check"), 0)):
        said = " ".join(run(JPKI, *words, status=status).split())
        assert f"OpenSC's module is registered too, in {modules}." in said
    run(JPKI, "doctor", "--fix", status=0)
    assert b"opensc-pkcs11.so" not in modules.read_bytes()
    log_in(browser, "TLSv1.3", record_property)
    run(JPKI, "doctor", "--unfix", status=0)
    assert modules.read_bytes() == registered
