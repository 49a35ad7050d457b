# SPDX-License-Identifier: BSD-2-Clause
"""jpki setup: the programs find the module afterwards, and nothing else is changed."""

import fcntl
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from nss import CERTIFICATE
from person import MINE, MODULE, NAME, OPENSC, UNREADABLE, facts, listed, mozilla
from support import (AUTH, BUILD, JPKI, OFFICE_SCRIPT, PIN, SIGN, TIMEOUT, built, needs, p11_kit,
                     p11_kit_modules, wait_until)
from web import PORTS, start_server

PROGRAMS = ["firefox", "chromium", "libreoffice", "thunderbird", "ssh", "openvpn", "java", "p11-kit"]
SETTINGS = ".config/libreoffice/4/user/registrymodifications.xcu"
CONF = ".config/jpki/jpki.conf"
LIBZ = next(pathlib.Path("/lib").glob("*/libz.so.1"), None)

# --- databases of NSS --------------------------------------------------------------------------


@pytest.mark.parametrize("program, label", [
    ("firefox", AUTH), ("chromium", AUTH), ("thunderbird", SIGN)])
@pytest.mark.parametrize("mine", MINE)
def test_a_database_is_changed_by_the_module_alone(person, program, label, mine):
    """A second time changes nothing, and --remove gives back every byte."""
    folder = person.database(text=MINE[mine])
    (folder / "pkcs11.txt").chmod(0o640)
    before = person.files()
    said = person.setup(program, "--profile", folder)
    assert f'registered {MODULE[label]} as "{NAME[label]}" in {folder}/pkcs11.txt.' in said
    after = person.files()
    text = after["profile/pkcs11.txt"][-1].decode()
    assert text.count(f"library={MODULE[label]}\nname={NAME[label]}\n\n") == 1
    assert {**after, "profile/pkcs11.txt": None} == {**before, "profile/pkcs11.txt": None}
    written = (folder / "pkcs11.txt").stat()
    assert f'is there already, as "{NAME[label]}"' in person.setup(program, "--profile", folder)
    assert person.files() == after
    assert (folder / "pkcs11.txt").stat().st_mtime_ns == written.st_mtime_ns
    assert "pkcs11.txt.\n" in person.setup(program, "--profile", folder, "--check")
    assert "removed" in person.setup(program, "--profile", folder, "--remove")
    assert person.files() == before
    assert "not registered" in person.setup(program, "--profile", folder, "--remove")
    assert "not registered" in person.setup(program, "--profile", folder, "--check", status=1)
    assert person.files() == before


def loaded(sandbox, folder):
    """The modules that NSS has loaded, and their files."""
    said = sandbox.run("modutil", "-dbdir", f"sql:{folder}", "-list")
    return dict(re.findall(r"^ +\d+\. (.*)\n\s+library name: (.*)$", said, re.MULTILINE))


def test_nss_loads_the_modules_and_sees_the_card(person, sandbox, card):
    folder = person.database(text=f"# OpenSC, for work\n{OPENSC}\n")
    person.setup("firefox", "--profile", folder)
    person.setup("thunderbird", "--profile", folder)
    found = loaded(sandbox, folder)
    assert found.pop("OpenSC").endswith("opensc-pkcs11.so")
    assert found == {NAME[AUTH]: str(MODULE[AUTH]), NAME[SIGN]: str(MODULE[SIGN])}
    said = sandbox.run("certutil", "-L", "-d", f"sql:{folder}", "-h", AUTH)
    assert CERTIFICATE[AUTH] in said
    assert card.verifies() == []
    # what the other module's name begins with is another module
    person.setup("firefox", "--profile", folder, "--remove")
    assert [*listed(person, folder)] == ["OpenSC", NAME[SIGN]]


def test_nss_may_write_after_it(person):
    """NSS takes the list apart and puts it together again; both ways all modules stay."""
    folder = person.database(text="")
    person.setup("firefox", "--profile", folder)
    modutil = ["modutil", "-dbdir", f"sql:{folder}", "-force"]
    other = p11_kit("p11_module_path") / "p11-kit-trust.so"
    person.run(*modutil, "-add", "Other", "-libfile", other)
    assert listed(person, folder) == {NAME[AUTH]: str(MODULE[AUTH]), "Other": str(other)}
    person.run(*modutil, "-delete", "Other")
    assert listed(person, folder) == {NAME[AUTH]: str(MODULE[AUTH])}
    person.setup("firefox", "--profile", folder, "--remove")
    assert listed(person, folder) == {}


NAMES = ["with space", "quo\"te's", "back\\slash", "鍵 フォルダー", "a=b {c} #d"]


def test_paths_may_be_anything(person, sandbox):
    """NSS quotes in its own way: what it has loaded has the path."""
    for name in NAMES:
        modules = person.home / f"modules {name}"
        modules.mkdir()
        shutil.copy(MODULE[AUTH], modules)
        folder = person.database(name)
        person.setup("chromium", "--profile", folder, "--modules", modules)
        assert loaded(sandbox, folder) == {NAME[AUTH]: f"{modules}/{MODULE[AUTH].name}"}
        person.setup("chromium", "--profile", folder, "--modules", modules, "--check")
        # a relative folder gives the same path
        said = person.setup("chromium", "--profile", name, "--modules", f"../home/{modules.name}")
        assert "is there already" in said


@pytest.mark.parametrize("there", [False, True])
def test_a_module_of_another_place_is_told_and_replaced(person, there):
    """The file may be there, but it is not the one of this installation."""
    other = person.home / "other" / MODULE[AUTH].name
    if there:
        other.parent.mkdir()
        shutil.copy(MODULE[AUTH], other)
    text = f"# of mine\nlibrary={other}\nname={NAME[AUTH]}\nNSS=trustOrder=50\n\n"
    folder = person.database(text=text + OPENSC)
    before = (folder / "pkcs11.txt").read_text()
    said = person.setup("firefox", "--profile", folder, "--check", status=1)
    assert (f"it should be {MODULE[AUTH]}" if there else f"{other} does not exist.") in said
    said = person.setup("firefox", "--profile", folder)
    assert f'"{NAME[AUTH]}" was {other}, and is now {MODULE[AUTH]}' in said
    assert (folder / "pkcs11.txt").read_text() == before.replace(str(other), str(MODULE[AUTH]))
    person.setup("firefox", "--profile", folder, "--check")


