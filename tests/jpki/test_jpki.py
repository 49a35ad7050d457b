# SPDX-License-Identifier: BSD-2-Clause
"""jpki, as a person at a terminal and a script use it: what is said, and what it costs the card."""

import datetime
import json
import os
import re
import shutil
import subprocess

import pytest

from command import AUTH_PIN, DONE, FAILED, NO_CARD, NO_PIN, SIGN_PIN, USAGE, Jpki, columns, verbs
from prompt import Prompted
from support import JPKI, TIMEOUT, Card, needs, openssl, script, wait_until

ASK_AUTH = "PIN for user authentication (4 digits): "
ASK_SIGN = "password for digital signature (6 to 16 letters and digits): "
JAPAN = datetime.timezone(datetime.timedelta(hours=9))


def end_of(certificate):
    """Its last day, in Japan."""
    said = openssl("x509", "-in", certificate, "-noout", "-enddate").decode()
    end = datetime.datetime.strptime(said.strip(), "notAfter=%b %d %H:%M:%S %Y GMT")
    return end.replace(tzinfo=datetime.timezone.utc).astimezone(JAPAN).date()


def assert_pulled(jpki, said):
    """That, and nothing else that the answers of a card that goes could be taken for."""
    assert jpki.sandbox.status == NO_CARD, said
    assert re.match(r"(Tries left.*\n)*jpki: (The card was taken out meanwhile|There is no card in the reader)",
                    said), said


def with_file(words, tmp_path):
    """FILE is one that is there."""
    (tmp_path / "file").write_text("text\n")
    return [str(tmp_path / "file") if word == "FILE" else word for word in words]


def days_to(day):
    return (day - datetime.datetime.now(JAPAN).date()).days


# --- status ---------------------------------------------------------------------------------------


def test_status(jpki, card, certificates):
    end = end_of(certificates / "authentication.pem")
    assert jpki("status") == f"""\
The card can be used.

Reader                    Virtual PCD 00 00
Card                      My Number card
User authentication       until {end} (valid, {days_to(end)} days left)
  PIN                     3 of 3 tries left
Digital signature         there; with --sign also until when it is valid
  Password                5 of 5 tries left

Reader                    Virtual PCD 00 01
Card                      no card
"""
    assert card.verifies() == []


def test_status_in_japanese(japanese, certificates):
    end = end_of(certificates / "authentication.pem")
    said = japanese("status")
    assert said.startswith("カードは問題なく使えます。\n\n")
    assert f"{end.year}年{end.month}月{end.day}日まで (有効、あと{days_to(end)}日)" in said
    assert "残り3回 (全3回)" in said
    for line in said.splitlines()[2:]:
        assert columns(line) <= 80
        if line:
            label = re.match(r" *\S+ +", line).group()
            assert columns(label) == 26, line


def test_status_for_programs(jpki, card, certificates):
    end = end_of(certificates / "authentication.pem")
    found = jpki.json("status")
    begin = found["readers"][0]["auth"]["certificate"].pop("from")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", begin)
    assert found == {"service": "running", "readers": [
        {"reader": "Virtual PCD 00 00", "holds": "card", "model": "JPKI-TEST",
         "serial": card.serial(),
         "auth": {"tries": {"left": 3, "maximum": 3},
                  "certificate": {"state": "valid", "until": str(end), "days_left": days_to(end)}},
         "sign": {"tries": {"left": 5, "maximum": 5}, "certificate": {"state": "locked"}}},
        {"reader": "Virtual PCD 00 01", "holds": "nothing"}]}


def test_status_with_the_password(jpki, card, certificates):
    end = end_of(certificates / "signature.pem")
    said = jpki("status", "--sign", pin="abc123")
    assert len(re.findall(rf"until {end} \(valid", said)) == 2
    assert [entry.sw for entry in card.verifies()] == ["9000"]
    assert card.verified() == []


KINDS = {
    "label=resident": ("resident", NO_CARD, "is a resident card"),
    "application=foreign": ("other", NO_CARD, "is no My Number card"),
    "application=absent": ("other", NO_CARD, "is no My Number card"),
    "label=android": ("android", DONE, "certificates on an Android phone"),
    "label=iphone": ("iphone", DONE, "certificates on an iPhone"),
    "token-info=missing": ("new-kind", DONE, "of a kind not known yet"),
    "signature-certificate=absent": ("card", DONE, "Digital signature         none\n"),
    "authentication-certificate=absent": ("card", DONE, "User authentication       none\n"),
    "presence=none": ("card", FAILED, "The card has no certificate."),
}


@pytest.mark.alike
@pytest.mark.parametrize("quirk", KINDS)
def test_what_is_in_the_reader(sandboxes, quirk):
    word, status, sentence = KINDS[quirk]
    jpki = Jpki(sandboxes("--quirk", quirk))
    assert sentence in jpki("status", status=status)
    assert jpki.json("status", status=status)["readers"][0]["holds"] == word


@pytest.mark.alike
def test_nothing_to_log_in_with_is_said_first(sandboxes):
    """But a card without signatures, as children have, is as it should be."""
    said = Jpki(sandboxes("--quirk", "authentication-certificate=absent"))("status")
    assert said.startswith("The card has no certificate for user authentication.\n"
                           "The town office issues certificates.\n")
    said = Jpki(sandboxes("--quirk", "signature-certificate=absent"))("status")
    assert said.startswith("The card can be used.\n")


# And the code of the error is the option's name.
WAYS = {
    "--no-service": ("no-service", "does not run", "動いていません"),
    "--no-reader": ("running", "There is no card reader", "カードリーダーがありません"),
    "--no-card": ("running", "There is no card in the reader", "カードがありません"),
}


