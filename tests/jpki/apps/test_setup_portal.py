# SPDX-License-Identifier: BSD-2-Clause
"""jpki setup portal: the browsers' extensions may start the program afterwards, and nothing else is
changed. (That the browsers take it is tested with them.)"""

import json
import os
import shutil
import subprocess

import pytest

from person import UNREADABLE, Person, facts, mozilla
from support import BUILD, JPKI, TIMEOUT, needs, script

OWN = {"firefox": "jpki-portal@jpki-pkcs11", "chromium": "pngabolhnpdfldjpeblgbblgcdhfmnaa"}
ID = "abcdefghijklmnopabcdefghijklmnop"  # of an official extension, made up
FIREFOX = ".mozilla/native-messaging-hosts"
CHROMIUM = ".config/chromium/NativeMessagingHosts"
FOLDERS = {
    "Google Chrome": "google-chrome", "Brave": "BraveSoftware/Brave-Browser",
    "Microsoft Edge": "microsoft-edge", "Vivaldi": "vivaldi"}
HOST = "jpki.portal_host.json"
OFFICIAL = "jp.go.myna.json"
VERSION = '[ "$1" = --version ] && echo jpki-portal-host 0.1.0'


class Portal(Person):
    """A person with browsers that are there by name alone, and with jpki in a build folder that has
    a program for them to start."""

    def __init__(self, folder, empty):
        super().__init__(folder / "home", empty)
        self.build, self.bin = folder / "build", folder / "bin"
        self.jpki = self.build / "tools/jpki/jpki"
        self.host = self.build / "tools/mynaportal/host/jpki-portal-host"
        self.extension = self.build / "tools/mynaportal/extension"
        for made in (self.jpki.parent, self.host.parent, self.extension / "unpacked", self.bin):
            made.mkdir(parents=True)
        shutil.copy(JPKI, self.jpki)
        (self.jpki.parent / "po").symlink_to(BUILD / "tools/jpki/po")
        script(self.host, VERSION)
        (self.extension / "jpki-portal.xpi").write_bytes(b"")
        # beside it: another user may not reach where it was built
        libraries = self.build / "libraries"
        libraries.mkdir()
        shutil.copy(BUILD / "src" / "libjpki.so.0", libraries)
        self.env |= {"PATH": str(self.bin), "LD_LIBRARY_PATH": str(libraries)}
        self.install("firefox-esr", "chromium")

    def install(self, *names):
        for old in self.bin.iterdir():
            old.unlink()
        for name in names:
            script(self.bin / name, "")

    def portal(self, *words, status=0, **env):
        return self.run(self.jpki, "setup", "portal", *words, status=status, **env)

    def manifest(self, folder, name=HOST):
        return json.loads((self.home / folder / name).read_text())


@pytest.fixture
def person(tmp_path, empty):
    return Portal(tmp_path, empty)


def in_firefox(person, folder=".mozilla/firefox", active=True, id_=OWN["firefox"], **entry):
    mozilla(person, folder, "[Profile0]\nName=mine\nPath=p\nDefault=1\n")
    person.put(f"{folder}/p/extensions.json", {"schemaVersion": 37, "addons": [
        {"id": "other@x", "active": True}, {"id": id_, "active": active, "userDisabled": not active, **entry}]})


def in_chromium(person, folder=".config/chromium", profile="Default", file="Preferences",
                id_=OWN["chromium"], **entry):
    person.put(f"{folder}/{profile}/{file}", {"extensions": {"settings": {
        "a" * 32: {"path": "/x"}, id_: {"path": "/y", "location": 4, **entry}}}})


# --- what is written -------------------------------------------------------------------------------