def test_a_module_registered_by_hand_is_known_by_its_file(person):
    link = person.home / "link.so"
    link.symlink_to(MODULE[AUTH])
    folder = person.database(text=f"library={link}\nname=My card\n\n")
    before = person.files()
    assert f'{link} is there already, as "My card"' in person.setup("firefox", "--profile", folder)
    assert 'as "My card"' in person.setup("firefox", "--profile", folder, "--check")
    said = person.setup("firefox", "--profile", folder, "--remove")
    assert "not by jpki: it stays" in said
    assert person.files() == before


@pytest.mark.parametrize("second", [MODULE[AUTH], "/gone/jpki-pkcs11-auth.so"])
def test_all_that_stand_under_our_name_are_told_of_and_removed(person, second):
    folder = person.database(text=MINE["by modutil"])
    before = (folder / "pkcs11.txt").read_bytes()
    with open(folder / "pkcs11.txt", "a", encoding="utf-8") as file:
        for library in (MODULE[AUTH], second):
            file.write(f"library={library}\nname={NAME[AUTH]}\n\n")
    assert "a second time" in person.setup("firefox", "--profile", folder, "--check", status=1)
    assert person.setup("firefox", "--profile", folder, "--remove").count("removed") == 2
    assert (folder / "pkcs11.txt").read_bytes() == before
    person.setup("firefox", "--profile", folder, "--check", status=1)


@pytest.mark.parametrize("text, said", [
    (f"library={built('jpki-pkcs11')}\nname=All\n\n", "would be there twice"),
    (f"library=/x.so\nname={NAME[AUTH]}\n\n", "another module of the name"),
    (f"library={MODULE[AUTH]}\nname={NAME[AUTH]}\n\nlibrary={MODULE[AUTH]}\nname=Mine\n\n", "twice"),
    (f"library={MODULE[AUTH]}\nname={NAME[AUTH]}\n\n" * 2, "twice"),
])
def test_nothing_is_shown_twice(person, text, said):
    folder = person.database(text=text)
    with person.unchanged():
        assert said in person.setup("firefox", "--profile", folder, status=1)


# --- profiles of Firefox and Thunderbird ----------------------------------------------------------


@pytest.mark.parametrize("program, folder", [
    ("firefox", ".mozilla/firefox"), ("firefox", ".config/mozilla/firefox"),
    ("thunderbird", ".thunderbird")])
def test_the_profiles_that_are_used_are_found(person, program, folder):
    names = ("a", "b", "c", "d")
    for name in names:
        person.database(f"{folder}/{name}")
    mozilla(person, folder, "".join(
        f"[Profile{name}]\nName=name of {name}\nIsRelative=1\nPath={name}\n" for name in names) +
        "Default=1\n[Install1]\nDefault=a\nLocked=1\n")
    (person.home / folder / "installs.ini").write_text("[2]\nDefault=c\n")
    person.setup(program)
    registered = [name for name in names
                  if "JPKI" in (person.home / folder / name / "pkcs11.txt").read_text()]
    assert registered == ["a", "c"]
    person.setup(program, "--profile", "name of b", "--remove")
    person.setup(program, "--profile", "name of b", "--check", status=1)
    person.setup(program, "--profile", "name of b")
    person.setup(program, "--profile", "name of b", "--check")
    assert "no profile of the name" in person.setup(program, "--profile", "name of x", status=1)


def test_an_absolute_profile_and_xdg_folders(person):
    folder = person.database("my profiles/x y")
    other = person.home / "settings"
    mozilla(person, "settings/mozilla/firefox",
            f"[Profile0]\nName=x\nIsRelative=0\nPath={folder}\nDefault=1\n")
    person.setup("firefox", XDG_CONFIG_HOME=str(other))
    assert NAME[AUTH] in (folder / "pkcs11.txt").read_text()
    # what is no absolute path is no folder of settings
    assert "no profile yet" in person.setup("firefox", status=1, XDG_CONFIG_HOME="settings")


@pytest.mark.parametrize("profiles, said", [
    (None, "no profile yet: start it once"),
    ("[Profile0]\nPath=gone\nDefault=1\n", "but none of them is there"),
    ("[Profile0]\nPath=a\n[Profile1]\nPath=b\n", "several profiles"),
    ("nonsense\n[[[\n=\n\x01\n" * 1000, "no profile yet"),
    ("\0", "not a text file"),
    ("x" * (8 * 1024 * 1024 + 1), "larger than"),
])
def test_without_a_profile_it_says_what_to_do(person, profiles, said):
    for name in ("a", "b"):
        (person.home / ".mozilla/firefox" / name).mkdir(parents=True)
    if profiles:
        mozilla(person, ".mozilla/firefox", profiles)
    with person.unchanged():
        assert said in person.setup("firefox", status=1)


@pytest.mark.parametrize("program", ["firefox", "thunderbird"])
def test_without_a_profile_there_is_nothing_to_remove(person, program):
    assert "not registered; it has no profile" in person.setup(program, "--remove")
    assert person.files() == {}
    mozilla(person, {"firefox": ".mozilla/firefox", "thunderbird": ".thunderbird"}[program], None)
    for action in ([], ["--check"], ["--remove"]):  # as on a disk that is not there
        assert "but none of them is there" in person.setup(program, *action, status=1)