@pytest.mark.parametrize("way", WAYS)
def test_there_is_no_card(sandboxes, some_locale, tmp_path, way):
    service, english, japanese = WAYS[way]
    sandbox, file = sandboxes(way), with_file(["FILE"], tmp_path)
    for env, sentence in (({}, english), (some_locale, japanese)):
        jpki = Jpki(sandbox, env)
        assert sentence in jpki("status", status=NO_CARD)
        assert jpki.json("status", status=NO_CARD)["service"] == service
        assert sentence in jpki("sign", *file, status=NO_CARD)
        for words in (["cert"], ["cert", "sign"], ["check"], ["pin", "status"],
                       ["pin", "change", "auth"], ["pin", "change", "sign"]):
            assert sentence in jpki(*words, status=NO_CARD)
            assert jpki.error(*words, status=NO_CARD) == {"code": way.strip("-")}


@pytest.mark.alike
def test_one_of_two_cards_is_named(sandboxes):
    jpki = Jpki(sandboxes("--cards", "2"))
    assert jpki("status").count("The card can be used.") == 2
    said = jpki("cert", status=NO_CARD)
    assert said.startswith("jpki: There are cards in more than one reader.\n")
    assert said.endswith("\n  Virtual PCD 00 00\n  Virtual PCD 00 01\n")
    assert jpki("cert", "--reader", "00 01").startswith("Certificate for user authentication")
    assert jpki("status", "--reader", "pcd 00 01").count("Reader") == 1
    said = jpki("cert", "--reader", "ACS", status=NO_CARD)
    assert said.startswith('jpki: There is no reader "ACS".\n  Virtual PCD 00 00\n')


DATES = {
    100: ("The card can be used.", "valid", DONE),
    91: ("Renew it: ", "renew", DONE),
    0: ("Renew it today: ", "renew", DONE),
    -1: ("Expired: ", "expired", FAILED),
}


@pytest.mark.alike
@pytest.mark.parametrize("left", DATES)
def test_the_end_comes_near(jpki, certificates, left):
    """So many days before it."""
    needs("faketime")
    first, state, status = DATES[left]
    ahead = days_to(end_of(certificates / "authentication.pem")) - left
    before = ["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1",
              "faketime", "-f", f"+{ahead}d"]
    assert jpki("status", before=before, status=status).startswith(first)
    found = jpki.json("status", before=before, status=status)["readers"][0]["auth"]["certificate"]
    assert (found["state"], found["days_left"]) == (state, left)


@pytest.mark.alike
@pytest.mark.parametrize("tries, first, status", [
    (0, "Blocked: the PIN for user authentication", FAILED),
    (1, "Only one try is left: the PIN for user authentication", DONE),
    (2, "The card can be used.", DONE)])
def test_tries_are_told_first(jpki, card, tries, first, status):
    card.set_tries("authentication", tries)
    assert jpki("status", status=status).startswith(first)
    found = jpki.json("pin", "status", status=status)
    assert found == {"auth": {"left": tries, "maximum": 3}, "sign": {"left": 5, "maximum": 5}}
    said = jpki("pin", "status", status=status)
    assert ("convenience store" in said) == (tries == 0)
    assert card.verifies() == []


@pytest.mark.alike
@pytest.mark.parametrize("auth, sign, first", [
    (0, 0, "Blocked: the PIN for user authentication (4 digits) and the password for digital "
           "signature (6 to 16 letters and digits). Only the town office"),
    (0, 1, "Blocked: the PIN for user authentication (4 digits). Only one try is left: the password"),
    (1, 0, "Blocked: the password for digital signature (6 to 16 letters and digits). Only one try "
           "is left: the PIN"),
    (1, 1, "Only one try is left for each: the PIN for user authentication (4 digits) and the "
           "password for")])
def test_both_are_named(jpki, card, auth, sign, first):
    """And nobody is told that one may set the other where it cannot."""
    card.set_tries("authentication", auth)
    card.set_tries("signature", sign)
    both, done = auth == sign == 0, DONE if auth + sign == 2 else FAILED
    said = jpki("status", status=done)
    assert " ".join(said.split()).startswith(first), said
    told = [said, jpki("pin", "status", status=done)]
    if sign == 0:
        told += [jpki("cert", "sign", pin=SIGN_PIN, status=NO_PIN)]
    for said in told:
        assert ("convenience store" in said) == (not both and done == FAILED), said
        assert ("Only the town office can set a new one." in said) == both, said
    assert card.verifies() == []


@pytest.mark.alike
@pytest.mark.parametrize("quirk", ["not-der", "ec", "length-longer"])
def test_a_certificate_that_cannot_be_read_is_told_first(sandboxes, quirk):
    jpki = Jpki(sandboxes("--quirk", f"authentication-certificate={quirk}"))
    said = jpki("status", status=FAILED)
    assert said.startswith("The certificate for user authentication cannot be read.\n")


def test_no_reader_is_left_out_when_its_card_is_pulled(sandboxes):
    sandbox = sandboxes("--cards", "2")
    jpki, card = Jpki(sandbox), Card(sandbox)
    card.fault("eject", 9)
    said = jpki("status", status=NO_CARD)
    assert "jpki: The card was taken out meanwhile" in said
    assert re.search(r"\n\nReader  +Virtual PCD 00 00\nCard  +no card\n", said), said
    assert re.search(r"\n\nReader  +Virtual PCD 00 01\nCard  +My Number card\n", said), said


@pytest.mark.parametrize("known, exchanges", [(False, 11), (True, 5)])
def test_the_card_is_pulled_while_it_is_asked(jpki, card, cache, known, exchanges):
    """At each exchange: never that it can be used, nor that it has no certificate. A card that
    nobody has seen, and one of which all is known."""
    jpki("status")
    for moment in range(1, exchanges + 1):
        if not known:
            shutil.rmtree(cache, ignore_errors=True)
        card.fault("eject", moment)
        said = jpki("status", status=None)
        if jpki.sandbox.status != DONE:
            assert_pulled(jpki, said)
        assert (jpki.sandbox.status == DONE) == said.startswith("The card can be used."), said
        card.clear_faults()
        card("insert")
        wait_until(card.seen)