def test_the_manifests_are_as_browsers_want_them(person):
    """A second time changes nothing, and --remove gives back every byte."""
    before = person.files()
    said = person.portal()
    for folder, key, ids in ((FIREFOX, "allowed_extensions", [OWN["firefox"]]),
                             (CHROMIUM, "allowed_origins", [f"chrome-extension://{OWN['chromium']}/"])):
        manifest = person.manifest(folder)
        assert "jpki setup portal" in manifest.pop("description")
        assert manifest == {"name": "jpki.portal_host", "path": str(person.host), "type": "stdio", key: ids}
        assert f"registered {person.host} in {person.home / folder / HOST}." in said
        assert (person.home / folder / HOST).stat().st_mode & 0o777 == 0o600
        assert (person.home / folder).stat().st_mode & 0o777 == 0o700
    after = person.files()
    written = {path: path.stat().st_mtime_ns for path in person.home.rglob("*")}
    said = person.portal()
    assert said.count("is there already, in") == 2 and "registered" not in said
    assert person.files() == after
    assert {path: path.stat().st_mtime_ns for path in person.home.rglob("*")} == written
    assert person.portal("--remove").count("removed") == 2
    assert person.files() == before
    assert "Mynaportal: it is not set up." in person.portal("--remove")
    assert person.files() == before


@pytest.mark.parametrize("there", [
    [], [".mozilla"], [FIREFOX], [f"{FIREFOX}/sub", CHROMIUM], [".config"],
    [".config/chromium/Default", ".config/google-chrome", ".mozilla/firefox/p"]], ids=str)
def test_folders_that_were_there_stay(person, there):
    for folder in there:
        (person.home / folder).mkdir(parents=True, mode=0o750)
    with person.unchanged():
        person.portal("--official", f"{ID},a@b")
        person.portal()
        person.portal("--remove")


def test_a_folder_with_something_of_others_stays(person):
    person.portal()
    other = person.put(f"{FIREFOX}/org.other.json", "{}")
    person.portal("--remove")
    assert [path for path in person.home.rglob("*") if path.is_file()] == [other]


@pytest.mark.parametrize("title", FOLDERS)
def test_other_browsers_are_set_up_where_their_folders_are(person, title):
    person.install()
    (person.home / ".config" / FOLDERS[title]).mkdir(parents=True)
    before = person.files()
    said = person.portal()
    folder = f".config/{FOLDERS[title]}/NativeMessagingHosts"
    assert f"{title}: registered" in said and "Firefox" not in said and "Chromium" not in said
    assert person.manifest(folder)["allowed_origins"] == [f"chrome-extension://{OWN['chromium']}/"]
    in_chromium(person, f".config/{FOLDERS[title]}")
    assert f"{title}: it is ready." in person.portal("--check")
    shutil.rmtree(person.home / ".config" / FOLDERS[title] / "Default")
    person.portal("--remove")
    assert person.files() == before


@pytest.mark.parametrize("there, titles", [
    ([], []), ([".mozilla/firefox"], ["Firefox"]), ([".config/mozilla/firefox"], ["Firefox"]),
    ([".mozilla/extensions", ".config/mozilla"], []), ([".config/chromium"], ["Chromium"])], ids=str)
def test_without_its_program_a_browser_is_known_by_its_folder(person, there, titles):
    person.install()
    for folder in there:
        (person.home / folder).mkdir(parents=True)
    before = person.files()
    said = person.portal(status=0 if titles else 1)
    assert [title for title in ("Firefox", "Chromium") if f"{title}: registered" in said] == titles
    if not titles:
        assert "no browser was found: install Firefox or Chromium" in said
        assert "no browser was found" in person.portal("--check", status=1)
    person.portal("--remove")
    assert person.files() == before


def test_firefox_keeps_to_the_old_folder_and_others_follow_xdg(person):
    """Firefox does so for manifests, wherever its profiles are."""
    settings = person.home / "settings"
    in_firefox(person, "settings/mozilla/firefox")
    in_chromium(person, "settings/chromium")
    with person.unchanged():
        env = {"XDG_CONFIG_HOME": str(settings)}
        person.portal(**env)
        assert (person.home / FIREFOX / HOST).exists()
        assert (settings / "chromium/NativeMessagingHosts" / HOST).exists()
        assert not (person.home / ".config").exists()
        assert person.portal("--check", **env).count("it is ready.") == 2
        person.portal("--remove", **env)
    person.portal(XDG_CONFIG_HOME="settings")  # which is no absolute path
    assert (person.home / CHROMIUM / HOST).exists()