def test_firefox_takes_it(person):
    """A profile that Firefox itself has made, while Firefox is running."""
    needs("firefox-esr")
    person.run("firefox-esr", "--headless", "--no-remote", "-CreateProfile", "mine")
    profile = next(person.home.glob(".config/mozilla/firefox/*.mine"))
    with subprocess.Popen(
            ["firefox-esr", "--headless", "--no-remote", "-P", "mine", "about:blank"],
            env=person.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as firefox:
        try:
            for name in ("pkcs11.txt", "cert9.db", "key4.db"):
                wait_until((profile / name).exists, 60)
            made = (profile / "pkcs11.txt").read_bytes()
            said = person.setup("firefox")
            assert "Firefox is running with this profile: restart it." in said
        finally:
            firefox.terminate()
            firefox.wait(TIMEOUT)
    assert listed(person, profile) == {NAME[AUTH]: str(MODULE[AUTH])}
    assert "running" not in person.setup("firefox", "--remove")
    assert (profile / "pkcs11.txt").read_bytes() == made


def test_a_profile_in_use_is_known_by_its_lock(person):
    folder = person.database()
    with open(folder / ".parentlock", "w") as lock:
        assert "running" not in person.setup("firefox", "--profile", folder)
        person.setup("firefox", "--profile", folder, "--remove")
        fcntl.lockf(lock, fcntl.LOCK_EX)
        assert "restart it" in person.setup("firefox", "--profile", folder)


def test_a_profile_that_was_never_started_gets_a_list(person):
    """NSS takes a list that it did not make; --remove leaves none."""
    folder = person.home / "new"
    folder.mkdir()
    with person.unchanged():
        person.setup("firefox", "--profile", folder)
        assert [path.name for path in folder.iterdir()] == ["pkcs11.txt"]
        person.setup("firefox", "--profile", folder, "--remove")


@pytest.mark.parametrize("program, folder, box", [
    ("firefox", "snap/firefox/common/.mozilla/firefox", "snap"),
    ("firefox", ".var/app/org.mozilla.firefox", "flatpak"),
    ("chromium", "snap/chromium", "snap"),
    ("chromium", ".var/app/org.chromium.Chromium", "flatpak"),
    ("thunderbird", "snap/thunderbird", "snap"),
    ("thunderbird", ".var/app/org.mozilla.Thunderbird", "flatpak"),
    ("libreoffice", ".var/app/org.libreoffice.LibreOffice", "flatpak"),
])
def test_programs_in_boxes_are_explained(person, program, folder, box):
    """Alone they are an error; beside a program that can be set up they are mentioned."""
    inside = person.database(f"{folder}/x")
    with person.unchanged():
        assert f"is a {box}: it runs in a box" in person.setup(program, status=1)
        assert "as a package of the distribution (deb)" in person.err
        assert f"is a {box}" in person.setup(program, "--profile", inside, status=1)
    for native in (".config/chromium", ".config/libreoffice/4", ".mozilla/firefox/p", ".thunderbird/p"):
        (person.home / native).mkdir(parents=True)
    mozilla(person, ".mozilla/firefox", None)
    mozilla(person, ".thunderbird", None)
    assert f"is also there as a {box}" in person.setup(program)


# --- Chromium ------------------------------------------------------------------------------------


@pytest.mark.parametrize("there, used", [
    ([], ".pki/nssdb"),
    ([".local/share/pki/nssdb"], ".local/share/pki/nssdb"),
    ([".pki/nssdb"], ".pki/nssdb"),
    ([".pki/nssdb", ".local/share/pki/nssdb"], ".pki/nssdb"),
])
def test_chromiums_database_is_found_or_made(person, there, used):
    """As Chromium itself looks for it; a new one is whole, has no password, and goes again."""
    for name in there:
        (person.home / name).mkdir(parents=True)
    before = person.files()
    person.setup("chromium")
    folder = person.home / used
    assert sorted(path.name for path in folder.iterdir()) == ["cert9.db", "key4.db", "pkcs11.txt"]
    assert listed(person, folder) == {NAME[AUTH]: str(MODULE[AUTH])}
    assert "no keys found" in person.run("certutil", "-K", "-d", f"sql:{folder}", status=255)
    if not there:
        assert folder.stat().st_mode & 0o777 == folder.parent.stat().st_mode & 0o777 == 0o700
    person.setup("chromium", "--check")
    person.setup("chromium", "--remove")
    assert person.files() == before


def test_a_database_with_something_in_it_stays(person, certificates):
    person.setup("chromium")
    database = f"sql:{person.home}/.pki/nssdb"
    person.run("certutil", "-A", "-d", database, "-n", "ca", "-t", "C,,", "-i",
               next(certificates.glob("*-ca.pem")))
    assert "something else is in it" in person.setup("chromium", "--remove")
    assert "ca" in person.run("certutil", "-L", "-d", database)
    assert "JPKI" not in (person.home / ".pki/nssdb/pkcs11.txt").read_text()


def test_several_at_once_are_one(person):
    """Whoever comes second says so or finds it done, and takes nothing from the first."""
    for _ in range(8):
        running = [subprocess.Popen([JPKI, "setup", "chromium"], env=person.env,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL) for _ in range(4)]
        assert 0 in [process.wait(TIMEOUT) for process in running]
        person.setup("chromium", "--check")
        assert sorted(path.name for path in (person.home / ".pki/nssdb").iterdir()) == [
            "cert9.db", "key4.db", "pkcs11.txt"]
        shutil.rmtree(person.home / ".pki")


def test_a_database_that_is_open_stays(person):
    """A program that has it open goes on with it, also if it has not written there yet."""
    with person.unchanged():
        person.setup("chromium")
        folder = person.home / ".pki/nssdb"
        with open(folder / "cert9.db", "rb"):
            assert f"the database in {folder} stays" in person.setup("chromium", "--remove")
            assert sorted(path.name for path in folder.iterdir()) == [
                "cert9.db", "key4.db", "pkcs11.txt"]
            assert "JPKI My" not in (folder / "pkcs11.txt").read_text()
        person.setup("chromium")
        person.setup("chromium", "--remove")


def test_a_database_that_was_there_stays(person):
    """Though it had no list of modules, and nothing has been written to it since."""
    folder = person.home / ".pki/nssdb"
    folder.mkdir(parents=True)
    person.run("certutil", "-N", "-d", f"sql:{folder}", "--empty-password")
    (folder / "pkcs11.txt").unlink()
    with person.unchanged():
        person.setup("chromium")
        person.setup("chromium", "--remove")


@pytest.mark.parametrize("newer", [False, True])
def test_chromium_takes_it(person, sandbox, certificates, newer):
    """The module is loaded by Chromium itself, from the database that was made or found."""
    needs("chromium")
    if newer:
        (person.home / ".local/share/pki/nssdb").mkdir(parents=True)
    person.setup("chromium")
    start_server(sandbox, certificates)
    log = person.home / "module.log"
    sandbox.run("timeout", "-k", "5", "50", "chromium", "--headless", "--no-sandbox",
                "--disable-gpu", f"--user-data-dir={person.home}/data", "--dump-dom",
                f"https://localhost:{PORTS['TLSv1.3']}/", status=None,
                env={"HOME": person.home, "JPKI_LOG": "info", "JPKI_LOG_FILE": log})
    assert log.exists() and "jpki" in log.read_text()


# --- what tokens are called ------------------------------------------------------------------------


@pytest.mark.parametrize("program, names", [
    ("firefox", ["firefox", "firefox-esr", "firefox-bin"]),
    ("chromium", ["chromium", "chromium-browser", "chrome"])])
@pytest.mark.parametrize("text", [None, "[token]\npss = on", "[token]\nlabels = ja\n"])
def test_a_browser_may_name_the_tokens_in_japanese(person, program, names, text):
    person.database(".mozilla/firefox/p")
    person.database(".pki/nssdb")
    mozilla(person, ".mozilla/firefox", "[Profile0]\nPath=p\nDefault=1\n")
    conf = person.home / CONF
    if text is not None:
        person.put(CONF, text)
    before = person.files()
    assert f'tokens are named in "ja", by {conf}.' in person.setup(program, "--labels", "ja")
    after = person.files()
    for name in names:
        assert f"[token {name}]\nlabels = ja\n" in conf.read_text()
    person.setup(program)
    person.setup(program, "--labels", "ja")
    assert person.files() == after
    assert f'named in "ja", by {conf}.' in person.setup(program, "--check")
    person.setup(program, "--labels", "en")
    assert conf.read_text() == after[CONF][-1].decode().replace(
        "= ja", "= en").replace("[token]\nlabels = en", "[token]\nlabels = ja")
    assert f"removed the language of the tokens from {conf}." in person.setup(program, "--remove")
    assert person.files() == before


def test_a_name_of_a_persons_own_choice_stays(person):
    folder = person.database()
    conf = person.put(CONF, "[token firefox-esr]\nlabels = en\n")
    said = person.setup("firefox", "--profile", folder, "--labels", "ja")
    assert f"by a setting of yours in {conf}, which stays" in said
    assert conf.read_text().startswith("[token firefox-esr]\nlabels = en\n\n# Made by")
    assert conf.read_text().count("firefox-esr") == 1


# --- LibreOffice ------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [False, True])
def test_libreoffice_gets_a_database_of_its_own(person, there):
    """What else is in its settings stays."""
    if there:
        settings(person)
    with person.unchanged():
        old = person.files()
        person.setup("libreoffice", "--check", status=1)
        person.setup("libreoffice")
        folder = person.home / ".local/share/jpki/nss-signature"
        assert folder.stat().st_mode & 0o777 == 0o700
        assert listed(person, folder) == {NAME[SIGN]: str(MODULE[SIGN])}
        after = person.files()
        text = after[SETTINGS][-1].decode()
        assert f"<value>{folder}</value>" in text
        assert not there or text == old[SETTINGS][-1].decode().replace(
            "</oor:items>", f"{certificate_path(folder)}</oor:items>")
        person.setup("libreoffice")
        assert person.files() == after
        person.setup("libreoffice", "--check")
        person.setup("libreoffice", "--remove")


def test_libreoffice_is_told_how_to_trust_the_ca(person, sandbox, card, tmp_path):
    """By lines that can be used as they are."""
    person.home = person.home.rename(tmp_path / "it's home")
    person.env["HOME"] = str(person.home)
    said = person.setup("libreoffice")
    database = f"sql:{person.home}/.local/share/jpki/nss-signature"
    (command,) = re.findall(r"^  (certutil .*\\\n.*)$", said, re.MULTILINE)
    assert command in person.setup("libreoffice")
    card.mark()
    sandbox.run("sh", "-c", command, env=person.env)
    said = sandbox.run("certutil", "-L", "-d", database, "-h", "all", env=person.env)
    assert re.search(r"Digital Signature CA +,C,", said)
    assert card.verifies() == []


def test_another_installation_of_libreoffice_leaves_the_usual_one(person):
    person.setup("libreoffice")
    with person.unchanged():
        other = person.home / "other"
        (other / "user").mkdir(parents=True)
        person.setup("libreoffice", "--profile", other)
        assert "stays, for the usual" in person.setup("libreoffice", "--remove", "--profile", other)
        shutil.rmtree(other)
    person.setup("libreoffice", "--check")


def settings(person, items=""):
    return person.put(
        SETTINGS,
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/'
        f'registry">\n<item oor:path="/x"><prop oor:name="y"/></item>\n{items}</oor:items>\n')


def certificate_path(folder):
    return ('<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="CertDir"'
            f' oor:op="fuse"><value>{folder}</value></prop></item>\n')


OWN_WINDOW = "[signature soffice.bin]\nwindow = {}\n"


@pytest.mark.parametrize("text", [None, "", "[token]\npss = on\n", "# last", "[log]\r\nlevel = info\r\n"])
def test_libreoffice_has_more_time_after_the_password(person, text):
    conf = person.home / CONF
    if text is not None:
        conf.parent.mkdir(parents=True)
        conf.write_bytes(text.encode())
    before = person.files()
    assert f"password counts for 60 seconds there, by {conf}." in person.setup("libreoffice")
    assert conf.read_bytes().decode().startswith(text or "\n# Made by jpki setup")
    assert conf.read_text().endswith(OWN_WINDOW.format(60))
    after = person.files()
    person.setup("libreoffice")
    assert person.files() == after
    assert f"for 60 seconds there, by {conf}." in person.setup("libreoffice", "--check")
    # a person may change the number
    conf.write_bytes(conf.read_bytes().replace(b"60", b"90"))
    assert "for 90 seconds there" in person.setup("libreoffice")
    assert f"removed its time for the signature password from {conf}." in person.setup(
        "libreoffice", "--remove")
    if text == "":  # a file with nothing in it goes
        before = {name: facts for name, facts in before.items() if ".config" not in name}
        after = {name: facts for name, facts in person.files().items() if name != ".config"}
        assert after == before
    else:
        assert person.files() == before


@pytest.mark.parametrize("text, seconds", [
    ("[signature]\nwindow = 0\n", 0), ("[signature]\nwindow = 300\n", 300),
    (OWN_WINDOW.format(20), 20)])
def test_the_time_that_a_person_has_chosen_stays(person, text, seconds):
    conf = person.put(CONF, text)
    before = person.files()
    assert f"password counts for {seconds} seconds there, by {conf}." in person.setup("libreoffice")
    assert conf.read_text() == text
    person.setup("libreoffice", "--remove")
    assert person.files() == before


def test_what_a_person_has_written_behind_it_keeps_its_section(person):
    person.setup("libreoffice")
    conf = person.home / CONF
    with open(conf, "a") as file:
        file.write("\n# mine\npublic-certificates-profile = no\n")
    text = conf.read_text()
    assert "removed its time" not in person.setup("libreoffice", "--remove")
    assert conf.read_text() == text


def test_a_certificate_path_of_a_persons_own_stays(person):
    settings(person, certificate_path("/my/firefox"))
    with person.unchanged():
        said = person.setup("libreoffice", status=1)
        assert "takes certificates from /my/firefox, by a setting of yours" in said
        assert "certificate path is /my/firefox, not" in person.setup(
            "libreoffice", "--check", status=1)
        person.setup("libreoffice", "--remove")


@pytest.mark.parametrize("text", ["", "no XML", "<a/>"])
def test_settings_that_are_none_are_left(person, text):
    settings(person).write_text(text)
    with person.unchanged():
        assert "not as LibreOffice writes it" in person.setup("libreoffice", status=1)


def test_libreoffice_takes_it(person, sandbox, tmp_path):
    """Without a profile, so that it has to take what was made; it writes its settings anew."""
    needs("soffice")
    if not pathlib.Path("/usr/lib/python3/dist-packages/uno.py").exists():
        pytest.skip("python3-uno is not installed")
    person.setup("libreoffice")
    office = sandbox.spawn(tmp_path / "log", "soffice", "--headless", "--norestore",
                           "--accept=socket,host=127.0.0.1,port=2002;urp", env=person.env)

    def tell(word, status=0):
        said = sandbox.run("/usr/bin/python3", OFFICE_SCRIPT, word, env=person.env, status=status)
        return said if sandbox.status == 0 else None

    said = wait_until(lambda: tell("certificates", status=None), 120)
    assert said == f"{person.home}/.local/share/jpki/nss-signature\n"
    said = sandbox.run(JPKI, "setup", "libreoffice", "--remove", env=person.env, status=1)
    assert "LibreOffice is running, and would undo the change" in said
    tell("quit")
    office.wait(TIMEOUT)
    assert "Made by jpki" not in (person.home / SETTINGS).read_text()
    person.setup("libreoffice", "--check")
    person.setup("libreoffice", "--remove")
    assert "CertDir" not in (person.home / SETTINGS).read_text()
    assert not (person.home / ".local/share/jpki").exists()


# --- p11-kit -----------------------------------------------------------------------------------------


def test_p11_kit_finds_it(somebody, sandbox):
    with somebody.unchanged():
        module = somebody.modules / "jpki-pkcs11.so"
        file = somebody.home / ".config/pkcs11/modules/jpki.module"
        somebody.run(*somebody.command, "p11-kit", "--check", status=1)
        assert f"registered {module} in {file}." in somebody.run(*somebody.command, "p11-kit")
        after = somebody.files()
        assert "is there already" in somebody.run(*somebody.command, "p11-kit")
        assert somebody.files() == after
        listed = sandbox.run(*somebody.program, "p11-kit", "list-modules", env=somebody.env)
        assert p11_kit_modules(listed)["jpki"] == str(module)
        somebody.run(*somebody.command, "p11-kit", "--check")
        somebody.run(*somebody.command, "p11-kit", "--remove")
        shutil.rmtree(somebody.home / ".cache", ignore_errors=True)  # of other modules


def test_a_file_of_p11_kit_moves_with_the_module(somebody):
    with somebody.unchanged():
        file = somebody.home / ".config/pkcs11/modules/jpki.module"
        somebody.run(*somebody.command, "p11-kit")
        made = file.read_text()
        file.write_text(made.replace(str(somebody.modules), "/old"))
        said = somebody.run(*somebody.command, "p11-kit", "--check", status=1)
        assert "/old/jpki-pkcs11.so does not exist." in said
        assert "was /old/jpki-pkcs11.so, and is now" in somebody.run(*somebody.command, "p11-kit")
        assert file.read_text() == made
        somebody.run(*somebody.command, "p11-kit", "--remove")


@pytest.mark.parametrize("text", [
    "# mine\nmodule:  /old/jpki-pkcs11.so \npriority: 5\n",
    "# Made by jpki setup, which removes it again with --remove: folders 0\n"
    "module: /old/jpki-pkcs11.so\npriority: 5\n",
])
def test_a_file_of_p11_kit_that_a_person_wrote_stays(somebody, text):
    file = somebody.put(".config/pkcs11/modules/jpki.module", text)
    for path in (file, file.parent):
        shutil.chown(path, 65534, 65534)
    with somebody.unchanged():
        somebody.run(*somebody.command, "p11-kit", "--check", status=1)
        said = somebody.run(*somebody.command, "p11-kit", status=1)
        assert "not as jpki has made it, and names another module (/old/jpki-pkcs11.so)" in said
        said = somebody.run(*somebody.command, "p11-kit", "--remove", status=1)
        assert "not as jpki has made it" in said


@pytest.mark.parametrize("other", [None, "/old/jpki-pkcs11.so"])
def test_root_registers_for_all_users(system, sandbox, other):
    """Also where another file names another module, as after a move: the file that is written comes
    before it, for p11-kit too."""
    file = system / "etc/pkcs11/modules/jpki.module"
    if other:
        (system / "files/jpki.module").write_text(f"module: {other}\n")
        said = sandbox.run(JPKI, "setup", "p11-kit", "--check", status=1)
        assert f"{other} does not exist." in said
    assert "registered" in sandbox.run(JPKI, "setup", "p11-kit")
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent)] == [0o644, 0o755]
    assert p11_kit_modules(sandbox.run("p11-kit", "list-modules"))["jpki"] == str(
        built("jpki-pkcs11"))
    sandbox.run(JPKI, "setup", "p11-kit", "--check")
    sandbox.run(JPKI, "setup", "p11-kit", "--remove")
    assert not (system / "etc/pkcs11").exists()