# --- cert -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, file", [
    ("auth", "authentication"), ("auth-ca", "authentication-ca"), ("sign-ca", "signature-ca"),
    ("sign", "signature")])
def test_a_certificate_is_given(jpki, card, certificates, tmp_path, name, file):
    pin = SIGN_PIN if name == "sign" else None
    wanted = openssl("x509", "-in", certificates / f"{file}.pem")
    assert jpki("cert", name, "--pem", pin=pin).encode() == wanted
    out = tmp_path / "out"
    assert jpki("cert", name, "--der", "--output", out, pin=pin) == f"Wrote {out}.\n"
    assert openssl("x509", "-inform", "DER", "-in", out) == wanted
    assert out.stat().st_mode & 0o777 == (0o600 if name in ("auth", "sign") else 0o644)
    assert "Signature Algorithm: sha256WithRSAEncryption" in jpki("cert", name, "--text", pin=pin)
    assert {entry.sw for entry in card.verifies()} <= {"9000"}
    assert card.verified() == []


def test_a_certificate_is_shown(jpki, japanese):
    said = jpki("cert", "sign", pin=SIGN_PIN)
    for line in ("Name                  番号　花子", "Date of birth         1990-01-23 (Heisei 2)",
                 "Sex                   female", "Use                   digitalSignature, nonRepudiation"):
        assert f"\n{line}\n" in said
    said = japanese("cert", "sign", pin=SIGN_PIN)
    for line in ("氏名                  番号　花子", "生年月日              1990年1月23日 (平成2年)",
                 "性別                  女", "住所                  東京都千代田区霞が関一丁目１番１号"):
        assert f"\n{line}\n" in said
    assert max(columns(line) for line in said.splitlines()) <= 80


def test_a_certificate_for_programs(jpki, card):
    found = jpki.json("cert", "sign", pin=SIGN_PIN)
    assert (found["name"], found["birth_date"], found["sex"], found["state"]) == (
        "番号　花子", "1990-01-23", "female", "valid")
    assert found["until"].endswith("T23:59:59+09:00")
    assert "name" not in jpki.json("cert", "auth")
    assert len(card.verifies()) == 1


PEOPLE = {
    "a first year": (["--birth-date=520190501"], "2019-05-01 (Reiwa 1)", "2019年5月1日 (令和元年)"),
    "an era that is not known": (["--birth-date=019000101"], "1900-01-01", "1900年1月1日"),
    "a day that nobody knows": (["--birth-date=119010500"], "1901-05 (Meiji 34), the day is not known",
                                "1901年5月 (明治34年)、日は不明"),
    "a month that nobody knows": (["--birth-date=119010000"],
                                  "1901 (Meiji 34), month and day are not known",
                                  "1901年 (明治34年)、月日は不明"),
    "no such day": (["--birth-date=419900231"], "419900231", "419900231"),
    "an escape sequence": (["--name=\x1b[31m番号\u202e子"], "?[31m番号?子", "?[31m番号?子"),
    "a long address": (["--address=東京都千代田区" + "霞が関" * 20],
                       "東京都千代田区" + "霞が関" * 7 + "霞\n" + " " * 22 + "が関霞が関", "関霞が関"),
}


@pytest.mark.alike
@pytest.mark.parametrize("who", PEOPLE)
def test_people(sandboxes, some_locale, who):
    options, english, japanese = PEOPLE[who]
    sandbox = sandboxes(*(f"--vcard-option={option}" for option in options))
    said = Jpki(sandbox)("cert", "sign", pin=SIGN_PIN)
    assert english in said
    assert max(columns(line) for line in said.splitlines()) <= 80
    assert japanese in Jpki(sandbox, some_locale)("cert", "sign", pin=SIGN_PIN)


def test_nothing_is_overwritten(jpki, card, tmp_path):
    """That is seen before anybody is asked for a PIN."""
    out = tmp_path / "out"
    out.write_text("mine")
    out.chmod(0o644)
    said = jpki("cert", "sign", "--pem", "--output", out, pin=SIGN_PIN, status=FAILED)
    assert said.startswith(f"jpki: {out} is there already.\n")
    assert out.read_text() == "mine"
    assert card.verifies() == []
    jpki("cert", "sign", "--pem", "--output", out, "--force", pin=SIGN_PIN)
    assert out.read_text().startswith("-----BEGIN")
    assert out.stat().st_mode & 0o777 == 0o600
    said = jpki("cert", "--pem", "--output", tmp_path, "--force", status=FAILED)
    assert "is not a regular file" in said
    said = jpki("cert", "--pem", "--output", "/dev/null", "--force", status=FAILED)
    assert "is not a regular file" in said
    said = jpki("cert", "--pem", "--output", tmp_path / "no" / "where", status=FAILED)
    assert "cannot write" in said
    assert not [name for name in os.listdir(tmp_path) if name.startswith("out.")]


def test_a_certificate_for_a_pipe(jpki, card, certificates):
    """As of many programs, "-" is standard output."""
    for words in ([], ["--pem"], ["--force"]):
        assert jpki("cert", "--output", "-", *words) == (certificates / "authentication.pem").read_text()
    for words in (["--output", "-"], []):
        said = jpki.ask([], "cert", "--der", *words, status=USAGE)
        assert "--der would garble the terminal" in said


# --- the PIN --------------------------------------------------------------------------------------


def test_a_person_is_asked_without_echo(jpki, card):
    said = jpki.ask([(ASK_SIGN, "abc123")], "cert", "sign")
    assert "Tries left: 5 of 5." in said
    assert "abc123" not in said.lower()
    assert "番号　花子" in said
    assert [entry.sw for entry in card.verifies()] == ["9000"]


@pytest.mark.parametrize("typed, sentence", [
    ("12", "too short or too long"), ("12345", "too short or too long"),
    ("12a4", "a character that such a PIN cannot have")])