def test_a_path_that_has_moved_is_put_right(person):
    before = person.files()
    person.portal("--official", f"{ID},a@b")
    made = person.files()
    for path in person.home.rglob("*.json"):
        path.write_text(path.read_text().replace(str(person.host), "/old/jpki-portal-host"))
    said = person.portal("--check", status=1)
    assert "/old/jpki-portal-host does not exist." in said and f"it should be {person.host}" in said
    said = person.portal()
    assert said.count(f"was /old/jpki-portal-host, and is now {person.host}.") == 4
    assert person.files() == made
    for path in person.home.rglob("*.json"):  # of an installation that is gone
        path.write_text(path.read_text().replace(str(person.host), "/old/jpki-portal-host"))
    person.portal("--remove")
    assert person.files() == before


def test_paths_may_be_anything(person):
    for name in ('with space', 'quo"te', "back\\slash", "鍵 フォルダー"):
        build = person.build.with_name(name)
        shutil.copytree(person.build, build)
        person.run(build / "tools/jpki/jpki", "setup", "portal")
        assert person.manifest(FIREFOX)["path"] == f"{build}/tools/mynaportal/host/jpki-portal-host"
    with person.unchanged():
        build = os.fsencode(person.build.with_name("latin")) + b"\xe9"
        shutil.copytree(os.fsencode(person.build), build)
        done = subprocess.run([build + b"/tools/jpki/jpki", "setup", "portal"], env=person.env,
                              capture_output=True, timeout=TIMEOUT, check=False)
        assert done.returncode == 1 and b"is not in UTF-8" in done.stderr


# --- what others have made --------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "", "no JSON", "[]", "{}", '{"name": "jpki.portal_host", "path": 5}',
    '{"name": "jpki.portal_host", "type": "stdio", "path": "/usr/bin/other", "allowed_extensions": []}',
    None], ids=str)
def test_a_manifest_that_is_not_ours_stays(person, text):
    """As is one of ours that a person has changed."""
    if text is None:
        person.portal()
        path = person.home / FIREFOX / HOST
        text = path.read_text().replace("stdio", "pipe")
    person.put(f"{FIREFOX}/{HOST}", text)
    person.portal(status=1)
    person.portal("--remove", status=1)
    before = person.files()
    assert f"{HOST} is not as jpki has made it: remove it, then run this again" in person.portal(status=1)
    assert "Chromium: registered" in person.out
    assert f"Firefox: {person.home / FIREFOX / HOST} is not as jpki has made it." in person.portal(
        "--check", status=1)
    said = person.portal("--remove", status=1)
    assert "it stays; delete it yourself" in said and "Chromium: removed" in said
    assert person.files() == before


def test_a_manifest_of_a_persons_own_that_works_is_enough(person):
    link = person.home / "host"
    link.symlink_to(person.host)
    person.put(f"{FIREFOX}/{HOST}", {
        "name": "jpki.portal_host", "description": "mine", "path": str(link), "type": "stdio",
        "allowed_extensions": ["x@y", OWN["firefox"]]})
    before = person.files()
    assert "Firefox:" in person.portal() and f"is there already, in {person.home / FIREFOX}" in person.out
    in_firefox(person)
    assert "Firefox: it is ready." in person.portal("--check")
    shutil.rmtree(person.home / ".mozilla/firefox")
    person.portal("--remove", status=1)
    assert person.files() == before


@pytest.mark.parametrize("spoil, said", UNREADABLE)
@pytest.mark.parametrize("name", [HOST, OFFICIAL])
def test_what_cannot_be_read_is_left(person, spoil, said, name):
    person.install("firefox")
    (person.home / FIREFOX).mkdir(parents=True)
    spoil(person.home / FIREFOX / name)
    with person.unchanged():
        for words in ([], ["--check"], ["--remove"]):
            assert said in person.portal(*words, status=1)
        person.portal("--remove", status=1)


