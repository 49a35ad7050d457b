# SPDX-License-Identifier: BSD-2-Clause
"""jpki setup where Firefox's own profile manager has made profiles: all of a group."""

import os
import pathlib
import socket
import sqlite3

import pytest

from marionette import Firefox
from person import MODULE, mozilla
from support import AUTH, needs

FOLDER = ".mozilla/firefox"
# As Firefox 153 makes it, and what another version may add.
TABLE = ("CREATE TABLE Profiles (id INTEGER NOT NULL, path TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
         " avatar TEXT NOT NULL, themeId TEXT NOT NULL, themeFg TEXT NOT NULL, themeBg TEXT NOT NULL{},"
         " PRIMARY KEY(id))")


def group(person, store, rows, more=""):
    """Its database, open, with rows that are still in the log."""
    place = person.home / FOLDER / "Profile Groups"
    place.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(place / f"{store}.sqlite")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(TABLE.format(more))
    for path, name in rows:
        connection.execute("INSERT INTO Profiles (path, name, avatar, themeId, themeFg, themeBg)"
                           " VALUES (?, ?, '', '', '', '')", (path, name))
    connection.commit()
    return connection


@pytest.fixture
def grouped(person):
    """A group of three, of which profiles.ini has one; another group; one of none."""
    for name in ("a", "b", "c d", "e", "f"):
        person.database(f"{FOLDER}/{name}")
    mozilla(person, FOLDER,
            "[Profile0]\nName=old\nIsRelative=1\nPath=b\nStoreID=12ab\nShowSelector=1\n"
            "[Profile1]\nName=alone\nIsRelative=1\nPath=e\n"
            "[Profile2]\nName=other\nIsRelative=1\nPath=f\nStoreID=34cd\n"
            "[Install1]\nDefault=b\nLocked=1\n")
    return person


def registered(person):
    return sorted(path.parent.name for path in (person.home / FOLDER).glob("*/pkcs11.txt")
                  if str(MODULE[AUTH]) in path.read_text())


def files(person):
    """All but who reads a database that is open."""
    return {name: facts for name, facts in person.files().items() if not name.endswith("-shm")}


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("more", ["", ", colour TEXT"])
def test_all_of_a_group_are_set_up(grouped, more, closed):
    connections = [
        group(grouped, "12ab", [("a", "仕事"), ("b", "Original profile"), ("../firefox/c d", "Profile 1"),
                                ("gone", "Gone")], more),
        group(grouped, "34cd", [("f", "Profile 1 of another")])]
    if closed:
        for connection in connections:
            connection.close()
    before = files(grouped)
    said = grouped.setup("firefox")
    assert registered(grouped) == ["a", "b", "c d"]
    assert said.count("registered") == 3
    grouped.setup("firefox", "--check")
    assert grouped.out.count("is registered as") == 3
    grouped.setup("firefox", "--profile", "仕事", "--remove")
    assert registered(grouped) == ["b", "c d"]
    grouped.setup("firefox", "--check", status=1)
    assert grouped.out.count("is registered as") == 2 and "not registered in" in grouped.out
    grouped.setup("firefox", "--profile", "Profile 1", "--check")
    for name in ("Original profile", "old"):
        grouped.setup("firefox", "--profile", name, "--check")
        assert f"{FOLDER}/b/pkcs11.txt" in grouped.out
    grouped.setup("firefox", "--profile", "Profile 1 of another")
    assert registered(grouped) == ["b", "c d", "f"]
    grouped.setup("firefox", "--profile", "other", "--remove")
    grouped.setup("firefox", "--remove")
    assert files(grouped) == before


@pytest.mark.parametrize("spoil", ["nothing", "no table", "no folder", "another table"])
def test_a_group_of_which_nothing_is_known_is_its_one_profile(grouped, spoil):
    place = grouped.home / FOLDER / "Profile Groups"
    if spoil != "no folder":
        place.mkdir()
    if spoil == "no table":
        sqlite3.connect(place / "12ab.sqlite").execute("PRAGMA user_version = 9").close()
    if spoil == "another table":
        sqlite3.connect(place / "12ab.sqlite").execute("CREATE TABLE Profiles (x)").close()
    grouped.setup("firefox")
    assert registered(grouped) == ["b"]


def test_a_database_that_cannot_be_read_is_told(grouped):
    place = grouped.home / FOLDER / "Profile Groups"
    place.mkdir()
    file = place / "12ab.sqlite"
    file.write_bytes(b"x" * 5000)
    with grouped.unchanged():
        assert f"cannot read {file}: file is not a database" in grouped.setup("firefox", status=1)
    file.unlink()
    os.mkfifo(file)
    assert "not a regular file" in grouped.setup("firefox", status=1)


def test_a_group_elsewhere_is_none(grouped):
    text = (grouped.home / FOLDER / "profiles.ini").read_text()
    group(grouped, "x", [("a", "A")]).close()
    (grouped.home / FOLDER / "profiles.ini").write_text(
        text.replace("12ab", "../Profile Groups/x"))
    grouped.setup("firefox")
    assert registered(grouped) == ["b"]


def test_firefox_makes_a_group(person, tmp_path):
    """What Firefox itself has made, while it runs and afterwards."""
    needs("firefox-esr")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    firefox = Firefox(person.env, tmp_path / "firefox.log", port)
    try:
        made = firefox.run(
            "const {SelectableProfileService: service} = ChromeUtils.importESModule("
            "'resource:///modules/profiles/SelectableProfileService.sys.mjs');"
            "await service.init(); await service.maybeSetupDataStore();"
            "await service.createNewProfile(false);"
            "return (await service.getAllProfiles()).map(p => [p.name, p.path]);")
        assert len(made) == 2, made
        person.setup("firefox", "--check", status=1)
        assert person.out.count("not registered in") == 2
    finally:
        firefox.stop()
    person.setup("firefox")
    for name, path in made:
        assert f"library={MODULE[AUTH]}\n" in (pathlib.Path(path) / "pkcs11.txt").read_text()
        person.setup("firefox", "--profile", name, "--check")
        assert f"{path}/pkcs11.txt" in person.out
    person.setup("firefox", "--remove")
    person.setup("firefox", "--check", status=1)
