# SPDX-License-Identifier: BSD-2-Clause
"""jpki setup where OpenSC's module is registered too: told, taken out, and put back as it was."""

import pathlib
import shutil
import tempfile

import pytest

from person import MINE, NAME, OPENSC, listed
from support import AUTH, JPKI, built, needs, p11_kit, p11_kit_modules

SEEN = "OpenSC's module is registered too, in {}/pkcs11.txt."
KEPT = ".local/share/jpki/opensc-removed"
DESKTOP = "autostart/pkcs11-register.desktop"
RUNS = "[Desktop Entry]\nType=Application\nName=x\nExec={}\n"


@pytest.fixture
def opensc():
    """A module of that name, which everybody may read."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jpki-setup-"))
    folder.chmod(0o755)
    file = folder / "opensc-pkcs11.so"
    shutil.copy(built("jpki-pkcs11-sign"), file)
    yield file
    shutil.rmtree(folder)


def mine(name, opensc):
    return MINE[name].replace(OPENSC.split("\n", maxsplit=1)[0], f"library={opensc}")


@pytest.mark.parametrize("program", ["firefox", "chromium", "thunderbird"])
@pytest.mark.parametrize("name", MINE)
def test_it_is_told_taken_out_and_put_back(person, opensc, program, name):
    folder = person.database(text=mine(name, opensc))
    words = [program, "--profile", folder]
    before = person.files()
    assert SEEN.format(folder) in person.setup(*words, "--check", status=1)
    assert "asks for PINs" in person.out and f"{program} --without-opensc" in person.out
    assert person.files() == before
    assert SEEN.format(folder) in person.setup(*words)
    with_ours = person.files()
    assert f"Took OpenSC's module out of {folder}/pkcs11.txt." in person.setup(
        *words, "--without-opensc")
    assert "OpenSC" not in listed(person, folder)
    assert "--with-opensc\" puts it back" in person.setup(*words, "--check")
    out = person.files()
    person.setup(*words, "--without-opensc")
    assert person.files() == out
    assert f"Put OpenSC's module back into {folder}/pkcs11.txt." in person.setup(
        *words, "--with-opensc")
    assert person.files() == with_ours
    assert "not taken out" in person.setup(*words, "--with-opensc")
    assert person.files() == with_ours
    # whatever the order of the two
    person.setup(*words, "--without-opensc")
    assert "--with-opensc\" puts it back" in person.setup(*words, "--remove")
    person.setup(*words, "--with-opensc")
    assert person.files() == before


def test_all_of_it_goes_and_comes(person, opensc):
    """Twice in a list, under other names, by a link, and without a path."""
    link = person.home / "link.so"
    link.symlink_to(opensc)
    onepin = opensc.with_name("onepin-opensc-pkcs11.so")
    onepin.touch()
    folder = person.database(text="".join(
        f"library={library}\nname={name}\n\n" for name, library in [
            ("A", link), ("B", "/x.so"), ("C", onepin), ("D", "opensc-pkcs11.so"), ("E", "/y.so")]))
    with person.unchanged():
        person.setup("firefox", "--profile", folder, "--without-opensc")
        assert [*listed(person, folder)] == ["B", "E", NAME[AUTH]]
        person.setup("firefox", "--profile", folder, "--with-opensc")
        person.setup("firefox", "--profile", folder, "--remove")


def test_one_that_is_gone_or_another_is_none(person, opensc):
    opensc.unlink()
    folder = person.database(text=f"library={opensc}\nname=x\n\nlibrary=/x/my-opensc-pkcs11.so\nname=y\n\n")
    assert "OpenSC" not in person.setup("firefox", "--profile", folder, "--without-opensc")
    assert not (person.home / KEPT).exists()


def test_a_list_that_has_changed_gets_it_back_all_the_same(person, opensc):
    folder = person.database(text=f"library={opensc}\nname=OpenSC\n\n")
    person.setup("chromium", "--profile", folder, "--without-opensc")
    list_ = folder / "pkcs11.txt"
    list_.write_text(f"library=/x.so\nname=X\n\n{list_.read_text()}library=/y.so\nname=Y\n")
    person.setup("chromium", "--profile", folder, "--with-opensc")
    assert sorted(listed(person, folder)) == sorted(["X", "Y", NAME[AUTH], "OpenSC"])
    person.setup("chromium", "--profile", folder, "--without-opensc")
    with open(list_, "a") as file:
        file.write(f"\nlibrary={opensc}\nname=Again\n\n")
    assert "again already" in person.setup("chromium", "--profile", folder, "--with-opensc")
    assert not (person.home / KEPT).exists()
    person.setup("chromium", "--profile", folder, "--without-opensc")


@pytest.mark.parametrize("away", ["folder", "list"])
def test_a_list_that_is_away_gets_it_back_when_it_is_there(person, opensc, away):
    """As on a disk that is not mounted."""
    folder = person.database(text=f"library={opensc}\nname=OpenSC\n\n")
    words = ["chromium", "--profile", folder]
    with person.unchanged():
        person.setup(*words, "--without-opensc")
        what = folder if away == "folder" else folder / "pkcs11.txt"
        elsewhere = what.rename(person.home / "elsewhere")
        person.run(JPKI, "doctor", "--unfix", status=1)
        said = person.out + person.err
        assert f"jpki: {folder}/pkcs11.txt is not there now" in said and KEPT in said
        person.run(JPKI, "doctor", "--unfix", status=1)
        elsewhere.rename(what)
        person.run(JPKI, "doctor", "--unfix")
        person.setup(*words, "--remove")


@pytest.mark.parametrize("spoil, said", [
    (lambda person: (person.home / KEPT).write_text("nonsense"), "not as jpki has made it"),
    (lambda person: (person.home / KEPT).write_text('{"taken": 1}'), "not as jpki has made it"),
    (lambda person: (person.home / KEPT).mkdir(), "not a regular file"),
])
def test_what_cannot_be_kept_is_not_taken_out(person, opensc, spoil, said):
    folder = person.database(text=f"library={opensc}\nname=OpenSC\n\n")
    person.setup("firefox", "--profile", folder)
    (person.home / KEPT).parent.mkdir(parents=True)
    spoil(person)
    with person.unchanged():
        assert said in person.setup("firefox", "--profile", folder, "--without-opensc", status=1)
        assert said in person.setup("firefox", "--profile", folder, "--with-opensc", status=1)


def test_a_list_that_is_no_utf_8_stays(person, opensc):
    folder = person.database()
    with open(folder / "pkcs11.txt", "ab") as file:
        file.write(b"library=%s\nname=\xff\n\n" % str(opensc).encode())
    person.setup("firefox", "--profile", folder)
    before = person.files()
    assert "not in UTF-8" in person.setup("firefox", "--profile", folder, "--without-opensc", status=1)
    assert person.files() == before


def test_a_list_that_may_not_be_written_leaves_nothing_kept(somebody, opensc):
    folder = somebody.database(text=f"library={opensc}\nname=OpenSC\n\n")
    somebody.setup("--modules", somebody.modules, "firefox", "--profile", folder)
    shutil.chown(somebody.home, 65534, 65534)
    before = somebody.files()
    said = somebody.run(*somebody.command, "firefox", "--profile", folder, "--without-opensc", status=1)
    assert "cannot" in said
    assert somebody.files() == before


# --- what the desktop starts ------------------------------------------------------------------------


@pytest.fixture
def desktop(person):
    """Debian's file, for a program that is there."""
    file = person.home.parent / "xdg" / DESKTOP
    file.parent.mkdir(parents=True)
    file.write_text(RUNS.format("/bin/true"))
    return file