def test_links_are_followed_and_stay(person):
    elsewhere = person.home / "dotfiles"
    elsewhere.mkdir()
    (person.home / ".mozilla").symlink_to("dotfiles")
    with person.unchanged():
        person.portal()
        assert (elsewhere / "native-messaging-hosts" / HOST).exists()
        assert (person.home / ".mozilla").is_symlink()
        person.portal("--remove")


@pytest.mark.parametrize("name", [HOST, OFFICIAL])
def test_a_manifest_behind_a_link_stays(person, name):
    """A person has moved ours to where such files are kept; a next setup finds it there."""
    person.install("firefox")
    person.portal("--official", "a@b")
    link, moved = person.home / FIREFOX / name, person.home / "dotfiles/manifest"
    moved.parent.mkdir()
    link.rename(moved)
    link.symlink_to(moved)
    text = moved.read_text()
    said = person.portal("--remove", status=1)
    assert f"{link} is a link, which jpki has not made: it stays" in said and said.count("removed") == 1
    assert link.readlink() == moved and moved.read_text() == text
    person.portal("--official", "a@b")
    assert link.readlink() == moved and moved.read_text() == text
    link.unlink()
    person.portal("--remove")
    assert [path for path in person.home.rglob("*") if path.is_file()] == [moved]


@pytest.mark.parametrize("folder", [".mozilla", FIREFOX])
def test_a_folder_that_is_a_link_to_nothing_is_told(person, folder):
    person.install("firefox")
    link = person.home / folder
    link.parent.mkdir(exist_ok=True)
    link.symlink_to("nowhere")
    before = person.files()
    said = person.portal(status=1)
    assert f"cannot make the folder {link}: there is a link of that name, which leads to no folder" in said
    assert person.files() == before


# --- the official extension ------------------------------------------------------------------------


def test_the_official_extension_may_use_it_too(person):
    before = person.files()
    said = person.portal("--official", f"{ID},official@example,{{12345678-90ab-cdef-1234-567890abcdef}}")
    assert "does not tell the program which site asks" in said
    assert person.manifest(FIREFOX, OFFICIAL)["allowed_extensions"] == [
        "official@example", "{12345678-90ab-cdef-1234-567890abcdef}"]
    assert person.manifest(CHROMIUM, OFFICIAL)["allowed_origins"] == [f"chrome-extension://{ID}/"]
    assert person.manifest(CHROMIUM, OFFICIAL)["name"] == "jp.go.myna"
    made = person.files()
    assert "which site asks" not in person.portal()
    assert person.files() == made
    person.portal("--official", "new@example")  # takes the place of the others, in its browser
    assert person.manifest(FIREFOX, OFFICIAL)["allowed_extensions"] == ["new@example"]
    assert person.files()[f"{CHROMIUM}/{OFFICIAL}"] == made[f"{CHROMIUM}/{OFFICIAL}"]
    in_chromium(person, id_=ID)
    said = person.portal("--check")
    assert f'Chromium: {ID} is in the profile "Default".' in said and "Chromium: it is ready." in said
    assert "Firefox: it is ready." not in said
    shutil.rmtree(person.home / ".config/chromium/Default")
    assert person.portal("--remove").count("removed") == 4
    assert person.files() == before


def test_an_official_manifest_of_others_stays(person):
    person.put(f"{FIREFOX}/{OFFICIAL}", {"name": "jp.go.myna", "path": "/opt/other", "type": "stdio",
                                         "allowed_extensions": ["official@example"]})
    with person.unchanged():
        person.portal()
        assert "another program" not in person.portal()
        said = person.portal("--official", f"official@example,{ID}", status=1)
        assert "is another program's: it stays" in person.err and "Chromium: registered" in said
        assert "is another program's: it stays." in person.portal("--remove")