def test_what_is_registered_for_all_users_is_enough(system, sandbox):
    file = p11_kit("p11_module_configs") / "jpki.module"
    (system / "files/jpki.module").write_text(f"module: {built('jpki-pkcs11')}\n")
    assert f"registered for all users already, in {file}." in sandbox.run(JPKI, "setup", "p11-kit")
    sandbox.run(JPKI, "setup", "p11-kit", "--check")
    said = sandbox.run(JPKI, "setup", "p11-kit", "--remove")
    assert f"the file for all users stays: {file}." in said
    assert not (system / "etc/pkcs11").exists()


# --- programs that get lines ---------------------------------------------------------------------


@pytest.fixture
def lines(person):
    """The lines for a program, of modules in a folder whose name needs quotes, in a file."""
    modules = person.home / 'my "modules"'
    modules.mkdir()
    for module in MODULE.values():
        shutil.copy(module, modules)

    def lines(program):
        person.setup(program, "--modules", modules)
        assert "Put these lines" in person.err and "Put these lines" not in person.out
        file = person.home / f"{program}.lines"
        file.write_text(person.out)
        return file, modules / MODULE[AUTH].name

    return lines


def test_ssh_takes_its_lines(person, lines):
    needs("ssh")
    file, module = lines("ssh")
    file.write_text(file.read_text().replace("Host NAME\n", "Host example\n"))
    assert f"pkcs11provider {module}\n" in person.run("ssh", "-G", "-F", file, "example")
    person.run("ssh", "-G", "-F", file, "other")
    assert "pkcs11provider" not in person.out.lower()