def test_what_the_desktop_starts_is_overridden_for_the_person(person, desktop):
    folder = person.database()
    own = person.home / ".config" / DESKTOP
    words = ["firefox", "--profile", folder]
    with person.unchanged():
        assert f"registers OpenSC's module in browsers, by {desktop}." in person.setup(*words)
        assert f"by {desktop}." in person.setup(*words, "--check")
        assert f"no longer, by {own}." in person.setup(*words, "--without-opensc")
        assert "\nHidden=true\n" in own.read_text()
        assert desktop.read_text() == RUNS.format("/bin/true")
        assert str(desktop) not in person.setup(*words, "--check")
        person.setup(*words, "--with-opensc")
        person.setup(*words, "--remove")


@pytest.mark.parametrize("text, starts", [
    (RUNS.format("/bin/true"), True), (RUNS.format("/nowhere/x"), False),
    (RUNS.format("/bin/true") + "Hidden=true\n", False),
    (RUNS.format("/bin/true") + "Hidden=false\n[Other]\nHidden=true\n", True)])
def test_a_file_of_the_persons_own_counts(person, desktop, text, starts):
    own = person.put(f".config/{DESKTOP}", text)
    folder = person.database()
    words = ["firefox", "--profile", folder]
    assert (f"in browsers, by {own}." in person.setup(*words)) == starts
    person.setup(*words, "--without-opensc")
    assert (own.read_text() != text) == starts
    person.setup(*words, "--with-opensc")
    assert own.read_text() == text