@pytest.mark.parametrize("words, said", [
    (["--official"], "needs a value"), (["--official", ""], "needs a value"),
    (["--official", "x"], 'ID of an extension, not "x"'), (["--official", ID + "a"], "ID of an"),
    (["--official", ID[1:]], "ID of an"), (["--official", "q" * 32], "ID of an"),
    (["--official", "a@"], "ID of an"), (["--official", "a@b@c"], "ID of an"),
    (["--official", "a b@c"], "ID of an"), (["--official", f"{ID},"], "ID of an"),
    (["--official", ","], "ID of an"), (["--official", f",{ID}"], "ID of an"),
    (["--official", "{12345678}"], "ID of an"), (["--official", f"chrome-extension://{ID}/"], "ID of an"),
    (["--official", ID, "--official", "a@b"], "given once"),
    (["--official", ID, "--check"], "exclude each other"),
    (["--official", ID, "--remove"], "exclude each other"),
    (["--modules", "/x"], "Mynaportal uses no module"), (["--profile", "x"], "has no profiles"),
    (["--without-opensc"], "no place for OpenSC"), (["--labels", "ja"], "for firefox and chromium")])
def test_words_that_are_not_understood(person, words, said):
    assert said in person.portal(*words, status=2)
    assert person.files() == {}
    assert "--official is for portal" in person.run(
        person.jpki, "setup", "firefox", "--official", ID, status=2)


# --- whether all is there --------------------------------------------------------------------------


def test_check_tells_what_is_missing(person):
    said = person.portal("--check", status=1)
    for title, folder in (("Firefox", FIREFOX), ("Chromium", CHROMIUM)):
        assert f"{title}: not registered in {person.home / folder / HOST}." in said
        assert f"{title}: no profile has the extension" in said
    assert "loaded until it is closed is not seen" in said
    assert person.files() == {}
    person.portal()
    said = person.portal("--check", status=1)
    assert said.count(f"{person.host} is registered in") == 2 and "it is ready" not in said
    in_firefox(person)
    said = person.portal("--check")
    assert 'Firefox: the extension is in the profile "mine".' in said
    assert "Firefox: it is ready." in said and "Chromium: it is ready." not in said
    in_chromium(person)
    assert 'Chromium: the extension is in the profile "Default".' in person.portal("--check")
    assert person.out.count("it is ready.") == 2
    (person.home / FIREFOX / HOST).unlink()
    assert "Firefox: it is ready." not in person.portal("--check")


@pytest.mark.parametrize("active", [True, False])
def test_firefox_has_it_in_each_profile(person, active):
    person.install("firefox")
    person.portal()
    mozilla(person, ".mozilla/firefox", "[Profile0]\nName=a\nPath=a\n[Profile1]\nPath=b c\n")
    for name in ("a", "b c"):
        person.put(f".mozilla/firefox/{name}/extensions.json",
                   {"addons": [{"id": OWN["firefox"], "active": active}]})
    said = person.portal("--check", status=0 if active else 1)
    end = "." if active else ", but turned off: turn it on in about:addons."
    for name in ("a", "b c"):
        assert f'Firefox: the extension is in the profile "{name}"{end}' in said


@pytest.mark.parametrize("entry, enabled", [
    ({}, True), ({"state": 1}, True), ({"disable_reasons": []}, True), ({"disable_reasons": 0}, True),
    ({"state": 0}, False), ({"disable_reasons": [1]}, False), ({"disable_reasons": 8192}, False),
    ({"path": None}, True)], ids=str)
@pytest.mark.parametrize("profile, file", [("Default", "Preferences"), ("Profile 3", "Secure Preferences")])
def test_chromium_has_it_in_a_profile(person, profile, file, entry, enabled):
    person.install("chromium")
    person.portal()
    in_chromium(person, profile=profile, file=file, **entry)
    in_chromium(person, profile="System Profile")  # which is nobody's
    said = person.portal("--check", status=0 if enabled else 1)
    assert f'Chromium: the extension is in the profile "{profile}"' in said and "System" not in said
    assert ("turn it on in chrome://extensions" in said) == (not enabled)


@pytest.mark.parametrize("content", [
    "", "no JSON", "[]", '{"addons": {}}', '{"addons": [5, {"id": 6}]}', '{"extensions": {"settings": []}}',
    f'{{"extensions": {{"settings": {{"{OWN["chromium"]}": {{"ack_external": true}}}}}}}}'])