def test_what_cannot_be_right_is_not_sent(jpki, card, typed, sentence):
    """A person may type it again at once; a script ends."""
    said = jpki.ask([(ASK_AUTH, typed), (ASK_AUTH, AUTH_PIN), ("New PIN (4 digits): ", "5739"),
                     ("The new one once more: ", "5739")], "pin", "change", "auth")
    assert sentence in said and "No try was spent." in said
    assert "The PIN for user authentication is changed." in said
    assert [entry.event for entry in card.verifies()] == ["verify", "change"]
    card.mark()
    said = jpki("pin", "change", "auth", pin=[typed, "4821"], status=NO_PIN)
    assert sentence in said and "No try was spent. Tries left: 3 of 3." in said
    assert card.verifies() == []


def test_three_times_is_enough(jpki, card):
    said = jpki.ask([(ASK_AUTH, "1")] * 3, "pin", "change", "auth", status=NO_PIN)
    assert said.count("No try was spent.") == 3
    assert card.verifies() == []


@pytest.mark.parametrize("typed", ["１２３４", "1２3４"])
def test_full_width_is_understood(jpki, card, typed):
    jpki("pin", "change", "auth", pin=[typed, "５７３９"])
    assert {entry.sw for entry in card.verifies()} == {"9000"}
    jpki("pin", "change", "auth", pin=["5739", AUTH_PIN, ""], status=NO_PIN)  # 1234 is weak
    jpki("pin", "change", "auth", "--weak", pin=["5739", AUTH_PIN])


def test_a_wrong_one_costs_one_try(jpki, card):
    said = jpki.ask([(ASK_SIGN, "WRONG1")], "cert", "sign", status=NO_PIN)
    assert said.count("Tries left: 5") == 1
    assert "The card says that it is wrong." in said
    assert "That has cost a try. Tries left: 4 of 5." in said
    assert [entry.sw for entry in card.verifies()] == ["63C4"]
    said = jpki("status", "--sign", pin="WRONG1", status=NO_PIN)
    assert "That has cost a try. Tries left: 3 of 5." in said
    assert card.tries("signature") == 3


def test_the_last_try_is_for_who_is_sure(jpki, card, tmp_path):
    card.set_tries("signature", 1)
    for words in (["cert", "sign"], with_file(["sign", "FILE"], tmp_path)):
        said = jpki(*words, pin=SIGN_PIN, status=NO_PIN)
        assert said.startswith("jpki: Only one try is left: a wrong PIN would block it.\n")
    assert card.verifies() == []
    jpki("cert", "sign", "--last-try", pin=SIGN_PIN)
    assert card.tries("signature") == 5
    card.set_tries("signature", 1)
    said = jpki("cert", "sign", "--last-try", pin="WRONG1", status=NO_PIN)
    assert "It is blocked" in said and "That has cost a try. None is left." in said
    assert "JPKI暗証番号リセット" in said


@pytest.mark.parametrize("words", [["cert", "sign"], ["status", "--sign"],
                                   ["pin", "change", "sign"], ["sign", "FILE"]])
def test_nobody_is_asked_when_it_is_blocked(jpki, card, tmp_path, words):
    card.set_tries("signature", 0)
    said = jpki.ask([], *with_file(words, tmp_path), status=NO_PIN)
    assert said.startswith("jpki: It is blocked")
    assert card.verifies() == []


def test_a_program_asks(jpki, card, tmp_path):
    program = script(tmp_path / "asks", 'echo "$1" >&2\necho abc123')
    jpki.env["JPKI_ASKPASS"] = str(program)
    said = jpki("cert", "sign")
    assert said.startswith("Tries left: 5 of 5.\npassword for digital signature")
    assert "番号　花子" in said
    script(program, "exit 1")
    said = jpki("cert", "sign", status=NO_PIN)
    assert "No PIN was given: nothing was done, and no try was spent." in said
    jpki.env["JPKI_ASKPASS"] = "/no/where"
    assert "cannot run /no/where" in jpki("cert", "sign", status=NO_PIN)
    assert len(card.verifies()) == 1


@pytest.mark.parametrize("answer, sentence", [
    ("AB1", "It is too short or too long to be right."), ("ABC-123", "It has a character")])
def test_a_program_that_answers_wrong_is_not_asked_again(jpki, card, tmp_path, answer, sentence):
    """It would say the same."""
    log = tmp_path / "log"
    program = script(tmp_path / "asks", f'echo "$1" >>{log}\necho {answer}')
    jpki.env["JPKI_ASKPASS"] = str(program)
    said = jpki("cert", "sign", status=NO_PIN)
    assert said.count(sentence) == 1 and "No try was spent." in said
    assert len(log.read_text().splitlines()) == 1
    script(program, f'echo "$1" >>{log}\ncase $1 in New*) echo {answer};; *) echo ABC123;; esac')
    log.unlink()
    jpki("pin", "change", "sign", status=NO_PIN)
    assert len(log.read_text().splitlines()) == 2
    assert card.verifies() == []


PINENTRY = """
echo OK ready
while read -r word rest; do
    echo "$word $rest" >>{log}
    case $word in GETPIN) {answer} ;; BYE) echo OK; exit ;; *) echo OK ;; esac
done
"""


@pytest.mark.alike
@pytest.mark.parametrize("answer, status", [
    ("echo D %41bc123; echo OK", DONE), ("echo ERR 83886179 cancelled", NO_PIN),
    ("echo ERR 83886278 closed", NO_PIN), ("echo ERR 83886142 too late", NO_PIN),
    ("exit 1", NO_PIN)])
