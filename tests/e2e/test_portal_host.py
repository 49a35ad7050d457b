# SPDX-License-Identifier: BSD-2-Clause
"""jpki-portal-host, alone: what a browser would send comes over a pipe, and a program that stands in
for pinentry answers."""

import base64
import fcntl
import hashlib
import itertools
import json
import os
import pathlib
import re
import select
import shutil
import signal
import struct
import subprocess

import pytest

from neighbour import LEAVE
from portal_host import (HOST, OFFICIAL, ORIGIN, OURS_CHROMIUM, Host, Nowhere, Windows, digest, log_in,
                         refused, sign)
from prompt import Prompted
from refusing import refuse_everybody
from support import (SLOWNESS, TIMEOUT, Card, assert_signed, fewest, needs, openssl, output,
                     wait_until, with_window)

pytestmark = pytest.mark.alike

DATA = b"challenge"
DOCUMENTS = [b"one", b"two", b"three"]
LOCKS = ("reset", "power-off")
MANY = [b"%d" % number for number in range(100)]
PIN, PASSWORD, ATTRIBUTES_PIN = "1234", "ABC123", "5678"
# What is in each answer that is one.
ALWAYS = ("mode", "result", "uuid", "combination_code")


@pytest.fixture
def windows(tmp_path):
    return Windows(tmp_path)


@pytest.fixture
def hosts(request, windows, tmp_path, stopped):
    """Makes hosts."""
    def make(*caller, **more):
        sandbox = more.pop("sandbox", None) or request.getfixturevalue("sandbox")
        return stopped(Host(sandbox, windows, tmp_path, **({"caller": caller} if caller else {}),
                            **more))

    return make


@pytest.fixture
def host(hosts):
    return hosts()


@pytest.fixture
def bare(hosts):
    """What is refused is so before anything is looked at: neither a window nor a process comes of it."""
    made = hosts(sandbox=Nowhere())
    yield made
    assert made.windows.opened() == 0 and made.workers() == []


def unpadded(text):
    assert "=" not in text
    return base64.b64decode(text + "=" * (-len(text) % 4))


def assert_right(answer, certificate, folder, *documents):
    """The signatures are of these, by the key of the certificate, which goes along."""
    signatures = answer["signature"]
    signatures = signatures if isinstance(signatures, list) else [signatures]
    assert unpadded(answer["certificate"]) == openssl("x509", "-in", certificate, "-outform", "DER")
    assert len(signatures) == len(documents)
    for signature, document in zip(signatures, documents):
        file = folder / "signature.bin"
        file.write_bytes(base64.b64decode(signature, validate=True))
        assert_signed(certificate, document, file, folder)


# --- what it is for ---------------------------------------------------------------------------


def test_log_in(host, card, certificates, tmp_path):
    card.mark()
    answer = host.ask(log_in(DATA), PIN)
    assert set(answer) == {*ALWAYS, "signature", "certificate"}
    assert answer["mode"] == "01" and answer["result"] == "0" and isinstance(answer["signature"], str)
    assert_right(answer, certificates / "authentication.pem", tmp_path, DATA)
    assert card.answers("0018") == ["9000"] and card.verified() == []
    assert host.windows.opened() == 1 and host.close() == 0


def test_sign(host, card, certificates, tmp_path):
    card.mark()
    answer = host.ask(sign(*DOCUMENTS), PASSWORD)
    assert set(answer) == {*ALWAYS, "signature", "certificate"}
    assert answer["mode"] == "02" and answer["result"] == "0"
    assert_right(answer, certificates / "signature.pem", tmp_path, *DOCUMENTS)
    assert card.answers("001B") == ["9000"] and card.verified() == []
    assert host.windows.opened() == 1 and host.close() == 0


def test_attributes(host, card):
    card.mark()
    answer = host.ask({"mode": "04", "service_id": "01"}, ATTRIBUTES_PIN)
    has = card.attributes()
    assert set(answer) == {*ALWAYS, "name", "address", "birthday", "sex"}
    assert {name: bytes.fromhex(answer[name]).decode() for name in ("name", "address", "birthday", "sex")} == {
        "name": has["name"], "address": has["address"], "birthday": has["birth-date"], "sex": has["sex"]}
    assert (answer["mode"], answer["result"]) == ("04", "0")
    assert [(entry.application, entry.ef, entry.sw) for entry in card.verifies()] == [
        ("input-aid", "0011", "9000")]
    assert card.verified() == [] and host.windows.opened() == 1 and host.close() == 0


@pytest.mark.parametrize("mode", ["05", "05 in a window"])
def test_the_end(host, card, mode):
    card.mark()
    if "window" in mode:
        host.begin(log_in())
    host.send({"mode": "05"})
    assert host.answer() is None
    assert host.process.wait(TIMEOUT) == 0
    assert card.verifies() == [] and windows_that_live(host.windows) == []


BARE = base64.b64encode(hashlib.sha256(DATA).digest()).decode()


@pytest.mark.parametrize("mode, one, pin, certificate, kind", [
    ("01", BARE, PIN, "authentication", str), ("02", digest(DATA), PASSWORD, "signature", list)])
def test_a_bare_hash_gets_its_digest_info_and_one_document_may_be_a_text(
        host, certificates, tmp_path, mode, one, pin, certificate, kind):
    answer = host.ask({"mode": mode, "digest": one}, pin)
    assert isinstance(answer["signature"], kind)
    assert_right(answer, certificates / f"{certificate}.pem", tmp_path, DATA)


def test_a_hundred_documents(host, card, certificates, tmp_path):
    documents = [str(number).encode() for number in range(100)]
    card.mark()
    answer = host.ask(sign(*documents), PASSWORD)
    assert len(answer["signature"]) == 100 and card.answers("001B") == ["9000"]
    del answer["signature"][3:]
    assert_right(answer, certificates / "signature.pem", tmp_path, *documents[:3])


def test_one_after_the_other(host, card):
    for _ in range(3):
        assert host.ask(log_in(), PIN)["result"] == "0"
        assert card.verified() == []
    assert host.close() == 0