def test_what_makes_no_sense_is_no_extension(person, content):
    person.portal()
    mozilla(person, ".mozilla/firefox", "[Profile0]\nPath=p\n")
    person.put(".mozilla/firefox/p/extensions.json", content)
    person.put(".config/chromium/Default/Preferences", content)
    said = person.portal("--check", status=1)
    assert said.count("no profile has the extension") == 2
    assert said.count("is not JSON") == (2 if content in ("", "no JSON") else 0)


@pytest.mark.parametrize("location", ["app-system-share", "app-system-local"])
def test_what_a_package_has_left_in_a_profile_is_not_there(person, location):
    """The package that brought the extension is gone, and browsers that were not started since still
    list it; a person's own copy is there."""
    person.portal()
    gone, brought = str(person.home / "gone"), str(person.put("brought/manifest.json", {}).parent)
    in_firefox(person, location=location, path=gone)
    in_chromium(person, location=8, path=gone)
    assert person.portal("--check", status=1).count("no profile has the extension") == 2
    assert "remove it in" not in person.portal("--remove")
    person.portal()
    in_firefox(person, location=location, path=brought)  # by somebody else, who keeps it elsewhere
    in_chromium(person, location=8, path=brought)
    assert person.portal("--check").count("it is ready") == 2
    in_firefox(person, location="app-profile")
    in_chromium(person, location=4)
    assert person.portal("--check").count("it is ready") == 2
    assert person.portal("--remove").count("the extension stays; remove it in") == 2


@pytest.mark.parametrize("text, said", [
    (None, "No such file or directory"), ("exit 1", "does not run"),
    ("\0", "does not run"), ("kill -9 $$", "does not run")])
def test_the_program_has_to_run(person, text, said):
    def spoil():
        person.host.unlink()
        if text == "\0":
            person.host.write_text(text)
            person.host.chmod(0o755)
        elif text:
            script(person.host, text)

    spoil()
    assert said in person.portal(status=1)
    assert person.files() == {}
    script(person.host, VERSION)
    person.portal()
    in_firefox(person)
    spoil()
    assert said in person.portal("--check", status=1) and "it is ready" not in person.out
    person.portal("--remove")
    assert not (person.home / FIREFOX).exists()


def test_the_doctor_looks_at_it(person, sandbox):
    needs("/usr/bin/chromium")

    def point(*words):
        said = sandbox.run(person.jpki, "doctor", *words, "--json", env=person.env, status=None)
        return next(point for point in json.loads(said)["points"] if point["id"] == "portal")

    assert point() == {"id": "portal", "state": "none", "text": "Mynaportal: it is not set up.",
                       "remedy": "jpki setup portal"}
    person.portal()
    assert point()["state"] == "bad" and "no profile has the extension" in point()["text"]
    in_chromium(person)
    assert point()["state"] == "ok" and "Chromium: it is ready." in point()["text"]
    path = person.home / CHROMIUM / HOST
    right = path.read_text()
    path.write_text(right.replace(str(person.host), "/old/jpki-portal-host"))
    assert point()["state"] == "bad" and point()["remedy"] == "jpki setup portal"
    sandbox.run(person.jpki, "doctor", "--fix", env=person.env, status=None)
    assert path.read_text() == right and point()["state"] == "ok"


def test_installed_it_takes_the_installed_program(person):
    options = {option["name"]: option["value"] for option in json.loads(
        (BUILD / "meson-info/intro-buildoptions.json").read_text())}
    program = person.home / "jpki"
    shutil.copy(JPKI, program)
    path = f"{options['prefix']}/{options['bindir']}/jpki-portal-host"
    said = person.run(program, "setup", "portal", "--check", status=1)
    assert f"cannot run {path}: " in said or "not registered" in said


# --- what to click ---------------------------------------------------------------------------------