def test_a_window_asks(jpki, card, tmp_path, answer, status):
    """Its protocol; a stand-in speaks it."""
    log = tmp_path / "log"
    script(tmp_path / "pinentry", PINENTRY.format(log=log, answer=answer))
    jpki.env.update(PATH=f"{tmp_path}:{os.environ['PATH']}", DISPLAY=":7")
    jpki("cert", "sign", status=status)
    heard = log.read_text()
    assert "OPTION display=:7\n" in heard and "SETDESC Tries left: 5 of 5.\n" in heard
    assert "SETPROMPT password for digital signature" in heard and "SETTIMEOUT 600\n" in heard
    assert len(card.verifies()) == (status == DONE)


def test_a_descriptor_that_is_closed_is_none(jpki, card):
    """Its number may be that of the connection with the service a moment later."""
    for number in range(3, 10):
        said = jpki("cert", "sign", "--pin-fd", str(number), status=USAGE,
                    before=["sh", "-c", f'exec {number}<&-; exec "$@"', "-"])
        assert "is no open file descriptor" in said


def test_ctrl_z_waits_while_a_key_is_open(sandbox, card, tmp_path):
    """A program that is stopped could not lock the card."""
    (tmp_path / "a").write_text("a")
    card("delay", "signature", "1500000")
    with Prompted(sandbox, JPKI, "sign", tmp_path / "a", env={"LC_ALL": "C.UTF-8"}) as terminal:
        terminal.give(ASK_SIGN, SIGN_PIN)
        wait_until(lambda: card.events("verify"))
        os.write(terminal.master, b"\x1a")
        terminal.finish()
    assert card.verified() == []


def test_nothing_of_ours_reaches_a_terminal_as_it_is(jpki):
    for words in (["check", "--file", "\x1b[31mx"], ["\x1b[31mv"], ["cert", "\x1b[31mx"],
                  ["status", "--reader", "\x1b[31mx"]):
        assert "\x1b" not in jpki(*words, status=None)


def test_what_is_said_at_a_terminal_fits(japanese):
    said = japanese.ask([], "card", "eject", status=NO_CARD) + japanese.ask(
        [], "cert", "auth", "--pin-fd", "77", status=USAGE)
    assert max(map(columns, said.splitlines())) <= 80


def test_there_is_nobody_to_ask(jpki, card):
    jpki.env.update(DISPLAY="", WAYLAND_DISPLAY="")
    said = jpki("cert", "sign", status=NO_PIN)
    assert "There is nobody to ask for the PIN" in said
    assert "--pin-fd 9 is no open file" in jpki("cert", "sign", "--pin-fd", "9", status=USAGE)
    assert "is no open file descriptor" in jpki("cert", "sign", "--pin-fd", "x", status=USAGE)
    assert "There is no line to read a PIN from" in jpki("cert", "sign", pin=[], status=NO_PIN)
    assert card.verifies() == []


@pytest.mark.parametrize("words", [["status"], ["cert"], ["pin", "status"], ["cert", "sign"],
                                   ["pin", "change", "sign"]], ids=" ".join)
def test_the_card_is_pulled_in_the_middle(jpki, card, cache, words):
    """At each of the first exchanges with a card that nobody has seen: a sentence, a status, no hang,
    and nothing is sent twice."""
    for moment in range(1, 14, 3):
        shutil.rmtree(cache, ignore_errors=True)
        card.mark()
        card.fault("eject", moment)
        said = jpki(*words, pin=[SIGN_PIN, "K7TQ2M"] if "sign" in words else None, status=None)
        if jpki.sandbox.status != DONE:
            assert_pulled(jpki, said)
        assert len(card.verifies()) <= 2
        card.clear_faults()
        card("insert")
        wait_until(card.seen)
        jpki("pin", "change", "sign", "--weak", pin=["K7TQ2M", SIGN_PIN], status=None)
        card.set_tries("signature", 5)


@pytest.mark.alike
@pytest.mark.parametrize("words", [["cert"], ["pin", "status"]], ids=" ".join)
@pytest.mark.parametrize("kind", ["garbage", "truncated", "empty"])
def test_a_card_that_answers_rubbish_was_not_pulled(jpki, card, cache, words, kind):
    """As it gives its certificate, and tells its tries."""
    for moment in (5, 6):
        shutil.rmtree(cache, ignore_errors=True)
        card.fault(kind, moment)
        said = jpki(*words, status=None)
        assert "taken out" not in said or kind == "empty"  # which a service may take for that
        card.clear_faults()
        card.eject()
        card.insert()


@pytest.mark.parametrize("what", ["card", "reader"])
@pytest.mark.parametrize("words, asked", [(["cert", "sign"], ASK_SIGN), (["pin", "change", "auth"], ASK_AUTH)],
                         ids=str)
def test_it_goes_while_a_person_thinks(sandbox, card, what, words, asked):
    with Prompted(sandbox, JPKI, *words, env={"LC_ALL": "C.UTF-8"}) as terminal:
        terminal.wait_for(asked)
        if what == "card":
            card.eject()
        else:
            sandbox.reader("unplug")
        terminal.answer(SIGN_PIN if "sign" in words else AUTH_PIN)
        if "change" in words:
            for prompt in ("New PIN (4 digits): ", "The new one once more: "):
                terminal.give(prompt, "5739")
        said = terminal.finish(NO_CARD)
    assert re.search("The card(?: reader)? was (?:unplugged|taken out) meanwhile", said)
    assert what == "reader" or "The card was taken out meanwhile. No try was spent." in said
    if what == "reader":
        sandbox.reader("plug")
        wait_until(card.seen)
    assert card.verifies() == []


def test_ctrl_c_leaves_the_terminal_as_it_was(sandbox, card):
    with Prompted(sandbox, JPKI, "cert", "sign", env={"LC_ALL": "C.UTF-8"}) as terminal:
        terminal.wait_for(ASK_SIGN)
        terminal.interrupt()
        assert terminal.end() in (-2, 130, 2 + 128)
    assert card.verifies() == []


@pytest.mark.alike
@pytest.mark.parametrize("words", [["cert", "sign"], ["sign", "FILE"], ["check", "sign"], ["status", "--sign"],
                                   ["pin", "change", "sign"]], ids=" ".join)
