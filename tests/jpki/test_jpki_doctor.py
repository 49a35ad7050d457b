# SPDX-License-Identifier: BSD-2-Clause
"""jpki doctor: what is found, and what it says to do."""

import os
import re
import socket

import pytest

from command import DONE, FAILED, Jpki, columns
from support import Card, built, needs

OPENSC = "library=/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so\nname=OpenSC\n\n"


@pytest.fixture
def doctor(sandboxes, home):
    """For a sandbox with these options: asks the doctor, for points by what they are about."""
    class Doctor(Jpki):
        def points(self, *words, status=DONE, before=()):
            found = self.json("doctor", *words, status=status, before=before)["points"]
            return {(point["id"], point["state"]): point for point in found}

    def make(*options):
        return Doctor(sandboxes(*options), {"HOME": str(home), "XDG_CONFIG_HOME": "",
                                            "XDG_DATA_HOME": "", "PATH": "/usr/bin:/bin"})

    return make


def test_all_is_well(doctor):
    jpki = doctor()
    said = jpki("doctor")
    assert said.startswith("Nothing was found that is wrong.\n\n"
                           "OK  The service for card readers (pcscd) runs.\n"
                           "OK  My Number card in Virtual PCD 00 00.\n"
                           "--  Virtual PCD 00 01: no card.\n    -> ")
    for line in said.splitlines():  # a path is not broken
        assert columns(line) <= 80 or line.strip().startswith("/") and " " not in line.strip()
    assert "\033" not in said


def test_colours_are_for_terminals(doctor):
    jpki = doctor()
    assert "\033[32mOK\033[0m  The service" in jpki.ask([], "doctor")
    jpki.env["NO_COLOR"] = "1"
    assert "\033" not in jpki.ask([], "doctor")


@pytest.mark.parametrize("options, id, sentence", [
    (["--no-service"], "service", "does not run"),
    (["--no-reader"], "reader", "There is no card reader."),
    (["--quirk", "application=absent"], "card", "another card"),
    (["--quirk", "label=resident"], "card", "resident card")])
def test_what_is_missing_is_told(doctor, options, id, sentence):
    point = doctor(*options).points(status=FAILED)[id, "bad"]
    assert sentence in point["text"] and ("remedy" in point or "resident" in sentence)


def test_a_blocked_pin_is_told(doctor):
    jpki = doctor()
    card = Card(jpki.sandbox)
    card.set_tries("authentication", 0)
    assert "convenience store" in jpki.points(status=FAILED)["pin", "bad"]["remedy"]
    card.set_tries("signature", 0)
    said = jpki("doctor", status=FAILED)
    assert said.count("Only the town office can set a new one.") == 2
    assert "convenience store" not in said


# A device of USB and its interface, as in /sys/bus/usb/devices: name of a file, what is in it.
USB = {
    "RC-S380": {"1-2/idVendor": "054c", "1-2/idProduct": "06c3", "1-2/product": "RC-S380/P",
                "1-2:1.0/bInterfaceClass": "ff"},
    "ACR39U": {"1-3/idVendor": "072f", "1-3/idProduct": "b100", "1-3/manufacturer": "ACS",
               "1-3/product": "ACR39U\x1b ICC Reader", "1-3:1.0/bInterfaceClass": "0b"},
    "a mouse": {"1-4/idVendor": "046d", "1-4/idProduct": "c077",
                "1-4:1.0/bInterfaceClass": "03"},
}


@pytest.mark.parametrize("device, sentence", [
    ("RC-S380", "Sony RC-S380 is connected, which is no reader of the class CCID"),
    ("ACR39U", "ACS ACR39U? ICC Reader is connected, but the service does not list it."),
    ("a mouse", "There is no card reader.")])
def test_what_usb_has_is_told(doctor, tmp_path, device, sentence):
    for name, text in USB[device].items():
        file = tmp_path / "bus" / "usb" / "devices" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")
    point = doctor("--no-reader").points(status=FAILED, before=[
        "unshare", "--mount", "sh", "-c", f'mount --bind {tmp_path}/bus /sys/bus && exec "$@"', "-"])
    assert sentence in point["reader", "bad"]["text"]


def database(home, text):
    """Chromium's, with more modules in its list."""
    list_ = home / ".pki" / "nssdb" / "pkcs11.txt"
    with open(list_, "a", encoding="utf-8") as file:
        file.write(text)
    return list_


def test_opensc_beside_us_is_taken_out_and_put_back(doctor, home):
    needs("/usr/bin/chromium")
    jpki = doctor()
    jpki("setup", "chromium")
    list_ = database(home, OPENSC)
    before = list_.read_bytes()
    point = jpki.points(status=FAILED)["chromium", "bad"]
    assert "OpenSC's module is registered too" in point["text"]
    assert "jpki doctor --fix" in point["remedy"]
    said = jpki("doctor", "--fix")
    assert f"Took OpenSC's module out of {list_}." in said
    assert "Nothing was found that is wrong." in said
    assert "opensc" not in list_.read_text()
    jpki("doctor", "--fix")  # again, it changes nothing
    assert f"Put OpenSC's module back into {list_}." in jpki("doctor", "--unfix")
    assert list_.read_bytes() == before
    jpki.points(status=FAILED)
    assert "nothing to put back" in jpki("doctor", "--unfix")