def test_it_says_what_to_click(person, some_locale):
    said = person.portal()
    for words in ("xpinstall.signatures.required", "Install Add-on From File...", "about:debugging",
                  "Load Temporary Add-on...", f"take this file: {person.extension}/jpki-portal.xpi",
                  "chrome://extensions", '"Developer mode"', '"Load unpacked"',
                  f"Take this folder: {person.extension}/unpacked"):
        assert words in said
    said = person.portal(**some_locale)
    for words in ("ファイルからアドオンをインストール...", "一時的なアドオンを読み込む...", "デベロッパー モード",
                  "パッケージ化されていない拡張機能を読み込む", f"{person.extension}/unpacked"):
        assert words in said
    assert "Firefox" in said and "is there already" not in said
    in_firefox(person)
    in_chromium(person)
    said = person.portal()
    assert "not there yet" not in said and said.count("the extension is in the profile") == 2
    said = person.portal("--remove")
    assert "Firefox: the extension stays; remove it in about:addons." in said
    assert "Chromium: the extension stays; remove it in chrome://extensions." in said


def test_an_extension_that_is_not_installed_is_told(person):
    shutil.rmtree(person.extension / "unpacked")
    said = person.portal(status=1)
    assert f"{person.extension}/unpacked does not exist" in said and "jpki-portal.xpi" in said
    assert (person.home / CHROMIUM / HOST).exists()


def test_it_speaks_japanese(person, some_locale):
    person.env.update(some_locale)
    said = person.portal("--official", f"{ID},a@b")
    assert f"{person.host} を {person.home / FIREFOX / HOST} に登録しました。" in said
    assert "どのサイトからの要求か" in said
    assert "どのプロファイルにも拡張機能がありません" in person.portal("--check", status=1)
    in_firefox(person)
    assert "Firefox: 準備ができています。" in person.portal("--check")
    assert "を削除しました" in person.portal("--remove") and "about:addons で削除してください" in person.out


# --- boxes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("title, folder, box", [
    ("Firefox", ".var/app/org.mozilla.firefox", "flatpak"), ("Chromium", "snap/chromium", "snap"),
    ("Chromium", ".var/app/org.chromium.Chromium", "flatpak"),
    ("Google Chrome", ".var/app/com.google.Chrome", "flatpak"), ("Brave", "snap/brave", "snap"),
    ("Brave", ".var/app/com.brave.Browser", "flatpak"),
    ("Microsoft Edge", ".var/app/com.microsoft.Edge", "flatpak"),
    ("Vivaldi", ".var/app/com.vivaldi.Vivaldi", "flatpak")])
def test_browsers_in_boxes_are_explained(person, title, folder, box):
    """Alone they are an error, though there is a program by which they are started; beside one that
    can be set up they are mentioned."""
    person.install("firefox" if title == "Firefox" else "chromium")
    if title not in ("Firefox", "Chromium"):
        person.install()
    (person.home / folder).mkdir(parents=True)
    before = person.files()
    for words in ([], ["--check"]):
        assert f"this {title} is a {box}: it runs in a box, and cannot start" in person.portal(*words, status=1)
        assert f"Install {title} as a package of the distribution (deb)" in person.err
    assert person.files() == before
    native = {"Firefox": ".mozilla/firefox", "Chromium": ".config/chromium"}.get(
        title, f".config/{FOLDERS.get(title)}")
    (person.home / native).mkdir(parents=True)
    assert f"{title} is also there as a {box}" in person.portal() and f"{title}: registered" in person.out


def test_the_snap_of_firefox_is_set_up_and_explained(person):
    """On Ubuntu a service reads the same manifest."""
    person.install("firefox")
    in_firefox(person, "snap/firefox/common/.mozilla/firefox")
    before = person.files()
    said = person.portal()
    assert "Firefox: registered" in said and "a service of the desktop" in said and "not tried that" in said
    assert "Firefox: it is ready." in person.portal("--check")
    person.portal("--remove")
    assert person.files() == before


# --- the number of the installation ----------------------------------------------------------------


@pytest.mark.parametrize("data", [None, "data"])
def test_the_number_of_the_installation_goes(person, data):
    env = {} if data is None else {"XDG_DATA_HOME": str(person.home / data)}
    folder = data or ".local/share"
    (person.home / folder).mkdir(parents=True)
    with person.unchanged():
        number = person.put(f"{folder}/jpki/portal-installation", "0123456789abcdef" * 2)
        person.portal(**env)
        assert number.exists()
        assert f"Mynaportal: removed {number}." in person.portal("--remove", **env)
    person.put(f"{folder}/jpki/portal-installation", "0123456789abcdef" * 2 + "\n")
    kept = person.put(f"{folder}/jpki/reminder", "")
    person.portal("--remove", **env)
    assert kept.exists() and not number.exists()