@pytest.mark.parametrize("fault", ["sw 6F00", "sw 6581", "garbage"])
def test_an_answer_that_is_not_known_spends_no_try(jpki, card, tmp_path, words, fault):
    """And so it is said."""
    words = with_file(words, tmp_path)
    change = "change" in words
    kind, *sw = fault.split()
    moment = "change" if change else "verify"
    card.fault(kind, moment, *sw)
    said = jpki(*words, pin=[SIGN_PIN, "K7TQ2M"] if change else SIGN_PIN, status=FAILED)
    assert "No try was spent. Tries left: 5 of 5.\n" in said
    assert ("It is not certain whether it was changed" in said) == change
    if words[0] != "sign":  # which has no --json
        card.fault(kind, moment, *sw)
        error = jpki.error(*words, pin=[SIGN_PIN, "K7TQ2M"] if change else SIGN_PIN, status=FAILED)
        assert (error["try_spent"], error["tries_left"]) == (False, 5)


@pytest.mark.alike
@pytest.mark.parametrize("words", [["cert", "sign"], ["sign", "FILE"]], ids=" ".join)
def test_an_error_after_the_right_one_spends_no_try(jpki, card, tmp_path, words):
    words = with_file(words, tmp_path)
    for moment in (1, 2):
        card.fault("sw", f"verify+{moment}", "6F00")
        said = jpki(*words, pin=SIGN_PIN, status=None)
        if jpki.sandbox.status != DONE:
            assert "No try was spent. Tries left: 5 of 5.\n" in said
        card.clear_faults()
        (tmp_path / "file.p7m").unlink(missing_ok=True)


# --- change ---------------------------------------------------------------------------------------


def test_a_pin_is_changed(jpki, card):
    new = "New password (6 to 16 letters and digits): "
    said = jpki.ask([(ASK_SIGN, SIGN_PIN), (new, "hanako58"), ("The new one once more: ", "Hanako５8")],
                    "pin", "change", "sign")
    assert "The password for digital signature is changed.\n" in said
    assert "The card has it in capital letters" in said
    assert card.verified() == []
    jpki("cert", "sign", pin="HANAKO58")
    jpki("cert", "sign", pin="hanako58")


def test_a_new_one_that_cannot_be_is_not_sent(jpki, card):
    new = "New password (6 to 16 letters and digits): "
    said = jpki.ask([(ASK_SIGN, SIGN_PIN), (new, "ABCDEF"), (new, "12345"), (new, "K7TQ2M"),
                     ("The new one once more: ", "K7TQ2N")], "pin", "change", "sign", status=NO_PIN)
    assert "lacks a letter or a digit" in " ".join(said.split())
    assert "The new one is too short or too long." in said
    assert "These were not the same: nothing was changed." in said
    assert card.verifies() == []
    for one in ("ABCDEF", "123456", "AB12", "ABC-123", SIGN_PIN, SIGN_PIN.lower()):
        jpki("pin", "change", "sign", pin=[SIGN_PIN, one], status=NO_PIN)
    assert card.verifies() == []


@pytest.mark.alike
@pytest.mark.parametrize("weak", ["0000", "1234", "4321", "1212", "0123", "1990", "2312"])
def test_a_weak_one_is_warned_of(jpki, card, weak):
    jpki("pin", "change", "auth", pin=[AUTH_PIN, "5739"])
    card.mark()
    said = jpki("pin", "change", "auth", pin=["5739", weak], status=NO_PIN)
    assert "tried first" in said and "or with --weak to take it" in said
    assert card.verifies() == []
    with Prompted(jpki.sandbox, JPKI, "pin", "change", "auth", env=jpki.env) as terminal:
        terminal.give(ASK_AUTH, "5739")
        terminal.give("New PIN (4 digits): ", weak)
        terminal.wait_for("Take it all the same? (y/N) ")
        terminal.type("y")
        terminal.give("The new one once more: ", weak)
        terminal.finish()
    assert {entry.sw for entry in card.verifies()} == {"9000"}


@pytest.mark.alike
@pytest.mark.parametrize("weak", ["password1", "AAAAA1", "XYZ789", "123456A", "ＱＷＥＲＴＹ１"])
def test_a_weak_password_is_warned_of(jpki, card, weak):
    said = jpki("pin", "change", "sign", pin=[SIGN_PIN, weak], status=NO_PIN)
    assert "tried first" in said and "or with --weak to take it" in said
    assert card.verifies() == []
    jpki("pin", "change", "sign", "--weak", pin=[SIGN_PIN, weak])
    assert {entry.sw for entry in card.verifies()} == {"9000"}


@pytest.mark.alike
@pytest.mark.parametrize("kind", ["sw-after", "empty"])
def test_a_change_that_is_not_answered_may_have_come_about(jpki, card, kind):
    """The card has the new one: who gives that first next time, spends no try."""
    card("fault", "change", kind, *(["6F00"] if kind == "sw-after" else []))
    said = " ".join(jpki("pin", "change", "auth", pin=[AUTH_PIN, "9137"], status=None).split())
    assert jpki.sandbox.status in (FAILED, NO_CARD)
    assert "Next time, give the new one first" in said
    card("fault", "clear")
    card.eject()  # a service may take a card without an answer for one that is gone
    card.insert()
    jpki("pin", "change", "auth", pin=["9137", "5739"])
    assert {entry.sw for entry in card.verifies()} == {"9000"}


@pytest.mark.alike
@pytest.mark.parametrize("sw, sure", [("6F00", False), ("6985", True), ("6A86", True)])
def test_a_change_that_is_refused_spends_no_try(jpki, card, sw, sure):
    card.fault("sw", "change", sw)
    said = " ".join(jpki("pin", "change", "auth", pin=[AUTH_PIN, "9137"], status=FAILED).split())
    assert "No try was spent. Tries left: 3 of 3." in said
    assert said.endswith("Nothing was changed.") == sure
    assert ("Next time, give the new one first" in said) != sure
    jpki("cert", "auth")
    assert {entry.sw for entry in card.verifies()} == {"9000"}