def test_java_takes_its_lines(person, lines, sandbox, card):
    needs("keytool")
    file, _ = lines("java")
    card.mark()
    said = sandbox.run("keytool", "-list", "-keystore", "NONE", "-storetype", "PKCS11",
                       "-addprovider", "SunPKCS11", "-providerArg", file, "-storepass", PIN[AUTH],
                       "-J-Duser.language=en")
    assert "PrivateKeyEntry" in said
    assert [(entry.ef, entry.sw) for entry in card.verifies()] == [("0018", "9000")]
    assert card.verified() == []


def test_the_lines_of_openvpn_name_the_module_and_its_id(lines, sandbox, card):
    needs("openvpn")
    file, module = lines("openvpn")
    quoted = str(module).replace('"', '\\"')
    assert f'\npkcs11-providers "{quoted}"\n' in file.read_text()
    assert file.read_text().endswith("\npkcs11-id 'ID'\n")
    command = re.search(r"^#   (openvpn .*)$", file.read_text(), re.MULTILINE).group(1)
    said = sandbox.run("sh", "-c", command)
    assert re.search(rf"Serialized id: +\S+/{card.serial()}/JPKI", said)


@pytest.mark.parametrize("program", ["ssh", "openvpn", "java"])
def test_for_lines_there_is_little_to_check_and_nothing_to_remove(person, program):
    with person.unchanged():
        assert "Delete" in person.setup(program, "--remove")
        person.setup(program, "--check", status=1 if program == "ssh" else 0)
        said = person.setup(program, "--check", "--modules", "/nowhere", status=1)
        assert f"/nowhere/{MODULE[AUTH].name} does not exist." in said
    person.put(".ssh/config", f"Host x\n  PKCS11Provider {MODULE[AUTH]}\n")
    person.setup(program, "--check")


