# SPDX-License-Identifier: BSD-2-Clause
"""Firefox logs in with the card, in a real window."""

import itertools
import json

import pytest

from browser import (JPKI, PATIENCE, Browser, log_in, log_in_with_a_phone, mistype, move_card,
                     move_reader)
from support import BUILD, needs

pytestmark = pytest.mark.timeout(PATIENCE)

PREFERENCES = {
    # Nothing but the page: no welcome, no questions, no news.
    "browser.aboutwelcome.enabled": False,
    "browser.preonboarding.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "termsofuse.bypassNotification": True,
    # Nothing goes out.
    "app.normandy.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    # As many seconds as this slow machine may take to type a PIN; it is 30 otherwise.
    "network.http.tls-handshake-timeout": 600,
}


class Firefox(Browser):
    name = "firefox"
    programs = ("firefox-esr",)
    place = "profile"
    prompt_text = r"authenticate to the security device \(JPKI User Authentication\)"
    forgets_choice = False

    def configure(self):
        preferences = dict(PREFERENCES)
        if not self.chooses:
            preferences["security.default_personal_cert"] = "Select Automatically"
        (self.folder / self.place / "user.js").write_text("".join(
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
            for name, value in preferences.items()))

    def command(self):
        return "firefox-esr", "--no-remote", "--profile", self.folder / self.place


@pytest.fixture
def firefox(screens, tmp_path, certificates):
    """Makes Firefoxes in a sandbox, each with a screen, a home and a profile of its own."""
    numbers = itertools.count()

    def make(sandbox, **options):
        folder = tmp_path / f"firefox{next(numbers)}"
        return Firefox(sandbox, screens(), folder, certificates, **options)

    return make


@pytest.mark.smoke
@pytest.mark.parametrize("protocol, chooses", [("TLSv1.2", False), ("TLSv1.3", True)])
def test_firefox_logs_in(firefox, sandbox, record_property, protocol, chooses):
    log_in(firefox(sandbox, chooses=chooses), protocol, record_property)


@pytest.mark.parametrize("module", [None, "jpki-pkcs11"],
                         ids=["authentication alone", "both tokens"])
def test_firefox_asks_little_of_a_card_that_it_has_seen(firefox, sandbox, record_property, module):
    """The second time, with a profile that was never used."""
    first = firefox(sandbox, module=module)
    log_in(first, "TLSv1.3", record_property)
    first.replace_card()
    log_in(firefox(sandbox, module=module, after=first), "TLSv1.3", record_property)


@pytest.mark.parametrize("protocol, module", [("TLSv1.2", None), ("TLSv1.3", "jpki-pkcs11")],
                         ids=["authentication alone", "both tokens"])
def test_firefox_logs_in_with_a_phone(firefox, sandboxes, protocol, module):
    """And never asks for the signature password."""
    log_in_with_a_phone(firefox(sandboxes("--quirk", "label=android"), module=module), protocol)


def test_firefox_spends_tries_for_wrong_pins_alone(firefox, sandbox):
    mistype(firefox(sandbox))


def test_firefox_sees_the_card_come_and_go(firefox, sandbox):
    move_card(firefox(sandbox))


def test_firefox_sees_a_reader_and_asks_for_one_pin_though_there_are_two(firefox, sandboxes):
    move_reader(firefox(sandboxes("--no-reader"), module="jpki-pkcs11", chooses=True))


class OnDesktop(Firefox):
    """With a profile where programs that register modules look for one."""

    place = ".mozilla/firefox/0abcdefg.default-esr"

    def configure(self):
        super().configure()
        path = self.folder / self.place
        (path.parent / "profiles.ini").write_text(
            f"[Profile0]\nName=default-esr\nIsRelative=1\nPath={path.name}\nDefault=1\n")


@pytest.mark.parametrize("order", ["before", "after"])
def test_firefox_logs_in_once_opensc_is_out(screen, sandbox, tmp_path, certificates,
                                            record_property, order):
    """Debian's program has registered OpenSC's module before set-up or after it, as at each login to
    its desktop; jpki doctor takes it out: one prompt, and TLS 1.3. It is put back as it was."""
    needs("pkcs11-register")
    browser = OnDesktop(sandbox, screen, tmp_path / "firefox", certificates)
    modules = browser.folder / browser.place / "pkcs11.txt"

    def run(*command, status=0):
        return sandbox.run(*command, env=browser.environment(), status=status)

    steps = [("pkcs11-register",), (JPKI, "setup", "firefox", "--modules", BUILD / "src")]
    run(JPKI, "setup", "firefox", "--remove")
    for step in steps if order == "before" else reversed(steps):
        run(*step)
    registered = modules.read_bytes()
    assert b"opensc-pkcs11.so" in registered and b"jpki-pkcs11-auth.so" in registered
    for words, status in ((("doctor",), 1), (("setup", "firefox", "--check"), 0)):
        said = " ".join(run(JPKI, *words, status=status).split())
        assert f"OpenSC's module is registered too, in {modules}." in said
    run(JPKI, "doctor", "--fix", status=0)
    assert b"opensc" not in modules.read_bytes()
    log_in(browser, "TLSv1.3", record_property)
    run(JPKI, "doctor", "--unfix", status=0)
    assert modules.read_bytes() == registered