def test_a_wrong_old_one_costs_one_try(jpki, card):
    said = jpki("pin", "change", "auth", pin=["9999", "5739"], status=NO_PIN)
    assert "That has cost a try. Tries left: 2 of 3." in said
    assert said.endswith("Nothing was changed.\n")
    assert [entry.sw for entry in card.verifies()] == ["63C2"]
    assert jpki.json("pin", "status")["auth"]["left"] == 2


@pytest.mark.alike
@pytest.mark.parametrize("words", [["sign", "FILE"], ["check"]], ids=" ".join)
def test_openssl_that_can_do_nothing_is_told_before_the_pin(sandbox, card, tmp_path, words):
    """Its configuration leaves all but the provider "base" out."""
    settings = tmp_path / "openssl.cnf"
    settings.write_text("openssl_conf = a\n[a]\nproviders = p\n[p]\nbase = b\n[b]\nactivate = 1\n")
    jpki = Jpki(sandbox, {"OPENSSL_CONF": str(settings)})
    said = jpki(*with_file(words, tmp_path), pin=AUTH_PIN, status=FAILED)
    assert "OpenSSL has no SHA-256: its configuration" in said and "memory" not in said
    assert card.verifies() == []


# --- watch ----------------------------------------------------------------------------------------


def test_watch(sandbox, card):
    """What comes and goes is told as it happens."""
    with Prompted(sandbox, JPKI, "watch", "--json", "--reader", "00 00",
                  env={"LC_ALL": "C.UTF-8"}) as terminal:
        terminal.wait_for('"reader":"Virtual PCD 00 00","holds":"card"}')
        card.eject()
        terminal.wait_for('"holds":"nothing"}')
        card.insert()
        terminal.wait_for('"holds":"card"}')
        sandbox.service("kill")
        terminal.wait_for("does not run")
        sandbox.service("start")
        terminal.wait_for('"holds":"card"}')
        terminal.interrupt()
        terminal.end()
    assert "Virtual PCD 00 01" not in terminal.shown
    assert card.verifies() == []


def test_watch_waits_for_a_reader(sandbox, card):
    """Who has mistaken its name is told."""
    env = {"LC_ALL": "C.UTF-8"}
    with Prompted(sandbox, JPKI, "watch", "--reader", "XYZ", env=env) as terminal:
        terminal.wait_for('Waiting for a card reader "XYZ".')
        terminal.interrupt()
        terminal.end()
    with Prompted(sandbox, JPKI, "watch", "--reader", "00 00", env=env) as terminal:
        terminal.wait_for("Virtual PCD 00 00: My Number card")
        assert "Waiting" not in terminal.shown
        sandbox.reader("unplug")
        terminal.wait_for("Virtual PCD 00 00: the reader is unplugged")
        terminal.wait_for('Waiting for a card reader "00 00".')
        sandbox.reader("plug")
        terminal.wait_for("Virtual PCD 00 00: My Number card")
        terminal.interrupt()
        terminal.end()


def test_watch_ends_when_nobody_reads(sandbox, card):
    """Also if no card comes or goes."""
    said = sandbox.run("timeout", "30", "sh", "-c", f"{JPKI} watch | head -1",
                       env={"LC_ALL": "C.UTF-8"})
    assert said.endswith("Virtual PCD 00 00: My Number card\n") and said.count("\n") == 1


# --- the virtual card -----------------------------------------------------------------------------


def test_the_virtual_card(sandboxes, tmp_path):
    """For who has none: started, told what to do, and ended; nothing of it is left."""
    (tmp_path / "home").mkdir()
    jpki = Jpki(sandboxes("--no-card"), {"HOME": str(tmp_path / "home"), "XDG_STATE_HOME": ""})
    card = Card(jpki.sandbox)
    assert "There is no virtual card" in jpki("card", "eject", status=NO_CARD)
    assert "in the virtual reader" in jpki("card", "start")
    assert "is there already" in jpki("card", "start")
    assert jpki("status").startswith("The card can be used.")
    jpki("pin", "change", "auth", pin=[AUTH_PIN, "5739"])
    jpki("card", "eject")
    wait_until(lambda: not card.seen())
    jpki("card", "insert")
    wait_until(card.seen)
    jpki("card", "reset")
    jpki("pin", "change", "auth", pin=[AUTH_PIN, "5739"])
    assert "is gone" in jpki("card", "stop")
    wait_until(lambda: "There is no virtual card" in jpki("card", "stop", status=None))
    assert "start, stop, insert" in jpki("card", status=USAGE)
    assert "start, stop, insert" in jpki("card", "x", status=USAGE)


def test_the_virtual_reader_is_taken(sandbox, tmp_path):
    """By the sandbox's own card."""
    said = Jpki(sandbox, {"HOME": str(tmp_path), "XDG_STATE_HOME": ""})("card", "start", status=FAILED)
    assert said.startswith("jpki: Another card is in the virtual reader.\n") and "apt-get" not in said


# --- all of them ----------------------------------------------------------------------------------


@pytest.mark.alike
@pytest.mark.parametrize("verb", verbs())
def test_help_fits_a_screen(jpki, japanese, verb):
    for one in (jpki, japanese):
        for words in (["help", verb], [verb, "--help"], ["--help"]):
            said = one(*words)
            lines = said.splitlines()
            assert len(lines) <= 24 and max(map(columns, lines)) <= 80, said


@pytest.mark.alike
@pytest.mark.parametrize("words", [["status", "x"], ["cert", "x"], ["cert", "auth", "x"],
                                   ["pin", "x"], ["pin", "change"], ["pin", "change", "x"],
                                   ["status", "--no"], ["status", "--reader"], ["watch", "x"],
                                   ["cert", "--pem", "--der"],
                                   ["status", "--reader", ""], ["cert", "--json", "--output", "x"]])