@pytest.mark.parametrize("line, status", [
    ("# PKCS11Provider {}", 1),
    ("PKCS11Provider {}.old", 1),
    ("IdentityFile {}", 1),
    ("PKCS11Provider /other.so # not {}", 1),
    ("pkcs11provider={}", 0),
    ("  PKCS11Provider \t {} \t# the card\r", 0),
    ("PKCS11Provider \"{}\"", 0),
    ("PKCS11Provider '{}'", 0),
    ("PKCS11Provider \"{}\" # card", 0),
    ("PKCS11Provider link.so", 1),
    ("PKCS11Provider HOME/link.so", 0),
    ("PKCS11Provider \"{}.old\"", 1),
    ("PKCS11Provider \"HOME/li\\\"nk.so\"", 0),
    ("PKCS11Provider \"{}", 1),
    ("PKCS11Provider", 1),
    ("PKCS11Provider \"", 1),
])
def test_ssh_has_the_module_where_a_line_names_it(person, line, status):
    for name in ("link.so", 'li"nk.so'):
        (person.home / name).symlink_to(MODULE[AUTH])
    line = line.replace("HOME", str(person.home)).replace("{}", str(MODULE[AUTH]))
    person.put(".ssh/config", f"Host x\n{line}\n")
    person.setup("ssh", "--check", status=status)
    assert ("does not name it" in person.out) == bool(status)


