# SPDX-License-Identifier: BSD-2-Clause
"""jpki doctor --card: what a card does that others do not, and what it costs to ask."""

import json
import re

import pytest

from command import AUTH_PIN, DONE, FAILED, NO_CARD, NO_PIN, SIGN_PIN, USAGE, Jpki, columns
from support import VCARD, Card, openssl, output, wait_until

pytestmark = pytest.mark.alike

ASK_AUTH = "PIN for user authentication (4 digits): "
# What is told besides, in English or not, comes before.
FIRST = "jpki 0."


class Doctor(Jpki):
    def __init__(self, sandbox, env=None):
        super().__init__(sandbox, env)
        self.card = Card(sandbox)

    def examine(self, *words, pin=AUTH_PIN, status=DONE):
        """What was told of each fact, and the rest of it."""
        said = self("doctor", "--card", "--json", *words, pin=pin, status=status)
        found, _ = json.JSONDecoder().raw_decode(said[said.index("\n{") + 1:])
        return {fact["id"]: fact for fact in found["facts"]}, found

    def sent(self):
        """The answers to the PINs that were sent; and no other PIN was touched."""
        assert self.card.verified() == [] and self.card.events("change") == []
        return [entry.sw for entry in self.card.verifies()]


@pytest.fixture
def doctor(sandbox):
    return Doctor(sandbox)


def table(said):
    """The lines of it: mark, fact, expected, seen."""
    lines = said[said.index(FIRST):].splitlines()
    assert max(map(len, lines)) <= 80
    rows = lines[lines.index(next(line for line in lines if line.startswith("  Fact "))) + 1:]
    rows = rows[:rows.index("")]
    return [(row[:1], row[2:34].strip(), row[34:57].strip(), row[57:]) for row in rows]


def test_a_card_as_expected(doctor):
    said = doctor("doctor", "--card", pin=AUTH_PIN)
    assert said.startswith("Little is published about these cards")
    assert "sent once" in said[:said.index(FIRST)]
    assert said.endswith("\n\n40 agree, 0 differ (!), 1 not asked (-).\n")
    rows = table(said)
    assert ("", "Fact") != rows[0][:2] and rows[0][1] == "answer to reset"
    assert (" ", "signing, P1 = 04, a hash", "PSS, 32 bytes of salt",
            "PSS, 32 bytes of salt") in rows
    assert ("-", "extensions of EF 0001", "keyUsage, policies", "not asked") in rows
    assert {mark for mark, *_ in rows} == {" ", "-"}
    assert doctor.sent() == ["9000"]


def test_for_programs(doctor):
    facts, found = doctor.examine()
    assert (found["reader"], found["holds"], found["key"]) == ("Virtual PCD 00 00", "card", "auth")
    assert (found["agree"], found["differ"], found["not_asked"]) == (40, 0, 1)
    assert facts["sign-05"] == {
        "id": "sign-05", "fact": "signing, P1 = 05, a text", "expected": "PSS, 32 bytes of salt",
        "seen": "PSS, 32 bytes of salt", "outcome": "agrees"}
    assert facts["extensions-sign"]["outcome"] == "not-asked"


def test_with_the_password(doctor):
    facts, found = doctor.examine("sign", pin=SIGN_PIN)
    assert found["not_asked"] == 0 and found["differ"] == 0
    assert "subjectAltName" in facts["extensions-sign"]["seen"]
    assert doctor.sent() == ["9000"]


def test_without_a_pin(doctor):
    facts, found = doctor.examine("--no-pin", pin=None)
    assert facts["read"]["outcome"] == "agrees" and facts["sign-00"]["outcome"] == "not-asked"
    assert doctor.sent() == [] and doctor.card.events("sign")[0].sw == "6982"