def test_what_is_not_understood_is_told(jpki, words):
    said = jpki(*words, status=USAGE)
    assert said.startswith(f"jpki: {words[0]}: ")
    assert f'"jpki help {words[0]}" tells more.' in said


@pytest.mark.alike
@pytest.mark.parametrize("words", [
    ["status", "--pin-fd", "0"], ["status", "--last-try"], ["status", "--remind", "--json"],
    ["status", "--remind", "--reader", "x"], ["cert", "--force"], ["cert", "--pem", "--force"],
    ["pin", "--weak"], ["pin", "status", "--last-try"], ["pin", "status", "--pin-fd", "0"],
    ["check", "--no-pin", "--last-try"], ["check", "--file", "x", "--no-pin"],
    ["check", "--file", "x", "--last-try"], ["check", "--file", "x", "--pin-fd", "0"],
    ["pdf", "check", "x.pdf", "--pin-fd", "0"], ["pdf", "check", "x.pdf", "--last-try"],
    ["pdf", "check", "x.pdf", "--reader", "x"], ["pdf", "check", "x.pdf", "--output", "y"],
    ["pdf", "check", "x.pdf", "--force"], ["pdf", "sign", "x.pdf", "--json"],
    ["pdf", "sign", "x.pdf", "--ca", "y"]], ids=" ".join)
def test_an_option_that_would_do_nothing_is_refused(jpki, card, words):
    said = jpki(*words, status=USAGE)
    assert re.match(rf"jpki: {words[0]}: --[a-z-]+ (does nothing with|and --[a-z-]+ exclude)", said)
    assert card.exchanges() == 0


@pytest.mark.parametrize("words", [["sign", "-"], ["check", "-"], ["sign", "x.pdf", "--output", "-"]],
                         ids=" ".join)
def test_a_pdf_is_no_stream(jpki, card, words):
    assert '"-" stands for none' in jpki("pdf", *words, status=USAGE)
    assert card.exchanges() == 0


@pytest.mark.parametrize("words", [["--version", "x"], ["-V", "--json"], ["--help", "status", "x"],
                                   ["help", "status", "x"]], ids=" ".join)
def test_a_word_too_much_is_refused(words):
    done = subprocess.run([JPKI, *words], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == USAGE and f'"{words[-1]}" is too much here' in done.stderr


# --- errors for programs --------------------------------------------------------------------------


@pytest.mark.alike
@pytest.mark.parametrize("words, status, pin, expected", [
    (["cert", "sign"], NO_PIN, "WRONG1", {"code": "pin-wrong", "try_spent": True, "tries_left": 4}),
    (["cert", "sign"], NO_PIN, "AB1", {"code": "pin-length", "try_spent": False, "tries_left": 5}),
    (["cert", "sign"], NO_PIN, None, {"code": "no-pin"}),
    (["cert", "--reader", "ACS"], NO_CARD, None, {"code": "no-such-reader"}),
    (["check"], NO_PIN, "4321", {"code": "pin-wrong", "try_spent": True, "tries_left": 2}),
    (["check", "--file", "/nowhere"], FAILED, None, {"code": "file"}),
    (["check", "--no-pin", "--crl", "/etc/passwd"], FAILED, None, {"code": "file"}),
    (["verify", "/etc/passwd"], FAILED, None, {"code": "file"}),
    (["verify", "/nowhere"], FAILED, None, {"code": "file"}),
    (["pin", "change", "auth"], NO_PIN, ["4321", "5739"],
     {"code": "pin-wrong", "try_spent": True, "tries_left": 2}),
    (["pin", "change", "auth"], NO_PIN, [AUTH_PIN, "1111"], {"code": "pin-weak"}),
    (["pin", "change", "auth"], NO_PIN, [AUTH_PIN, AUTH_PIN], {"code": "pin-same"}),
    (["pin", "change", "auth"], NO_PIN, [AUTH_PIN, "111"], {"code": "new-pin-length"}),
    (["status", "--sign"], NO_PIN, "WRONG1",
     {"code": "pin-wrong", "try_spent": True, "tries_left": 4}),
    (["status", "--nothing"], USAGE, None, {"code": "usage"}),
    (["status", "x"], USAGE, None, {"code": "usage"}),
    (["nonsense"], USAGE, None, {"code": "usage"}),
    (["sign", "x"], USAGE, None, {"code": "usage"}),
    (["pin", "change"], USAGE, None, {"code": "usage"}),
    (["watch", "x"], USAGE, None, {"code": "usage"}),
])
def test_an_error_is_an_object_too(jpki, card, words, status, pin, expected):
    """With --json there is one value on standard output however it ends."""
    assert jpki.error(*words, status=status, pin=pin) == expected


@pytest.mark.parametrize("option", ["--json=1", "--json=", "--js=x"])
def test_an_error_of_the_option_itself_is_an_object_too(option):
    done = subprocess.run([JPKI, "status", option], capture_output=True, text=True, timeout=TIMEOUT,
                          check=False)
    assert done.returncode == USAGE and json.loads(done.stdout)["error"]["code"] == "usage"


@pytest.mark.parametrize("tries, expected", [
    (0, {"code": "pin-blocked", "tries_left": 0}), (1, {"code": "last-try", "tries_left": 1})])
def test_an_error_before_the_pin_is_an_object_too(jpki, card, tries, expected):
    card.set_tries("signature", tries)
    card.mark()
    for words in (["cert", "sign"], ["status", "--sign"], ["check", "sign"], ["pin", "change", "sign"]):
        assert jpki.error(*words, status=NO_PIN, pin=SIGN_PIN) == expected
    assert card.verifies() == []


def test_a_pin_that_is_changed_is_an_object(jpki):
    assert jpki.json("pin", "change", "auth", pin=[AUTH_PIN, "5739"]) == {"changed": "auth"}