# --- whatever goes wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize("home, said", [
    (None, "HOME is not set"), ("", "HOME is not set"), ("home", "begins with /"),
    ("/nowhere", "no such folder"), ("/etc/passwd", "no such folder")])
@pytest.mark.parametrize("program", ["firefox", "chromium", "libreoffice", "portal"])
@pytest.mark.parametrize("words", [[], ["--check"], ["--remove"]])
def test_a_bad_home_is_told(person, program, words, home, said):
    assert said in person.setup(program, *words, status=1, HOME=home)


def test_root_keeps_out_of_a_persons_home(somebody):
    """As with sudo, which may leave HOME as it was."""
    with somebody.unchanged():
        for program in ("firefox", "chromium", "libreoffice"):
            said = somebody.setup(program, status=1, SUDO_USER="nobody")
            assert "run this as yourself, without sudo" in said
        somebody.setup("chromium", "--check", status=1)
        folder = somebody.home / "profile"
        folder.mkdir()
        shutil.chown(folder, 65534, 65534)
        said = somebody.setup("firefox", "--profile", folder, status=1)
        assert "belongs to another user" in said
        folder.rmdir()


def give(*paths):
    """To the person that `somebody` is; of a link, the link."""
    for path in paths:
        os.chown(path, 65534, 65534, follow_symlinks=False)


@pytest.mark.parametrize("action", [[], ["--check"], ["--remove"]])
@pytest.mark.parametrize("program, file", [
    ("firefox", "pkcs11.txt"), ("thunderbird", "pkcs11.txt"), ("chromium", "pkcs11.txt"),
    ("libreoffice", "user/registrymodifications.xcu")])
def test_a_person_leads_root_nowhere(somebody, tmp_path, program, file, action):
    """Neither by a link in the place of a file, nor by one in that of a folder, nor by another
    name of a file of root's."""
    mine = somebody.home / "mine"
    roots = tmp_path / "roots"
    (roots / file).parent.mkdir(parents=True)
    (roots / file).write_text(OPENSC)
    (mine / file).parent.mkdir(parents=True)
    give(mine, (mine / file).parent)
    (mine / file).symlink_to(roots / file)
    (somebody.home / "folder").symlink_to(roots)
    (somebody.home / "second").mkdir()
    (somebody.home / "second" / file).parent.mkdir(exist_ok=True)
    (somebody.home / "second" / file).write_text(OPENSC)
    give(somebody.home / "folder", somebody.home / "second",
         (somebody.home / "second" / file).parent, mine / file)
    before = somebody.files(), facts(roots / file)
    for name, said in (("mine", "is a link of another user's"),
                       ("folder", "is a link of another user's"),
                       ("second", "is not of the user whose folder it is in")):
        for path in (somebody.home / name, name):
            assert said in somebody.setup(program, "--profile", path, *action, status=1,
                                          HOME=str(tmp_path))
    assert (somebody.files(), facts(roots / file)) == before
    assert [path.name for path in roots.iterdir()] == [file.split("/", maxsplit=1)[0]]


def test_root_changes_a_list_and_removes_none(somebody):
    """What a person has set up goes by the person's hand; a list is left as the person's."""
    folder = somebody.home / "profile"
    folder.mkdir()
    give(folder)
    somebody.run(*somebody.command, "chromium", "--profile", folder)
    before = somebody.files()
    said = somebody.setup("--modules", somebody.modules, "chromium", "--profile", folder, "--remove", status=1)
    assert "belongs to another user" in said
    assert somebody.files() == before
    (folder / "pkcs11.txt").write_text(OPENSC)
    somebody.setup("firefox", "--profile", folder)
    assert NAME[AUTH] in (folder / "pkcs11.txt").read_text()
    assert (folder / "pkcs11.txt").stat().st_uid == 65534


def test_a_persons_own_links_are_followed(somebody):
    folder = somebody.database()
    elsewhere = somebody.home / "dotfiles"
    elsewhere.mkdir()
    (folder / "pkcs11.txt").rename(elsewhere / "modules.txt")
    (folder / "pkcs11.txt").symlink_to("../dotfiles/modules.txt")
    (somebody.home / "link").symlink_to("profile")
    give(elsewhere, elsewhere / "modules.txt", somebody.home / "link", folder, *folder.iterdir())
    for path in (folder, "link"):
        before = somebody.files()
        somebody.run(*somebody.command, "firefox", "--profile", path)
        assert [*listed(somebody, folder)] == [NAME[AUTH]]
        assert (folder / "pkcs11.txt").is_symlink()
        somebody.run(*somebody.command, "firefox", "--profile", path, "--remove")
        assert somebody.files() == before


def test_a_group_that_cannot_be_kept_is_told(somebody):
    folder = somebody.database()
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, 65534, 65534)
    shutil.chown(folder / "pkcs11.txt", 65534, 0)
    with somebody.unchanged():
        said = somebody.run(*somebody.command, "firefox", "--profile", folder, status=1)
        assert "Its owner or its group" in said and "chgrp" in said


@pytest.mark.parametrize("program, part", [
    ("firefox", "profile"), ("chromium", ".pki/nssdb"), ("libreoffice", "")])
def test_what_may_not_be_written_is_told(somebody, program, part):
    if program == "firefox":
        somebody.database(part)
        words = ["--profile", somebody.home / part]
    else:
        words = []
    somebody.home.chmod(0o555)
    with somebody.unchanged():
        said = somebody.run(*somebody.command, program, *words, status=1)
        assert "Permission denied" in said
    shutil.chown(somebody.home, 0, 0)


def be_old(file):
    """Of a kind that NSS made once."""
    shutil.rmtree(file.parent)
    file.parent.mkdir()
    file.with_name("secmod.db").write_bytes(b"\0")


@pytest.mark.parametrize("spoil, said", [*UNREADABLE, (be_old, "of an old kind (secmod.db)")])
def test_a_list_that_cannot_be_read_is_left(person, spoil, said):
    folder = person.database()
    (folder / "pkcs11.txt").unlink()
    spoil(folder / "pkcs11.txt")
    with person.unchanged():
        assert said in person.setup("firefox", "--profile", folder, status=1)
        assert said in person.setup("firefox", "--profile", folder, "--check", status=1)