QUIRKS = {
    "select-clears=yes": ("select-clears", "forgotten", "differs"),
    "reset-clears=yes": ("reset-clears", "forgotten", "differs"),
    "verified-count=9000": ("tries-verified", "9000", "differs"),
    "first-command=6f00": ("first-command", "6F00, then 9000", "agrees"),
    "short-identifiers=6a86": ("read-short", "6A86", "differs"),
    "sign-forms=pkcs1": ("sign-04", "6A86", "differs"),
    "sign-length=6700": ("sign-length", "6700", "agrees"),
    "pss-salt=20": ("sign-04", "PSS, 20 bytes of salt", "differs"),
    "pss-salt=222": ("sign-05", "PSS, 222 bytes of salt", "differs"),
    "chaining=all": ("read", "6100", "differs"),
    "chaining=half": ("read", "6180, 128 bytes", "differs"),
    "read-limit=128": ("read", "9000, 128 bytes", "differs"),
    "wrong-le=6cxx": ("read-over-end", "6CA0", "differs"),
    "wrong-le=6700": ("read", "6700", "differs"),
    "end-of-file=6282": ("read-over-end", "6282, 160 bytes", "agrees"),
    "token-info=binary": ("token-info-texts", "not printable", "differs"),
    "token-info=missing": ("token-info-length", "there is no such EF", "differs"),
    "presence=short": ("presence-length", "1 byte", "differs"),
    "presence=missing": ("presence-length", "there is no such EF", "differs"),
    "signature-certificate=absent": ("presence", "00 8F 00", "differs"),
    "label=android": ("token-info-label", "Android phone", "agrees"),
    "label=iphone": ("token-info-label", "iPhone", "agrees"),
    "signature=damaged": ("sign-00", "a wrong signature", "differs"),
    "atr=contactless": ("atr", "3B 88 80 01 00 00 05 E0 B3 81 A1 00 7F", "agrees"),
    "atr=contactless-2": ("atr", "3B 88 80 01 00 4B 51 FF 00 81 D1 00 BC", "agrees"),
    "atr=contact-2": ("atr", "3B DA 13 FF 81 31 FB 46 80 12 39 2F 31 C1 73 C6 01 C0 3B", "agrees"),
    "atr=contact-3": ("atr", "3B C5 FF 81 31 FB 45 80 73 C6 01 00 00", "agrees"),
    "pss-salt=0": ("sign-04", "PSS, 0 bytes of salt", "differs"),
    "read-limit=100": ("read", "9000, 100 bytes", "differs"),
    "signature=other-key": ("sign-00", "a wrong signature", "differs"),
    "signature=short": ("sign-00", "9000, 255 bytes", "differs"),
    "token-info=blank": ("token-info-texts", "FF", "differs"),
    "token-info=short": ("token-info-length", "40 bytes", "differs"),
    "authentication-certificate=other-key": ("sign-00", "a wrong signature", "differs"),
    **{f"short-identifiers={sw}": ("read-short", sw.upper(), "differs")
       for sw in ("6b00", "6a82", "6982", "6985", "6986", "6a80")},
}

# Certificates as they should not be: what is told of their extensions.
MALFORMED = {
    **dict.fromkeys(("claimed", "empty", "length-huge", "length-indefinite", "length-4-bytes",
                     "length-8193"), "no certificate"),
    **dict.fromkeys(("not-der", "length-longer", "length-shorter", "length-8192",
                     "not-a-certificate"), "no X.509 certificate"),
    "absent": None,
    "large": "nsComment",
}
CERTIFICATES = {"authentication-certificate": "auth", "signature-certificate": "sign",
                "ca-certificates": "auth-ca"}
# ... of which the key can be read all the same.
BUT_ITS_KEY = "length-8192", "length-longer", "length-shorter"
# Keys that no card has: what is told is that it ended early.
KEYS = ("rsa-1024", "rsa-4096", "ec")

# What is told without any fact: that it is blocked, or that there is no card to ask.
ELSEWHERE = {"blocked-count=6983", "blocked-count=6984", "presence=none", "application=absent",
             "application=foreign", "label=resident"}
UNTOLD = {
    # a wrong PIN would show it, and none is ever sent
    "blocked-verify=6983", "blocked-verify=63c0", "wrong-pin=keeps", "pin-length=6700",
    # what is sent first is a selection
    *(f"preselected={which}" for which in ("issuer", "common", "register", "surface", "input-aid",
                                           "jpki")),
    # it asks nothing of other applications
    *(f"attributes={value}" for value in (
        "absent", "empty", "garbled", "length-longer", "length-shorter", "no-name", "large",
        "indefinite")),
    *(f"manufacture-number={value}" for value in ("absent", "no-record", "short", "garbled")),
    # it does not ask for it, since a reader might not stand it
    *(f"extended={value}" for value in ("yes", "short", "chokes")),
    # nothing is asked of these keys, and the names of their certificates' extensions are right
    *(f"ca-certificates={key}" for key in (*KEYS, "other-key")),
    *(f"signature-certificate={key}" for key in (*KEYS, "other-key")),
}