def test_a_browser_that_is_still_without_it_keeps_the_desktop_from_it(person, opensc, desktop):
    """Or the next login would register it there."""
    folders = [person.database(name, f"library={opensc}\nname=OpenSC\n\n") for name in ("a", "b")]
    for folder in folders:
        person.setup("firefox", "--profile", folder, "--without-opensc")
    person.setup("firefox", "--profile", folders[0], "--with-opensc")
    assert (person.home / ".config" / DESKTOP).exists()
    assert "register OpenSC's module again" in person.setup(
        "firefox", "--profile", folders[1], "--with-opensc")
    assert not (person.home / ".config").exists()


def test_an_override_that_was_changed_stays(person, desktop):
    folder = person.database()
    person.setup("firefox", "--profile", folder, "--without-opensc")
    own = person.home / ".config" / DESKTOP
    own.write_text("mine")
    assert "it stays" in person.setup("firefox", "--profile", folder, "--with-opensc")
    assert own.read_text() == "mine"
    assert not (person.home / KEPT).exists()


def test_debians_own_program_registers_it_and_jpki_takes_it_out(person):
    """Before set-up, and again after it."""
    needs("pkcs11-register")
    folder = person.database(".pki/nssdb")
    made = (folder / "pkcs11.txt").read_bytes()
    person.run("pkcs11-register")
    registered = (folder / "pkcs11.txt").read_bytes()
    assert registered != made
    assert SEEN.format(folder) in person.setup("chromium")
    person.setup("chromium", "--without-opensc")
    assert listed(person, folder).keys() == {NAME[AUTH]}
    person.run("pkcs11-register")
    assert SEEN.format(folder) in person.setup("chromium", "--check")
    person.setup("chromium", "--without-opensc")
    assert listed(person, folder).keys() == {NAME[AUTH]}
    person.setup("chromium", "--remove")
    person.setup("chromium", "--with-opensc")
    assert (folder / "pkcs11.txt").read_bytes() == registered
    assert not (person.home / ".local").exists()


# --- p11-kit -----------------------------------------------------------------------------------------


def modules(sandbox, somebody):
    return p11_kit_modules(sandbox.run(*somebody.program, "p11-kit", "list-modules", env=somebody.env))


@pytest.mark.parametrize("own", [None, "# mine\nmodule: {}\npriority: 3\n"])
def test_p11_kit_is_without_it_for_the_person(somebody, system, sandbox, opensc, own):
    file = somebody.home / ".config/pkcs11/modules/opensc.module"
    if own:
        somebody.put(file, own.format(opensc))
        for path in (file, file.parent, file.parent.parent, somebody.home / ".config"):
            shutil.chown(path, 65534, 65534)
        where = file
    else:
        (system / "files/opensc.module").write_text(f"module: {opensc}\n")
        where = p11_kit("p11_module_configs") / "opensc.module"

    def setup(*words):
        return sandbox.run(*somebody.command, "p11-kit", *words, env=somebody.env)

    with somebody.unchanged():
        assert f"is in p11-kit too, by {where}." in setup()
        assert "opensc" in modules(sandbox, somebody)
        assert f"out of p11-kit now, by {file}." in setup("--without-opensc")
        assert "opensc" not in modules(sandbox, somebody)
        assert "puts it back" in setup("--check")
        setup("--with-opensc")
        assert "opensc" in modules(sandbox, somebody)
        setup("--remove")
        shutil.rmtree(somebody.home / ".cache", ignore_errors=True)  # of other modules


def test_p11_kit_is_without_it_for_all_users(system, sandbox, opensc, tmp_path):
    (tmp_path / "home").mkdir()
    (system / "files/opensc.module").write_text(f"module: {opensc}\n")
    file = system / "etc/pkcs11/modules/opensc.module"
    home = {"HOME": str(tmp_path / "home")}
    sandbox.run(JPKI, "setup", "p11-kit", "--without-opensc", env=home)
    assert "\nmodule:\n" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o644
    assert "opensc" not in p11_kit_modules(sandbox.run("p11-kit", "list-modules"))
    sandbox.run(JPKI, "setup", "p11-kit", "--with-opensc", env=home)
    sandbox.run(JPKI, "setup", "p11-kit", "--remove", env=home)
    assert not (system / "etc/pkcs11").exists()


# --- the command line --------------------------------------------------------------------------------


def test_it_is_for_programs_that_may_have_it(person):
    for words, said in [
            (["ssh", "--without-opensc"], "OpenSSH has no place for OpenSC's module"),
            (["libreoffice", "--with-opensc"], "LibreOffice has no place"),
            (["firefox", "--check", "--without-opensc"], "exclude each other"),
            (["firefox", "--remove", "--with-opensc"], "exclude each other"),
            (["firefox", "--with-opensc", "--without-opensc"], "exclude each other")]:
        assert said in person.setup(*words, status=2)