def test_a_full_disk_leaves_the_old_file(person, sandbox):
    folder = person.database(text=f"# {'x' * 100000}\n\n")
    small = person.home / "small"
    small.mkdir()
    sandbox.run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", small)
    sandbox.run("sh", "-c", 'cp "$0"/* "$1"; cat /dev/zero >"$1/rest"; true', folder, small)
    said = sandbox.run(JPKI, "setup", "firefox", "--profile", small, status=1)
    assert "No space left on device" in said
    assert sandbox.run("ls", "-A", small).split() == ["cert9.db", "key4.db", "pkcs11.txt", "rest"]
    sandbox.run("cmp", folder / "pkcs11.txt", small / "pkcs11.txt")
    sandbox.run("rm", small / "rest")
    sandbox.run(JPKI, "setup", "firefox", "--profile", small)


@pytest.mark.parametrize("name, content, said", [
    ("modules", None, "No such file or directory"), ("modules", "/dev/null", "cannot be loaded"),
    ("modules", __file__, "cannot be loaded"), ("modules", LIBZ, "is not a PKCS#11 module"),
    ("two\nlines", MODULE[AUTH], "NSS cannot hold this path")])
def test_a_module_has_to_be_one(person, name, content, said):
    modules = person.home / name
    modules.mkdir()
    if content:
        (modules / MODULE[AUTH].name).write_bytes(pathlib.Path(content).read_bytes())
    folder = person.database()
    with person.unchanged():
        assert said in person.setup("firefox", "--profile", folder, "--modules", modules, status=1)
    # what is registered can be looked at and removed all the same
    person.setup("firefox", "--profile", folder, "--modules", "/nowhere", "--remove")


def test_a_module_that_is_gone_can_be_removed(person):
    folder = person.database()
    with person.unchanged():
        modules = person.home / "modules"
        modules.mkdir()
        shutil.copy(MODULE[AUTH], modules)
        person.setup("firefox", "--profile", folder, "--modules", modules)
        shutil.rmtree(modules)
        words = ["firefox", "--profile", folder, "--modules", modules]
        assert "does not exist" in person.setup(*words, "--check", status=1)
        person.setup(*words, "--remove")


# --- the command line ------------------------------------------------------------------------------


def test_words_that_are_not_understood(person):
    for words, said in [
            ([], "a verb is missing"), (["x"], 'no verb "x"'), (["--x"], "--x is not understood"),
            (["setup"], "name is missing"), (["setup", "x"], "not a program"),
            (["setup", "firefox", "chromium"], "one program at a time"),
            (["setup", "--x"], "--x is not understood"), (["setup", "-xy"], "-xy is not"),
            (["setup", "--help=x"], "option --help=x is not"),
            (["setup", "ssh", "-x"], "option -x is not"), (["setup", "-é", "ssh"], "-é is not"),
            (["help", "x"], 'no verb "x"'),
            (["setup", "firefox", "--profile"], "needs a value"),
            (["setup", "firefox", "--profile", ""], "--profile needs a value"),
            (["setup", "firefox", "--modules="], "--modules needs a value"),
            (["setup", "ssh", "--profile", "x"], "OpenSSH has no profiles"),
            (["setup", "firefox", "--labels"], "needs a value"),
            (["setup", "firefox", "--labels", "fr"], "--labels takes en or ja"),
            (["setup", "thunderbird", "--labels", "ja"], "--labels is for firefox and chromium"),
            (["setup", "firefox", "--labels", "ja", "--remove"], "exclude each other"),
            (["setup", "firefox", "--check", "--remove"], "exclude each other")]:
        assert said in person.run(JPKI, *words, status=2)
        assert person.out == ""


def test_help_names_everything(person):
    for words in (["--help"], ["help"], ["-h"]):
        person.run(JPKI, *words)
        assert re.search(r"^  setup +make a program use", person.out, re.MULTILINE)
    for words in (["setup", "--help"], ["help", "setup"], ["setup", "firefox", "-h"]):
        said = person.run(JPKI, *words)
        assert re.findall(r"^  ([a-z]\S+)  ", said, re.MULTILINE) == [*PROGRAMS, "portal", "reminder"]
    assert re.fullmatch(r"jpki \d+\.\d+\.\d+\n", person.run(JPKI, "--version"))
    assert person.err == ""


def test_what_cannot_be_said_is_a_failure(person):
    said = person.run("sh", "-c", '"$0" setup ssh >/dev/full', JPKI, status=1)
    assert "could not be written" in said


def test_it_speaks_japanese(person, some_locale):
    folder = person.database()
    said = person.setup("firefox", "--profile", folder, **some_locale)
    assert said == (f"Firefox: {MODULE[AUTH]} を「{NAME[AUTH]}」として "
                    f"{folder}/pkcs11.txt に登録しました。\n"
                    "どの暗証番号かを入力画面に表示するには: jpki setup firefox --labels ja\n")
    said = person.setup("firefox", "--profile", folder, "--labels", "ja", **some_locale)
    assert "トークンの名前の言語は「ja」です" in said
    assert "--labels" not in person.setup("firefox", "--profile", folder, **some_locale)
    assert "使い方" in person.run(JPKI, "--help", **some_locale)


def test_installed_it_takes_the_installed_modules(person):
    """Elsewhere than in the build folder it knows only where the modules are put."""
    options = {option["name"]: option["value"] for option in json.loads(
        (BUILD / "meson-info/intro-buildoptions.json").read_text())}
    program = person.home / "jpki"
    shutil.copy(JPKI, program)
    said = person.run(program, "setup", "firefox", "--profile", person.home, status=1,
                      LD_LIBRARY_PATH=str(BUILD / "src"))
    assert f" {options['prefix']}/{options['libdir']}/pkcs11/{MODULE[AUTH].name}: " in said