def test_each_quirk_of_the_virtual_card_is_here():
    """But for the first value of each, which is that of a card as expected."""
    rows = re.findall(r"^  ([a-z-]+)=([^ ]+)$", output(VCARD, "--help"), re.MULTILINE)
    there = {f"{name}={value}" for name, values in rows for value in values.split("|")[1:]}
    certificates = {f"{name}={value}" for name in CERTIFICATES for value in MALFORMED}
    early = {f"authentication-certificate={key}" for key in KEYS}
    assert len(rows) > 20 and there == {*QUIRKS, *certificates, *early, *ELSEWHERE, *UNTOLD}


@pytest.mark.parametrize("quirk", QUIRKS)
def test_what_differs_is_told(sandboxes, quirk):
    id, seen, outcome = QUIRKS[quirk]
    doctor = Doctor(sandboxes("--quirk", quirk))
    facts, found = doctor.examine()
    assert (facts[id]["seen"], facts[id]["outcome"]) == (seen, outcome)
    assert found["agree"] + found["differ"] + found["not_asked"] == len(facts) == 41
    assert doctor.sent() == ["9000"]


@pytest.mark.parametrize("value", MALFORMED)
@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_as_it_should_not_be(sandboxes, name, value):
    doctor = Doctor(sandboxes("--quirk", f"{name}={value}"))
    facts, _ = doctor.examine(status=None)
    seen = facts.get(f"extensions-{CERTIFICATES[name]}", {}).get("seen")
    if value == "absent":
        assert seen in ("no certificate", "it is refused")
        assert name == "ca-certificates" or facts["presence"]["outcome"] == "differs"
    elif name != "signature-certificate":  # which cannot be read without its password
        assert MALFORMED[value] in seen
    elif value != "large":
        early = doctor("doctor", "--card", "sign", pin=SIGN_PIN, status=None)
        # no more than the key is needed
        assert ("It ended early: " in early) == (value not in BUT_ITS_KEY)
    assert set(doctor.sent()) <= {"9000"}


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_no_card_has(sandboxes, key):
    doctor = Doctor(sandboxes("--quirk", f"authentication-certificate={key}"))
    assert "It ended early: " in doctor("doctor", "--card", pin=AUTH_PIN, status=FAILED)


def test_a_card_without_certificates(sandboxes):
    doctor = Doctor(sandboxes("--quirk", "presence=none"))
    facts, _ = doctor.examine()
    assert facts["presence"]["seen"] == "00 00 00"
    assert doctor.sent() == []


@pytest.mark.parametrize("answer", ["63c0", "6983", "6984"])
def test_a_blocked_pin_is_not_sent(sandboxes, answer):
    doctor = Doctor(sandboxes("--quirk", f"blocked-count={answer}"))
    doctor.card.set_tries("authentication", 0)
    said = doctor("doctor", "--card", pin=AUTH_PIN)
    assert "The PIN is blocked: what needs it is not asked." in said
    assert (" ", "VERIFY without a PIN", "63Cx",
            f"{answer.upper()}, it is blocked") in table(said)
    assert ("-", "signing, P1 = 00, a DigestInfo", "right", "not asked") in table(said)
    assert doctor.sent() == []


def test_a_pin_is_sent_once_or_not_at_all(doctor):
    for pin in ("123", "12345", "12x4", ""):
        assert FIRST not in doctor("doctor", "--card", pin=pin, status=NO_PIN)
    assert doctor.sent() == []
    said = doctor("doctor", "--card", pin="9999", status=NO_PIN)
    assert "That has cost a try. Tries left: 2 of 3." in said and FIRST not in said
    assert doctor.sent() == ["63C2"]
    doctor.card.set_tries("authentication", 1)
    doctor.card.mark()
    assert "--last-try" in doctor("doctor", "--card", pin=AUTH_PIN, status=NO_PIN)
    assert doctor.sent() == []
    assert FIRST in doctor("doctor", "--card", "--last-try", pin=AUTH_PIN)
    assert doctor.sent() == ["9000"]