def test_exchanges_of_a_login(host, card, cache):
    """With a card that nobody has seen, SELECT, EF 0006 and 0008, and the certificate: its head, and
    after the PIN the rest of it. With one that is known, SELECT and the head. Then the tries, the
    number (SELECT of another application, READ RECORD, SELECT), and SELECT, tries, VERIFY and the
    signature."""
    def counts():
        shutil.rmtree(cache, ignore_errors=True)
        taken = []
        for _ in range(2):
            card.mark()
            assert host.ask(log_in(), PIN)["result"] == "0"
            taken.append(card.exchanges())
        return taken

    assert [16, 10] == fewest(counts, [16, 10])


def test_signatures_take_longer_than_a_login_lasts(hosts, card, certificates, tmp_path):
    card("delay", "signature", "1500000")
    card.mark()
    answer = hosts(env=with_window(tmp_path, 1)).ask(sign(*DOCUMENTS), PASSWORD)
    assert_right(answer, certificates / "signature.pem", tmp_path, *DOCUMENTS)
    assert card.answers("001B") == ["9000"] and card.verified() == []


@pytest.mark.parametrize("documents", [DOCUMENTS[:1], DOCUMENTS])
def test_a_person_who_wants_to_be_asked_for_each(hosts, card, certificates, tmp_path, documents):
    """The first time it is for the certificate."""
    host = hosts(env=with_window(tmp_path, 0))
    card.mark()
    answer = host.ask(sign(*documents), PASSWORD, "XYZ999", *[PASSWORD] * len(documents))
    assert_right(answer, certificates / "signature.pem", tmp_path, *documents)
    told = [told["SETDESC"] for told in host.told]
    assert all(f"This is for document {n} of {len(documents)}" in told[n + 1] for n in range(1, len(documents) + 1))
    assert "This is for document 1 of" in told[1] and "This is for" not in told[0]
    assert card.answers("001B") == ["9000", "63C4", *["9000"] * len(documents)] and card.verified() == []


# --- the numbers ------------------------------------------------------------------------------


def kept(tmp_path):
    return tmp_path / "home" / ".local" / "share" / "jpki" / "portal-installation"


def combination(number, uuid):
    salt = bytes.fromhex("2e71f6620bc654ced494e5ec34fe03c8")
    return hashlib.sha256(salt + number.encode() + bytes.fromhex(uuid)).hexdigest()


def test_the_numbers(hosts, card, tmp_path):
    """The same for all requests and all processes, and what is kept is for the person alone."""
    answers = [hosts().ask(log_in(), PIN), hosts().ask({"mode": "04"}, ATTRIBUTES_PIN)]
    uuid = answers[0]["uuid"]
    assert re.fullmatch("[0-9a-f]{32}", uuid)
    code = combination(card.attributes()["manufacture-number"], uuid)
    assert [(a["uuid"], a["combination_code"]) for a in answers] == [(uuid, code)] * 2
    file = kept(tmp_path)
    assert file.read_text() == f"{uuid}\n" and file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in file.parent.iterdir()] == [file.name]


NUMBER = "0123456789abcdef" * 2


@pytest.mark.parametrize("before", [NUMBER, "", "12", "x" * 32, "0" * 33, "0" * 5000])
def test_a_number_that_is_none_is_made_anew(host, tmp_path, before):
    """One that is there is used."""
    kept(tmp_path).parent.mkdir(parents=True)
    kept(tmp_path).write_text(before)
    uuid = host.ask(log_in(), PIN)["uuid"]
    assert (uuid == before) == (before == NUMBER)
    assert kept(tmp_path).read_text() in (uuid, f"{uuid}\n")


def test_without_a_place_for_the_number(host, tmp_path):
    """One logs in without."""
    (tmp_path / "home" / ".local").write_text("a file")
    answer = host.ask(log_in(), PIN)
    assert answer["result"] == "0" and {"uuid", "combination_code"} & set(answer) == set()
    assert host.said().count("cannot") == 1