def test_a_module_that_has_moved_is_put_right(doctor, home):
    needs("/usr/bin/chromium")
    jpki = doctor()
    jpki("setup", "chromium")
    list_ = home / ".pki" / "nssdb" / "pkcs11.txt"
    right = list_.read_text()
    list_.write_text(right.replace(str(built("jpki-pkcs11-auth")), "/old/jpki-pkcs11-auth.so"))
    point = jpki.points(status=FAILED)["chromium", "bad"]
    assert "does not exist" in point["text"] and point["remedy"]
    jpki("doctor", "--fix")
    assert list_.read_text() == right


def test_a_list_that_cannot_be_read_is_told_once(doctor, home):
    """And not to be set up, which would fail in the same way."""
    needs("/usr/bin/firefox")
    needs("/usr/bin/chromium")
    jpki = doctor()
    firefox = home / ".mozilla" / "firefox"
    (firefox / "p").mkdir(parents=True)
    (firefox / "profiles.ini").write_text("[Profile0]\nPath=p\n")
    (firefox / "p" / "pkcs11.txt").symlink_to("/nowhere/pkcs11.txt")
    said = jpki("setup", "firefox", "--check", status=FAILED)
    assert said.count("/p/pkcs11.txt") == said.count("jpki: ") == 1
    points = {point["id"]: point for point in jpki.json("doctor", status=None)["points"]}
    assert points["firefox"]["text"].count("/p/pkcs11.txt") == 1
    assert "remedy" not in points["firefox"]
    assert points["chromium"]["remedy"] == "jpki setup chromium"


def test_opensc_alone_is_none_of_our_business(doctor, home):
    needs("/usr/bin/chromium")
    jpki = doctor()
    jpki("setup", "chromium")
    database(home, OPENSC)
    jpki("setup", "chromium", "--remove")
    assert ("chromium", "none") in jpki.points()
    before = (home / ".pki" / "nssdb" / "pkcs11.txt").read_bytes()
    jpki("doctor", "--fix")
    assert (home / ".pki" / "nssdb" / "pkcs11.txt").read_bytes() == before


def test_a_report_tells_nothing_of_a_person(doctor, home, some_locale):
    jpki = doctor("--vcard-option=--serial=SECRETSERIAL")
    needs("/usr/bin/chromium")
    jpki.env.update(some_locale)
    jpki("setup", "chromium")
    said = jpki("doctor", "--report", status=None)
    assert "ok service" in said and "My Number card in Virtual PCD" in said  # English
    assert "~/.pki/nssdb/pkcs11.txt" in said
    for secret in (str(home), "SECRETSERIAL", "番号"):
        assert secret not in said


def test_a_report_tells_no_place_of_a_person(doctor, home):
    """Neither where a link leads to, nor the user's name, nor the computer's."""
    needs("/usr/bin/chromium")
    real = home.rename(home.with_name("hanako"))
    home.symlink_to(real)
    place = real.parent / "root" / "profile"  # the user is root here
    place.mkdir(parents=True)
    jpki = doctor()
    jpki("setup", "chromium")
    (real / ".mozilla" / "firefox").mkdir(parents=True)
    (real / ".mozilla" / "firefox" / "profiles.ini").write_text(
        f"[Profile0]\nName=hanako\nIsRelative=0\nPath={place}\n")
    said = jpki("doctor", "--report", status=None)
    assert "~/.pki/nssdb/pkcs11.txt" in said
    assert "hanako" not in said and "/root" not in said
    words = set(re.split(r"[^\w.-]+", said))
    assert not words & {socket.gethostname(), socket.getfqdn(), os.environ.get("USER", "root")}


def test_a_report_names_no_profile(doctor, home, tmp_path):
    """Profiles are called after people."""
    needs("/usr/bin/firefox")
    jpki = doctor()
    firefox = home / ".mozilla" / "firefox"
    elsewhere, own = tmp_path / "hanako" / "ff", firefox / "Tanaka Taro"
    for folder in (elsewhere, own):
        folder.mkdir(parents=True)
    (tmp_path / "link").symlink_to(elsewhere)
    for lines, folder, told in [
            ("Path=Tanaka Taro", own, "~/.mozilla/firefox/PROFILE/pkcs11.txt"),
            (f"IsRelative=0\nPath={elsewhere}", elsewhere, " PROFILE/pkcs11.txt"),
            (f"IsRelative=0\nPath={tmp_path}/link", elsewhere, " PROFILE/pkcs11.txt"),
            (f"Path=Tanaka Taro\nDefault=1\n[Profile1]\nIsRelative=0\nPath={elsewhere}", own,
             "~/.mozilla/firefox/PROFILE1/pkcs11.txt")]:
        (firefox / "profiles.ini").write_text(f"[Profile0]\nName=Taro\n{lines}\n")
        jpki("setup", "firefox")
        assert (folder / "pkcs11.txt").exists()
        said = " ".join(jpki("doctor", "--report", status=None).split())
        assert told in said, said
        assert not re.search("hanako|Tanaka|Taro|link", said)


@pytest.mark.parametrize("home_is, said", [("", "HOME is not set"), ("/nowhere", "no such folder")])
def test_without_a_home_it_says_so_once(doctor, home_is, said):
    jpki = doctor()
    jpki.env["HOME"] = home_is
    points = jpki.json("doctor", status=FAILED)["points"]
    assert [point["id"] for point in points if point["state"] == "bad"] == ["home"]
    assert said in points[-1]["text"] and "remedy" not in points[-1]


def test_no_pin_is_sent(doctor):
    jpki = doctor()
    jpki("doctor")
    assert Card(jpki.sandbox).verifies() == []