def test_a_person_is_asked(doctor):
    said = doctor.ask([(ASK_AUTH, AUTH_PIN)], "doctor", "--card")
    assert said.index("Little is published") < said.index("Tries left: 3 of 3.")
    assert "40 agree" in said and AUTH_PIN not in said


def secrets(card, certificates):
    """What must not be told: of the card, and of both certificates."""
    yield from (card.serial(), AUTH_PIN, SIGN_PIN, "番号", "花子", "東京", "霞", "JPKI-TEST")
    for name in ("authentication", "signature"):
        said = openssl("x509", "-in", certificates / f"{name}.pem", "-noout", "-serial", "-subject",
                       "-nameopt", "multiline").decode()
        yield from re.findall(r"(?:serial|commonName +)= ?(\S+)", said)


@pytest.mark.parametrize("key, pin", [("auth", AUTH_PIN), ("sign", SIGN_PIN)])
def test_it_tells_nothing_of_the_person(doctor, card, certificates, key, pin):
    said = doctor("doctor", "--card", key, pin=pin)
    said += doctor("doctor", "--card", key, "--json", pin=pin)
    for secret in secrets(card, certificates):
        assert secret.lower() not in said.lower(), secret


def test_the_makers_language(sandbox, some_locale):
    said = Doctor(sandbox, some_locale)("doctor", "--card", pin=AUTH_PIN)
    before = said[:said.index(FIRST)]
    assert "暗証番号" in before and "Little" not in before
    assert max(map(columns, before.splitlines())) <= 80
    assert said.endswith("40 agree, 0 differ (!), 1 not asked (-).\n")
    assert table(said)


def test_the_card_is_pulled(doctor):
    """In the middle of it: the service may not have seen yet that it is gone."""
    doctor.card.fault("eject", "20")
    said = doctor("doctor", "--card", pin=AUTH_PIN, status=NO_CARD)
    assert "\nIt ended early: the card was taken out.\n" in said
    assert "\njpki: The card was taken out meanwhile" in said
    assert len(table(said)) > 5


@pytest.mark.parametrize("words, pin", [([], AUTH_PIN), (["--no-pin"], None)])
def test_a_card_that_is_pulled_differs_in_nothing(doctor, words, pin):
    """At every so many exchanges, and at the last ones; of a card that is known, as it is then."""
    doctor("doctor", "--card", *words, pin=pin)
    doctor.card.mark()
    whole = table(doctor("doctor", "--card", *words, pin=pin))
    count = doctor.card.exchanges()
    for moment in [*range(1, count - 6, max(1, count // 12)), *range(count - 6, count + 1)]:
        doctor.card.fault("eject", moment)
        said = doctor("doctor", "--card", *words, pin=pin, status=None)
        if FIRST in said and table(said) == whole:  # it was asked all
            assert moment > count - 3 and doctor.sandbox.status == DONE
        elif FIRST in said:
            assert ", 0 differ (!)" in said and "!" not in {mark for mark, *_ in table(said)}
            assert "It ended early: the card was taken out." in said
            assert "does not carry it" not in said
            assert doctor.sandbox.status == NO_CARD and "The card was taken out meanwhile" in said
        else:
            assert doctor.sandbox.status == NO_CARD and moment < 20, said
        doctor.card.clear_faults()
        doctor.card("insert")
        wait_until(doctor.card.seen)


@pytest.mark.parametrize("words", [
    ["--no-pin"], ["--pin-fd", "0"], ["auth"], ["--card", "auth-ca"], ["--card", "--report"],
    ["--card", "--fix"], ["--card", "auth", "sign"]])
def test_what_is_not_understood(doctor, words):
    assert '"jpki help doctor" tells more.' in doctor("doctor", *words, status=USAGE)


@pytest.mark.parametrize("options", [["--no-card"], ["--no-reader"], ["--no-service"],
                                     ["--quirk", "application=absent"],
                                     ["--quirk", "application=foreign"],
                                     ["--quirk", "label=resident"]])
def test_no_card_to_ask(sandboxes, options):
    assert FIRST not in Jpki(sandboxes(*options))("doctor", "--card", status=NO_CARD)