def test_a_number_that_is_locked_for_ever(host, tmp_path):
    """One logs in without."""
    kept(tmp_path).parent.mkdir(parents=True, mode=0o700)
    folder = os.open(kept(tmp_path).parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    answer = host.ask(log_in(), PIN)
    os.close(folder)
    assert answer["result"] == "0" and "uuid" not in answer and "cannot write" in host.said()


@pytest.mark.parametrize("quirk", ["absent", "no-record", "short", "garbled"])
def test_a_card_without_a_number(sandboxes, hosts, quirk):
    answer = hosts(sandbox=sandboxes("--quirk", f"manufacture-number={quirk}")).ask(log_in(), PIN)
    assert answer["result"] == "0" and "uuid" in answer and "combination_code" not in answer


# --- the window -------------------------------------------------------------------------------

AUTHENTICATION_TEXT = "PIN of the certificate for user authentication (4 digits)"
SIGNATURE_TEXT = "Password of the certificate for digital signature (6 to 16 letters and digits)"
ATTRIBUTES_TEXT = "PIN for entering what is on the card's surface (4 digits)"
WINDOWS = {
    "log in": (log_in(), PIN, f"{ORIGIN} asks you to log in with your My Number card.\n"
               f"{AUTHENTICATION_TEXT}\nTries left: 3 of 3.", "PIN:"),
    "sign": (sign(*DOCUMENTS), PASSWORD, f"{ORIGIN} asks for your signature under 3 documents.\n"
             "Your name, address, date of birth and sex go along, in your certificate.\n"
             f"{SIGNATURE_TEXT}\nTries left: 5 of 5.", "Signature password:"),
    "sign one": (sign(DATA), PASSWORD, f"{ORIGIN} asks for your signature under 1 document.\n"
                 "Your name, address, date of birth and sex go along, in your certificate.\n"
                 f"{SIGNATURE_TEXT}\nTries left: 5 of 5.", "Signature password:"),
    "attributes": ({"mode": "04"}, ATTRIBUTES_PIN,
                   f"{ORIGIN} asks for your name, address, date of birth and sex.\n"
                   f"{ATTRIBUTES_TEXT}\nTries left: 3 of 3.", "PIN:"),
}
JAPANESE = {
    "log in": f"{ORIGIN} が、マイナンバーカードでのログインを求めています。\n"
              "利用者証明用電子証明書の暗証番号 (数字4桁)\n残りは3回です (全3回)。",
    "sign": f"{ORIGIN} が、文書3件への電子署名を求めています。\n"
            "署名に付く電子証明書には、氏名、住所、生年月日、性別が含まれます。\n"
            "署名用電子証明書のパスワード (英数字6～16文字)\n残りは5回です (全5回)。",
    "attributes": f"{ORIGIN} が、氏名、住所、生年月日、性別の読み取りを求めています。\n"
                  "券面事項入力補助用の暗証番号 (数字4桁)\n残りは3回です (全3回)。",
}


@pytest.mark.parametrize("what", WINDOWS)
def test_what_the_window_says(host, what):
    message, pin, text, label = WINDOWS[what]
    host.ask(message, pin)
    assert host.told[0]["SETDESC"] == text and host.told[0]["SETPROMPT"] == label
    assert host.told[0]["options"]["display"] == ":99" and "ttyname" not in host.told[0]["options"]


@pytest.mark.parametrize("what", JAPANESE)
def test_what_the_window_says_in_japanese(hosts, some_locale, what):
    host = hosts(env=some_locale)
    host.ask(*WINDOWS[what][:2])
    assert host.told[0]["SETDESC"] == JAPANESE[what] and host.told[0]["SETCANCEL"] == "キャンセル"


def test_the_official_extension_does_not_tell_the_site(hosts, certificates, tmp_path):
    host = hosts(*OFFICIAL)
    for text in (json.dumps(log_in(DATA)), json.dumps(json.dumps(log_in(DATA)))):
        host.send_text(text)
        told = host.windows.give(PIN)[0]["SETDESC"].splitlines()
        assert told[0] == "A site asks you to log in with your My Number card."
        assert told[1].startswith("Which one is not known: the official extension")
        assert_right(host.answer(), certificates / "authentication.pem", tmp_path, DATA)


def test_our_extension_in_chromium(hosts):
    assert hosts(*OURS_CHROMIUM).ask(log_in(), PIN)["result"] == "0"


KEYS = {"log in": ("authentication", PIN, "9999", "8888", 3),
        "sign": ("signature", PASSWORD, "XYZ999", "XYZ888", 5),
        "attributes": ("input-aid", ATTRIBUTES_PIN, "9999", "8888", 3)}
FILES = {"log in": "0018", "sign": "001B", "attributes": "0011"}
ALL_KEYS = pytest.mark.parametrize("what", KEYS)


@ALL_KEYS
def test_a_wrong_pin_costs_one_try_and_is_told(host, card, what):
    """And the same once more costs none."""
    name, right, wrong, _, tries = KEYS[what]
    card.mark()
    assert host.ask(WINDOWS[what][0], wrong, wrong, right)["result"] == "0"
    again, twice = (told["SETDESC"] for told in host.told[1:])
    assert again.startswith("The card says that it is wrong.\nThat has cost a try.\n")
    assert again.endswith(f"Tries left: {tries - 1} of {tries}.")
    assert "The card has refused the same one before" in twice and "No try was spent.\n" in twice
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [
        (FILES[what], f"63C{tries - 1}"), (FILES[what], "9000")]
    assert card.tries(name) == tries and card.verified() == []


@ALL_KEYS
def test_what_cannot_be_right_costs_no_try(host, card, what):
    name, right, _, _, tries = KEYS[what]
    card.mark()
    malformed = ("12", "", "1" * 30, "あ" * 6, "12-4")
    assert host.ask(WINDOWS[what][0], *malformed, right)["result"] == "0"
    assert all("No try was spent.\n" in told["SETDESC"] for told in host.told[1:])
    assert [entry.sw for entry in card.verifies()] == ["9000"] and card.tries(name) == tries


@ALL_KEYS
def test_the_last_try_is_told_and_blocks(host, card, what):
    name, _, wrong, other, _ = KEYS[what]
    card.set_tries(name, 2)
    card.mark()
    answer = host.ask(WINDOWS[what][0], wrong, other)
    assert answer == refused(answer["mode"], "pin-blocked")
    assert "ONLY ONE TRY IS LEFT" not in host.told[0]["SETDESC"]
    assert "ONLY ONE TRY IS LEFT" in host.told[1]["SETDESC"]
    assert len(card.verifies()) == 2 and card.tries(name) == 0
    assert host.ask(WINDOWS[what][0]) == answer  # and nobody is asked
    assert host.windows.opened() == 2 and len(card.verifies()) == 2


@ALL_KEYS
def test_the_last_try_may_be_right(host, card, what):
    name, right, _, _, tries = KEYS[what]
    card.set_tries(name, 1)
    assert host.ask(WINDOWS[what][0], right)["result"] == "0"
    assert "ONLY ONE TRY IS LEFT" in host.told[0]["SETDESC"] and card.tries(name) == tries


@ALL_KEYS
def test_tries_that_go_while_the_window_is_open(host, card, what):
    """The person was told of more of them: the last one is not spent."""
    name, right, wrong, _, tries = KEYS[what]
    card.mark()
    host.begin(WINDOWS[what][0])
    card.set_tries(name, 1)
    host.windows.answer(f"pin {wrong}")
    told = host.windows.give(right)[0]["SETDESC"]
    assert "ONLY ONE TRY IS LEFT" in told and "No try was spent." in told
    assert host.answer()["result"] == "0"
    assert [entry.sw for entry in card.verifies()] == ["9000"] and card.tries(name) == tries


@ALL_KEYS
@pytest.mark.parametrize("answer, word", [
    ("cancel", "cancelled"), ("timeout", "cancelled"), ("broken", "no-pinentry")])
def test_no_answer(host, card, what, answer, word):
    card.mark()
    host.begin(WINDOWS[what][0])
    host.windows.answer(answer)
    said = host.answer()
    assert said == refused(said["mode"], word)
    assert card.verifies() == [] and host.windows.opened() == 1


def without_pinentry(hosts, windows):
    """A host that finds no program but what a shell needs."""
    folder = windows.folder.parent / "bin"
    (folder / "pinentry").unlink()
    return hosts(before=["env", f"PATH={folder}"])


def test_without_pinentry(hosts, windows, card):
    card.mark()
    host = without_pinentry(hosts, windows)
    assert host.ask(log_in()) == refused("01", "no-pinentry") and card.verifies() == []


def test_nobody_is_asked_without_end(host, card):
    card.mark()
    host.send(log_in())
    host.windows.give(*["1"] * 10)
    assert host.answer() == refused("01", "cancelled") and card.verifies() == []


# --- no card ----------------------------------------------------------------------------------


@pytest.mark.parametrize("options, word", [
    (["--no-service"], "no-service"),
    (["--no-reader"], "no-reader"),
    (["--no-card"], "no-card"),
    (["--cards", "2"], "several-cards"),
    (["--quirk", "application=absent"], "other-card"),
    (["--quirk", "application=foreign"], "other-card"),
    (["--quirk", "label=resident"], "other-card"),
])
@ALL_KEYS
def test_no_card_that_can_be_used(sandboxes, hosts, options, word, what):
    host = hosts(sandbox=sandboxes(*options))
    host.send(WINDOWS[what][0])
    answer = host.answer()
    assert answer == refused(WINDOWS[what][0]["mode"], word) and host.windows.opened() == 0


@pytest.mark.parametrize("what, quirk, word", [
    ("log in", "authentication-certificate=absent", "no-key"),
    ("sign", "signature-certificate=absent", "no-key"),
    ("attributes", "attributes=absent", "no-attributes"),
])
def test_a_card_that_lacks_it(sandboxes, hosts, what, quirk, word):
    host = hosts(sandbox=sandboxes("--quirk", quirk))
    assert host.ask(WINDOWS[what][0]) == refused(WINDOWS[what][0]["mode"], word) and host.windows.opened() == 0


def test_the_one_card_with_the_key(sandboxes, hosts):
    """Of two, the other one has none for signatures."""
    sandbox = sandboxes("--cards", "2")
    Card(sandbox, "JPKI_CONTROL_2")("quirk", "set", "signature-certificate", "absent")
    host = hosts(sandbox=sandbox)
    assert host.ask(sign(DATA), PASSWORD)["result"] == "0"
    assert host.ask(log_in()) == refused("01", "several-cards")


@pytest.mark.parametrize("quirk", ["garbled", "length-shorter", "empty"])
def test_attributes_that_make_no_sense(sandboxes, hosts, quirk):
    sandbox = sandboxes("--quirk", f"attributes={quirk}")
    host = hosts(sandbox=sandbox)
    assert host.ask({"mode": "04"}, ATTRIBUTES_PIN) == refused("04", "card-error")
    assert Card(sandbox).verified() == []


@ALL_KEYS
def test_a_card_pulled_before_the_pin(host, card, what):
    card.mark()
    host.begin(WINDOWS[what][0])
    card.eject()
    host.windows.answer(f"pin {KEYS[what][1]}")
    answer = host.answer()
    assert answer == refused(answer["mode"], "card-removed") and card.verifies() == []


# Exchanges that are left out where none takes long.
FEWER = 5


@ALL_KEYS
def test_a_card_pulled_at_any_moment(host, card, cache, what):
    """No answer in part, no try lost. Each time, nothing is known of the card."""
    name, right, _, _, tries = KEYS[what]
    message = WINDOWS[what][0]
    card.mark()
    assert host.ask(message, right)["result"] == "0"
    count = card.exchanges()
    for number in range(1, count + 1, 3 if what != "sign" else 5):
        shutil.rmtree(cache, ignore_errors=True)
        card.fault("eject", number)
        host.send(message)
        answer_a_window(host, right)
        answer = host.answer()
        if answer["result"] == "0":  # in less time than at first, a card is asked less whose it is
            assert number > count - FEWER
            break
        assert answer["result"] == "1" and set(answer) == {"mode", "result", "errcode", "message"}
        assert answer["message"] in ("no-card", "card-removed"), number
        card.clear_faults()
        card("insert")
        wait_until(card.seen)
        assert card.tries(name) == tries and card.verified() == []


def test_a_card_pulled_at_the_second_signature(host, card):
    """There is no part of an answer."""
    card.mark()
    card.fault("eject", "sign+1")
    assert host.ask(sign(*DOCUMENTS), PASSWORD)["message"] in ("no-card", "card-removed")
    assert len(card.events("sign")) == 1 and card.answers("001B") == ["9000"]


def answer_a_window(host, pin):
    """Give the PIN if it is asked for."""
    asked = host.windows.folder / f"{host.windows.count + 1}.asked"
    wait_until(lambda: asked.exists() or select.select([host.process.stdout], [], [], 0)[0])
    if asked.exists():
        host.windows.give(pin)


def test_another_program_has_the_card(host, sandbox, holder):
    assert holder.ask("begin") == "0"
    assert host.ask(log_in()) == refused("01", "card-held")
    assert holder.ask("end", LEAVE) == "0"


# --- what is refused --------------------------------------------------------------------------

GOOD_INFO = base64.b64decode(digest(DATA))
SHA1_INFO = bytes.fromhex("3021300906052b0e03021a05000414") + bytes(20)


def b64(data):
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("value", [
    None, 1, True, {}, "", "x", b64(b""), b64(bytes(20)), b64(bytes(31)), b64(bytes(33)), b64(bytes(51)), b64(SHA1_INFO),
    b64(b"\x31" + GOOD_INFO[1:]), b64(GOOD_INFO[:18] + b"\x21" + GOOD_INFO[19:]), b64(GOOD_INFO + b"\0"),
    b64(GOOD_INFO[:-1]), b64(bytes(245)), b64(GOOD_INFO) + "\n", " " + b64(GOOD_INFO),
    b64(bytes(32)).rstrip("="), b64(bytes(32)) + "=", "A" * 42 + "B=", "====", b64(bytes(32)).replace("A", "-"),
    [digest(DATA)], [],
], ids=repr)
@pytest.mark.parametrize("mode", ["01", "02"])
def test_nothing_but_hashes_is_signed(bare, mode, value):
    if mode == "02" and value == [digest(DATA)]:
        value = [digest(DATA), b64(bytes(245))]
    message = {"mode": mode, "service_id": "01"} | ({} if value is None else {"digest": value})
    assert bare.ask(message) == refused(mode, "refused-digest")


@pytest.mark.parametrize("count", [0, 101, 60000])
def test_no_more_than_a_hundred(bare, count):
    assert bare.ask({"mode": "02", "digest": [digest(DATA)] * count}) == refused("02", "refused-digest")


@pytest.mark.parametrize("name", ["pin", "PIN", "Pin", "pin_code", "password", "passWord", "passwd", "passcode",
                                  "pw", "PIN1", "pin-1", "user_pin", "暗証番号", "パスワード1"])
@pytest.mark.parametrize("message", [log_in(), sign(DATA), {"mode": "04"}, {"mode": "05"}, {"mode": "77"}],
                         ids=lambda message: message["mode"])
def test_a_pin_does_not_pass_through_the_browser(bare, message, name):
    assert bare.ask({**message, name: "1234"}) == refused(message["mode"], "refused-pin")


@pytest.mark.parametrize("name", ["userPIN", "PINCode", "PinSign", "signaturepin", "pinvalue", "new_pins", "pwd", "user-pass",
                                  "pass_word", "MyPassPhrase", "oldPasswd2", "ＰＩＮ", "ｐｉｎ番号", "暗証", "新パスワード", "ピン", "ピン番号",
                                  "p-i-n"])
def test_many_names_of_a_pin(bare, name):
    for more in ({name: ""}, {"a": {"b": {name: 1}}}, {"a": [1, [{name: None}]]}):
        assert bare.ask(log_in(**more)) == refused("01", "refused-pin"), more


def test_a_pin_may_be_where_nobody_looks(bare):
    deep = {}
    for _ in range(100):
        deep = [deep]
    assert bare.ask(log_in(a=deep)) == refused("01", "refused-pin")


def test_no_names_of_a_pin(bare):
    """Seen from the digest, which is looked at afterwards."""
    names = ["shipping", "mapping", "spin", "ping", "opinion", "optIn", "pinned", "compass", "passport", "spinner", "ショッピング",
             "ピンク", "Ｐ", "xＺ", "service_id", "mapIn", "at pwr"]
    message = {"mode": "01", "digest": "", "a": [{name: {name: "1234"} for name in names}]}
    assert bare.ask(message) == refused("01", "refused-digest")


@pytest.mark.parametrize("origin", [
    "http://myna.go.jp", "https://myna.go.jp/", "https://myna.go.jp:443", "https://myna.go.jp:8443",
    "https://myna.go.jp.example.com", "https://xmyna.go.jp", "https://.myna.go.jp", "https://a..myna.go.jp",
    "https://MYNA.go.jp", "https://e-tax.nta.go.jp", "https://x.login.e-tax.nta.go.jp", "https://go.jp",
    "https://a@myna.go.jp", "https://example.com/.myna.go.jp", "https://example.com#.myna.go.jp",
    "https://a b.myna.go.jp", "myna.go.jp", "null", "", "https://", "file://", "https://マイナ.myna.go.jp",
    "https://" + "a." * 200 + "myna.go.jp"])
def test_other_sites(bare, origin):
    assert bare.ask(log_in(), origin=origin) == refused("01", "refused-origin")


@pytest.mark.parametrize("origin", ["https://myna.go.jp", "https://www.myna.go.jp", "https://a.b-1.myna.go.jp",
                                    "https://login.e-tax.nta.go.jp"])
def test_the_sites(host, origin):
    assert host.ask(log_in(), PIN, origin=origin)["result"] == "0"
    assert host.told[0]["SETDESC"].startswith(f"{origin} asks")


@pytest.fixture
def list_of_sites(tmp_path):
    """The person's own, that is to be made."""
    folder = tmp_path / "config" / "jpki"
    folder.mkdir(parents=True)
    return folder / "portal.conf"


def with_list(hosts, file):
    return hosts(env={"XDG_CONFIG_HOME": str(file.parents[1])})


def test_sites_of_the_person(hosts, list_of_sites):
    list_of_sites.write_text(
        "# mine\n[sites]\nsite = https://try.example:8443\nsite = https://two.example\n"
        "site = http://not.example\nsite = https://Not.example\nsite=https://not.example/\n[other]\nsite = https://o.example\n")
    host = with_list(hosts, list_of_sites)
    for origin in ("https://try.example:8443", "https://two.example"):
        assert host.ask(log_in(), PIN, origin=origin)["result"] == "0"
    for origin in ("https://try.example", "https://x.two.example", "http://not.example", "https://not.example",
                   "https://not.example/", "https://Not.example", "https://o.example", "https://three.example"):
        assert host.ask(log_in(), origin=origin) == refused("01", "refused-origin")
    assert 'jpki-portal-host: ' in host.said() and '"http://not.example" is not a site' in host.said()


def test_sites_by_whole_lines(hosts, list_of_sites):
    """What is long, goes on or is not understood lists no other site."""
    list_of_sites.write_text(
        "[sites]\n# " + "x" * 196 + "site = https://comment.example\n site = https://two.example\n"
        "  https://more.example\nsite = https://" + "a." * 80 + "example" + ".cut" * 9 + "\nnonsense\n"
        "[other\nsite = https://o.example\n")
    host = with_list(hosts, list_of_sites)
    assert host.ask(log_in(), PIN, origin="https://two.example")["result"] == "0"
    for origin in ("https://comment.example", "https://more.example", "https://o.example", "https://" + "a." * 80 + "example",
                   *("https://" + ("a." * 80 + "example" + ".cut" * 9)[:n] for n in range(175, 186))):
        assert host.ask(log_in(), origin=origin) == refused("01", "refused-origin")
    said = host.said()
    assert '"https" in [sites] is not known' in said and "line 5 is longer than" in said
    assert "line 6 is neither" in said and "line 7 is neither" in said
    assert "line 2" not in said


def test_a_pipe_is_no_list_of_sites(hosts, list_of_sites):
    os.mkfifo(list_of_sites)
    host = with_list(hosts, list_of_sites)
    assert host.ask(log_in(), origin="https://two.example") == refused("01", "refused-origin")


@pytest.mark.parametrize("text, mode", [
    ("", None), (" ", None), ("{", None), ("x", None), ("{}", None), ("[]", None), ("1", None), ("null", None),
    ('"{}"', None), ("\0", None), (b"\xff\xfe", None), ('{"check":false}', None), ('{"check":true,"origin":""}', None),
    ('{"check":true,"message":{"mode":"01"}}', "01"), ("[" * 100000, None), ('{"a":' * 3000, None),
    ("{} {}", None), ('{"origin":"https://myna.go.jp"}', None), ('{"message":{"mode":"01"}}', "01"),
    ('{"origin":1,"message":{"mode":"01"}}', "01"), ('{"origin":"https://myna.go.jp","message":"{}"}', None),
    ('{"origin":"https://myna.go.jp","message":[]}', None),
    ('{"origin":"https://myna.go.jp","message":{"mode":"01"},"x":1}', "01"),
    ('{"origin":"https://myna.go.jp","origin":"https://myna.go.jp","message":{"mode":"01"}}', None),
    ('{"origin":"https://myna.go.jp","message":{"mode":"01","mode":"02"}}', None),
    ('{"origin":"https://myna.go.jp","message":{}}', None),
    ('{"origin":"https://myna.go.jp","message":{"mode":1}}', None),
    ('{"origin":"https://myna.go.jp","message":{"mode":""}}', None),
    ('{"origin":"https://myna.go.jp","message":{"mode":"1"}}', "1"),
    ('{"origin":"https://myna.go.jp","message":{"mode":"03"}}', "03"),
    ('{"origin":"https://myna.go.jp","message":{"mode":"check"}}', "check"),
    ('{"origin":"https://myna.go.jp","message":{"mode":"0123456789"}}', None),
    ('{"origin":"https://myna.go.jp\\u0000","message":{"mode":"01"}}', None),
    (json.dumps(log_in()), None),
], ids=lambda value: repr(value)[:40])
def test_what_is_not_understood(bare, text, mode):
    """And the next message is answered as any."""
    bare.send_text(text)
    assert bare.answer() == refused(mode, "not-understood")
    assert bare.ask({"mode": "03"}) == refused("03", "not-understood")


@pytest.mark.parametrize("text", [json.dumps({"origin": ORIGIN, "message": log_in()}), '{"check":true}'])
def test_the_official_extension_is_not_believed(hosts, text):
    """A page may have written it."""
    host = hosts(*OFFICIAL)
    host.send_text(text)
    assert host.answer() == refused(None, "not-understood") and host.windows.opened() == 0


@pytest.mark.parametrize("length", [5 * 1024 * 1024 + 1, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_length_that_cannot_be(bare, length):
    bare.send_bytes(struct.pack("=I", length) + b"{}")
    assert bare.answer() == refused(None, "not-understood")
    assert bare.answer() is None and bare.process.wait(TIMEOUT) == 1
    assert "too long" in bare.said()


@pytest.mark.parametrize("data", [b"\1", b"\1\0\0", b"\2\0\0\0{", b"\xff\xff\x0f\0{}"])
def test_half_a_message(bare, data):
    bare.send_bytes(data)
    bare.process.stdin.close()
    assert bare.answer() == refused(None, "not-understood")
    assert bare.answer() is None and bare.process.wait(TIMEOUT) == 1


def test_byte_by_byte(host):
    text = json.dumps({"origin": ORIGIN, "message": log_in()}).encode()
    for byte in struct.pack("=I", len(text)) + text:
        host.send_bytes(bytes([byte]))
    host.windows.give(PIN)
    assert host.answer()["result"] == "0"


def test_ten_messages_at_once(host, card):
    """The first is done, the others are told at once that it is."""
    card.mark()
    text = json.dumps({"origin": ORIGIN, "message": log_in()}).encode()
    host.send_bytes((struct.pack("=I", len(text)) + text) * 10)
    assert [host.answer() for _ in range(9)] == [refused("01", "busy")] * 9
    host.windows.give(PIN)
    assert host.answer()["result"] == "0" and host.close() == 0
    assert card.answers() == ["9000"] and host.windows.opened() == 1


def test_what_is_wrong_is_told_meanwhile(host):
    host.begin(log_in())
    host.send_text("x")
    assert host.answer() == refused(None, "not-understood")
    assert host.ask({**log_in(), "pin": "1234"}) == refused("01", "refused-pin")
    host.windows.answer(f"pin {PIN}")
    assert host.answer()["result"] == "0"


# --- the browser goes -------------------------------------------------------------------------


# Signatures that may still be made: the one under way, and what begins until the end is known. Each
# takes a second.
FEW = 3


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def windows_that_live(windows):
    """The fake pinentries: they know the script's path."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
                name = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if f"ASKED={windows.folder}\0".encode() in environment and b"pinentry" in name:
                found.append(int(entry.name))
    return found


WAYS = {
    "closes the pipe": lambda host: host.process.stdin.close(),
    "says the end": lambda host: host.send({"mode": "05"}),
    **{f"SIG{name}": lambda host, name=name: os.kill(host.pid, signal.Signals[f"SIG{name}"])
       for name in ("KILL", "TERM", "HUP")},
}
ALL_WAYS = pytest.mark.parametrize("go", WAYS.values(), ids=WAYS)


@ALL_WAYS
def test_the_browser_goes_while_the_window_is_open(host, card, go):
    """The window goes too, though nobody answers it."""
    card.mark()
    host.begin(log_in())
    workers = host.workers()
    assert len(workers) == 1 and len(windows_that_live(host.windows)) == 1
    go(host)
    wait_until(lambda: windows_that_live(host.windows) == [] and not any(map(alive, workers)))
    assert host.answer() is None
    host.windows.answer(f"pin {PIN}")  # too late
    assert card.verifies() == [] and card.verified() == []


def begin_signatures(host, card, password=PASSWORD):
    """The password is given for more signatures than can be made while a test waits for anything, as
    each takes a second; the process that makes them."""
    card("delay", "signature", str(1000000 * SLOWNESS))
    card.mark()
    host.send(sign(*MANY))
    host.windows.give(password)
    wait_until(lambda: card.events("verify"))
    (worker,) = host.workers()
    return worker


@ALL_WAYS
def test_the_browser_goes_while_the_card_is_open(host, card, go):
    """The card ends what it is doing, does nothing more, and is locked."""
    worker = begin_signatures(host, card)
    made = len(card.events("sign"))
    go(host)
    wait_until(lambda: not alive(worker))
    exchanges = card.exchanges()
    wait_until(lambda: card.verified() == [])
    assert card.exchanges() <= exchanges + 1 and len(card.events("sign")) <= made + FEW
    assert host.answer() is None and card.answers("001B") == ["9000"]
    opened = [entry.event for entry in card.entries()]
    opened = opened[opened.index("verify"):]
    assert {"sign", "select"}.isdisjoint(itertools.dropwhile(lambda event: event not in LOCKS, opened))


def test_a_browser_that_is_stopped(host, card):
    """It reads nothing: the card is locked all the same before the answer is written."""
    card.mark()
    text = json.dumps({"origin": ORIGIN, "message": {"mode": "03"}}).encode()
    frame = struct.pack("=I", len(text)) + text
    host.begin(sign(*DOCUMENTS))
    for _ in range(1200):  # answers that fill the pipe
        host.send_bytes(frame)
    host.windows.answer(f"pin {PASSWORD}")
    wait_until(lambda: card.events("verify"))
    wait_until(lambda: card.verified() == [])
    worker = host.workers()
    host.process.stdin.close()
    host.process.stdout.close()
    wait_until(lambda: not alive(host.pid))
    wait_until(lambda: not any(map(alive, worker)))


def test_a_stopped_request_is_ended(host, card):
    host.begin(log_in())
    (worker,) = host.workers()
    os.kill(worker, signal.SIGSTOP)
    host.process.stdin.close()
    wait_until(lambda: windows_that_live(host.windows) == [] and not alive(worker))
    assert host.answer() is None


def test_a_request_that_dies_is_told(host, card):
    host.begin(log_in())
    (worker,) = host.workers()
    os.kill(worker, signal.SIGABRT)
    assert host.answer() == refused("01", "internal")
    assert windows_that_live(host.windows) == []  # there are no two of them
    assert host.ask(log_in(), PIN)["result"] == "0"


def test_a_request_that_dies_leaves_the_guard(host, card):
    """Which locks the card."""
    worker = begin_signatures(host, card)
    os.kill(worker, signal.SIGKILL)
    assert host.answer() == refused("02", "internal")
    wait_until(lambda: card.verified() == [])
    assert alive(host.pid)


def test_a_stopped_request_does_not_keep_the_card_open(host, card):
    """Nor when the process above can end nothing any more."""
    worker = begin_signatures(host, card)
    os.kill(worker, signal.SIGSTOP)
    os.kill(host.pid, signal.SIGKILL)
    wait_until(lambda: not alive(worker) and card.verified() == [])


def test_a_service_that_goes_while_the_window_is_open(host, card, searcher):
    host.begin(log_in())
    assert searcher("signal", "/usr/sbin/pcscd", signal.SIGKILL)
    host.windows.answer(f"pin {PIN}")
    assert host.answer() == refused("01", "no-service")


def test_a_service_that_never_answers(hosts, sandbox, searcher):
    """As one that hangs."""
    assert searcher("signal", "/usr/sbin/pcscd", signal.SIGSTOP)
    host = hosts()
    assert host.ask(log_in()) == refused("01", "no-service")
    searcher("signal", "/usr/sbin/pcscd", signal.SIGCONT)


# --- several ----------------------------------------------------------------------------------


def test_one_window_at_a_time(hosts, card):
    one, other = hosts(), hosts(*OURS_CHROMIUM)
    card.mark()
    one.begin(log_in())
    assert other.ask(sign(DATA)) == refused("02", "busy")
    one.windows.answer(f"pin {PIN}")
    assert one.answer()["result"] == "0"
    assert other.ask(sign(DATA), PASSWORD)["result"] == "0"
    assert one.windows.opened() == 2 and len(card.verifies()) == 2


def test_a_window_that_was_killed_leaves_no_lock(hosts):
    one = hosts()
    one.begin(log_in())
    os.kill(one.pid, signal.SIGKILL)
    wait_until(lambda: windows_that_live(one.windows) == [])
    assert hosts().ask(log_in(), PIN)["result"] == "0"


# --- nothing of a person ----------------------------------------------------------------------


@ALL_KEYS
def test_nothing_is_logged(host, what):
    host.ask(WINDOWS[what][0], "9999" if what != "sign" else "XYZ999", KEYS[what][1])
    assert host.close() == 0 and host.said() == ""


@ALL_KEYS
def test_nothing_of_a_person_in_a_log_of_all(hosts, card, what):
    host = hosts(env={"JPKI_LOG": "trace"})
    answer = host.ask(WINDOWS[what][0], KEYS[what][1])
    assert answer["result"] == "0"
    assert host.close() == 0 and "is cut" in host.said()
    secret = [KEYS[what][1], card.attributes()["name"], card.attributes()["manufacture-number"],
              card.attributes()["manufacture-number"].encode().hex(), card.attributes()["name"].encode().hex(),
              answer["uuid"], hashlib.sha256(DOCUMENTS[0]).hexdigest(), hashlib.sha256(DATA).hexdigest()]
    said = host.said()
    assert [one for one in secret[1:] if one.lower() in said.lower()] == []
    if what == "sign":
        assert PASSWORD not in said and PASSWORD.encode().hex() not in said.lower()


PREFIX_TEXT = digest(b"")[:24].encode()  # which all of them begin with


def test_no_pin_is_left_in_memory(sandbox, searcher, host, card):
    """Of the process that got it, while it signs, and of the one above."""
    password = "QZ7XK2VW9PR4MT6B"
    card("pin", "set", "signature", password)
    begin_signatures(host, card, password)
    needles = [password[at:at + 6].encode().hex() for at in range(11)]
    pids = sorted(searcher("processes", str(HOST)), reverse=True)
    assert len(pids) == 2
    for pid in pids:  # first the one that signs, which may be in the login a moment longer
        wait_until(lambda: searcher("search", pid, needles)[0] == [])
        assert searcher("search", pid, needles)[1] > 1 << 19
    assert card.verified() == ["signature"] and len(card.events("sign")) < len(MANY)  # it is at it
    card("delay", "signature", "0")
    assert host.answer()["result"] == "0"


def test_nothing_that_was_asked_is_left_in_memory(searcher, host, card):
    """Of the process that stays."""
    documents = [f"document {number}".encode() for number in range(20)]
    assert host.ask(sign(*documents), PASSWORD)["result"] == "0"
    assert host.ask({**log_in(b"refused"), "pin": "1"}) == refused("01", "refused-pin")
    hashes = [hashlib.sha256(document).digest() for document in (*documents, b"refused")]
    texts = [digest(document).encode() for document in (*documents, b"refused")]
    needles = [part.hex() for whole in hashes + texts for part in (whole[:16], whole[16:])
               if not PREFIX_TEXT.startswith(part)]
    (pid,) = searcher("processes", str(HOST))
    # it wipes the last message when it has answered
    wait_until(lambda: searcher("search", pid, needles)[0] == [])
    assert searcher("search", pid, needles)[1] > 1 << 19


# --- the check of the extension's page --------------------------------------------------------


def check(host):
    host.send_text('{"check":true}')
    return host.answer()


def state(**more):
    version = output(HOST, "--version").split()[1]
    return {"result": "0", "version": version, "service": "ok", "reader": "ok", "card": "ok",
            "keys": ["auth", "sign"], "pinentry": True, **more}


@pytest.mark.parametrize("options, said", [
    ([], {}),
    (["--no-service"], {"service": "no-service", "reader": "no-reader", "card": "no-card", "keys": []}),
    (["--no-reader"], {"reader": "no-reader", "card": "no-card", "keys": []}),
    (["--no-card"], {"card": "no-card", "keys": []}),
    (["--cards", "2"], {"card": "several-cards", "keys": []}),
    (["--quirk", "application=absent"], {"card": "other-card", "keys": []}),
    (["--quirk", "signature-certificate=absent"], {"keys": ["auth"]}),
])
def test_check(sandboxes, hosts, options, said):
    sandbox = sandboxes(*options)
    host = hosts(sandbox=sandbox)
    assert check(host) == state(**said)
    assert host.windows.opened() == 0 and host.close() == 0


def test_check_where_the_service_refuses(sandboxes, hosts):
    sandbox = sandboxes()
    refuse_everybody(sandbox)
    found = check(hosts(sandbox=sandbox))
    assert found == state(service="not-allowed", reader="no-reader", card="no-card", keys=[])


def test_check_without_pinentry(hosts, windows):
    host = without_pinentry(hosts, windows)
    assert check(host) == state(pinentry=False)


# --- not by a browser -------------------------------------------------------------------------


class Asking(Prompted):
    """--ask at a terminal."""

    def __init__(self, sandbox, windows, tmp_path, message, *, origin=ORIGIN, env=None):
        (tmp_path / "home").mkdir(exist_ok=True)
        super().__init__(sandbox, HOST, "--ask", origin, json.dumps(message),
                         env={**windows.env, "HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8",
                              "SUDO_UID": "", **(env or {})})

    def answer_screen(self, pin):
        """As Enter is typed where no line is made of it."""
        os.write(self.master, f"{pin}\r".encode())


def test_ask(sandbox, windows, card, certificates, tmp_path):
    with Asking(sandbox, windows, tmp_path, log_in(DATA)) as asking:
        told = windows.give(PIN)[0]
        assert told["options"]["ttyname"] == "/dev/tty"
        answer = json.loads(asking.finish())
    assert_right(answer, certificates / "authentication.pem", tmp_path, DATA)
    assert card.verified() == []


def test_ask_by_a_real_pinentry(sandbox, windows, card, tmp_path):
    """In the terminal itself."""
    needs("pinentry-curses")
    (tmp_path / "bin" / "pinentry").unlink()
    (tmp_path / "bin" / "pinentry").symlink_to("/usr/bin/pinentry-curses")
    with Asking(sandbox, windows, tmp_path, log_in(DATA), env={"TERM": "xterm"}) as asking:
        for pin in (PIN[:3], PIN):
            asking.wait_for("PIN:")
            asking.wait_for("Cancel")
            asking.answer_screen(pin)
        said = asking.finish()
    assert json.loads(said[said.rindex('{"mode"'):].split("}")[0] + "}")["result"] == "0"


@pytest.mark.parametrize("message, origin, answer, word, status, options", [
    (log_in(), ORIGIN, "cancel", "cancelled", 4, []),
    (log_in(), ORIGIN, None, "no-card", 3, ["--no-card"]),
    (log_in(pin="1"), ORIGIN, None, "refused-pin", 1, []),
    (log_in(), "https://example.com", None, "refused-origin", 1, []),
    ({"mode": "01"}, ORIGIN, None, "refused-digest", 1, []),
    ({"mode": "03"}, ORIGIN, None, "not-understood", 2, []),
])
def test_ask_refused(sandboxes, windows, tmp_path, message, origin, answer, word, status, options):
    with Asking(sandboxes(*options), windows, tmp_path, message, origin=origin) as asking:
        if answer:
            windows.next()
            windows.answer(answer)
        assert json.loads(asking.finish(status)) == refused(message["mode"], word)


def test_ask_interrupted(sandbox, windows, card, tmp_path):
    card.mark()
    with Asking(sandbox, windows, tmp_path, log_in()) as asking:
        windows.next()
        os.write(asking.master, b"\x03")
        assert asking.end() != 0
    wait_until(lambda: windows_that_live(windows) == [])
    assert card.verifies() == []


@pytest.mark.parametrize("words", [[], ["x"], ["--ask"], ["--ask", ORIGIN], ["--ask", ORIGIN, "{}", "x"], ["--help", "x"],
                                   ["/path/manifest.json"], ["-h"]])
def test_misused(words):
    done = subprocess.run([HOST, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("jpki-portal-host: ") and "--help" in done.stderr
    assert ("needs an origin and a message" in done.stderr) == (words[:1] == ["--ask"])


def test_openssl_is_not_configured_from_elsewhere(hosts, tmp_path):
    (tmp_path / "bad.cnf").write_text("openssl_conf = a\n[a]\nproviders = p\n[p]\nnone = n\n[n]\nactivate = 1\n")
    host = hosts(env={"OPENSSL_CONF": str(tmp_path / "bad.cnf"), "OPENSSL_MODULES": "/nowhere"})
    assert host.ask(log_in(), PIN)["result"] == "0"
    assert host.ask(sign(*DOCUMENTS), PASSWORD)["result"] == "0"