@pytest.mark.parametrize("text", [
    "", "mine", "0123456789abcdef" * 2 + "\n\n", "0123456789abcdef" * 2 + "0", "0123456789ABCDEF" * 2], ids=repr)
def test_what_is_no_number_of_the_installation_stays(person, text):
    number = person.put(".local/share/jpki/portal-installation", text)
    before = person.files()
    person.portal()
    said = person.portal("--remove", status=1)
    assert f"{number} is not as jpki has made it: it stays" in said and said.count("removed") == 2
    assert person.files() == before
    number.unlink()
    person.portal("--remove")


@pytest.mark.parametrize("text", ["mine", "0123456789abcdef" * 2 + "\n"], ids=repr)
def test_a_link_in_place_of_the_number_stays(person, text):
    """jpki-portal-host makes none, and reads none."""
    letter = person.put("documents/letter", text)
    link = person.home / ".local/share/jpki/portal-installation"
    link.parent.mkdir(parents=True)
    link.symlink_to(letter)
    with person.unchanged():
        said = person.portal("--remove", status=1)
        assert f"{link} is a link" in said and "removed" not in said


# --- whatever goes wrong ---------------------------------------------------------------------------


@pytest.fixture
def other(person):
    """The person is no longer root."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    person.home.parent.chmod(0o755)
    for folder in person.home.parents[1:4]:
        folder.chmod(folder.stat().st_mode | 0o011)
    person.own = lambda *paths: [os.chown(path, 65534, 65534, follow_symlinks=False) for path in paths]
    person.own(person.home)
    person.as_other = lambda *words, status=0: person.run(
        "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", person.jpki, "setup",
        "portal", *words, status=status)
    return person


def test_a_persons_own_files_are_the_persons(other):
    with other.unchanged():
        other.as_other()
        assert {path.stat().st_uid for path in other.home.rglob("*")} == {65534}
        made = other.files()
        for words in ([], ["--remove"]):
            assert "run this as yourself, without sudo" in other.portal(*words, status=1)
        assert other.files() == made
        other.as_other("--remove")


def test_root_is_led_nowhere(other, tmp_path):
    """By a link of another user's in root's own home."""
    mine, roots = tmp_path / "mine", tmp_path / "root"
    mine.mkdir()
    roots.mkdir()
    other.own(mine)
    (roots / ".mozilla").symlink_to(mine)
    other.own(roots / ".mozilla")
    before = [facts(path) for path in (mine, roots)]
    other.install("firefox")
    assert "is a link of another user's" in other.portal(status=1, HOME=str(roots))
    assert [facts(path) for path in (mine, roots)] == before and not list(mine.iterdir())


def test_what_may_not_be_written_is_told(other):
    other.home.chmod(0o555)
    with other.unchanged():
        assert "Permission denied" in other.as_other(status=1)
    other.home.chmod(0o755)
    other.as_other()
    made = other.files()
    for folder in (FIREFOX, CHROMIUM):
        (other.home / folder).chmod(0o555)
    assert "Permission denied" in other.as_other("--remove", status=1)
    for folder in (FIREFOX, CHROMIUM):
        (other.home / folder).chmod(0o700)
    assert other.files() == made


def test_several_at_once_spoil_nothing(person):
    """Each says that another one was faster, or finds it done; once more, and all is there."""
    for _ in range(8):
        running = [subprocess.Popen([person.jpki, "setup", "portal"], env=person.env,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True) for _ in range(4)]
        for process in running:
            said = process.communicate(timeout=TIMEOUT)[1]
            assert process.returncode == ("just been changed by another program" in said)
        person.portal()
        assert sorted(path.name for path in person.home.rglob("*") if path.is_file()) == [HOST, HOST]
        assert person.portal("--remove").count("removed") == 2
        for path in person.home.iterdir():
            shutil.rmtree(path)
