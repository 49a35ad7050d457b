# SPDX-License-Identifier: BSD-2-Clause
"""What is kept of a card in files, through the module: what it saves, and whom it is not for."""

import os
import shutil
import stat
import subprocess

import pytest

from support import AUTH, PIN, SIGN, TIMEOUT, assert_signed, fewest, openssl

TEXT = "同意します。\n".encode()
STRANGER = 65534
CERTIFICATE = {AUTH: "authentication.pem", SIGN: "signature.pem"}
COLD, WARM = 6, 4  # exchanges of pkcs11-tool -L


def files(folder):
    """The names of what is in it, without the part that is of one card."""
    return sorted(path.name.split("-")[0] for path in folder.iterdir()) if folder.exists() else []


def tool(sandbox, label, *args):
    return ["pkcs11-tool", "--module", sandbox.module, "--token-label", label, *args]


def listed(sandbox, card, *before, program="pkcs11-tool"):
    """Exchanges of a program that lists tokens."""
    card.mark()
    said = sandbox.run(*before, program, "--module", sandbox.module, "-L")
    assert AUTH in said and SIGN in said
    return card.exchanges()


def test_a_list_of_tokens(sandbox, card, cache):
    assert [listed(sandbox, card) for _ in range(3)] == [COLD, WARM, WARM]
    assert files(cache) == ["card"]
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in cache.iterdir()] == [0o600]


@pytest.mark.parametrize("label, cold, warm", [(AUTH, 10, 6), (SIGN, 14, 12)])
def test_a_login_and_a_signature(sandbox, card, cache, certificates, tmp_path, label, cold, warm):
    def counts():
        shutil.rmtree(cache, ignore_errors=True)
        taken = []
        for known in (False, True, True):
            if known:  # all of its certificates have been read
                sandbox.pkcs11_tool("--token-label", label, "-O")
            card.mark()
            signature = sandbox.sign(label, "SHA256-RSA-PKCS", TEXT, tmp_path)
            taken.append(card.exchanges())
            assert {entry.sw for entry in card.verifies()} == {"9000"}
            assert_signed(certificates / CERTIFICATE[label], TEXT, signature, tmp_path)
        return taken

    wanted = [cold, warm, warm]
    assert wanted == fewest(counts, wanted)


def test_a_list_of_objects(sandbox, card):
    said, counts = [], []
    for _ in range(3):
        card.mark()
        said.append(sandbox.pkcs11_tool("--token-label", AUTH, "-O"))
        counts.append(card.exchanges())
    assert counts == [14, 3, 3]
    assert said[0] == said[1] == said[2]


def test_nothing_of_a_person_is_written(sandbox, card, cache, certificates, tmp_path):
    for label in (AUTH, SIGN):
        sandbox.sign(label, "SHA256-RSA-PKCS", TEXT, tmp_path)
        sandbox.pkcs11_tool("--token-label", label, "--login", "--pin", PIN[label], "-O")
    der = openssl("x509", "-in", certificates / "signature.pem", "-outform", "DER")
    kept = b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())
    person = card.attributes()
    assert person["name"].encode() in der and len(kept) > 1000
    told = [person[name] for name in ("name", "address", "birth-date", "manufacture-number")]
    for secret in [*told, PIN[SIGN], "Chiyoda-ku", "Tokyo-to"]:
        assert secret.encode() not in kept
    assert der[-250:-200] not in kept  # of its signature


def test_two_cards_have_a_file_each(sandbox, card, cache):
    listed(sandbox, card)
    [path] = cache.iterdir()
    stranger = path.with_name("card-0123456789abcdef")
    shutil.copy(path, stranger)
    path.write_bytes(path.read_bytes()[:-1])
    assert listed(sandbox, card) == COLD
    assert listed(sandbox, card) == WARM
    assert sorted(cache.iterdir()) == sorted([path, stranger])


# ------------------------------------------------------------------------------------------- homes


@pytest.fixture
def home(tmp_path):
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    return path


def of_home(home):
    """What runs a program of somebody at home there, who has set nothing else."""
    return ["env", "-u", "XDG_CACHE_HOME", f"HOME={home}"]


def test_in_a_home(sandbox, card, home):
    assert [listed(sandbox, card, *of_home(home)) for _ in range(2)] == [COLD, WARM]
    assert files(home / ".cache" / "jpki") == ["card"]
    assert stat.S_IMODE((home / ".cache").stat().st_mode) == 0o700


def test_without_a_home(sandbox, card, cache, home):
    nobody = ["env", "-u", "XDG_CACHE_HOME", "-u", "HOME", "-C", home]
    relative = ["env", "-C", home, "XDG_CACHE_HOME=cache", "HOME=here"]
    for before in (nobody, relative, of_home(home / "not" / "there"), of_home("/dev/null")):
        assert [listed(sandbox, card, *before) for _ in range(2)] == [COLD, COLD]
    assert list(home.iterdir()) == [] and not cache.exists()


def test_a_home_that_cannot_be_written(sandbox, card, home):
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && shift 0 && exec "$@"'
    locked = ["unshare", "-m", "sh", "-c", script, home, *of_home(home)]
    assert [listed(sandbox, card, *locked) for _ in range(2)] == [COLD, COLD]
    assert list(home.iterdir()) == []
    listed(sandbox, card, *of_home(home))
    assert [listed(sandbox, card, *locked) for _ in range(2)] == [WARM, WARM]


def test_a_full_disk(sandbox, card, home, tmp_path):
    script = ('mount -t tmpfs -o size=16k,mode=0700 none "$0" && '
              '{ dd if=/dev/zero of="$0/all" bs=4k 2>/dev/null; :; } && "$@" && ls -A "$0"')
    before = ["unshare", "-m", "sh", "-c", script, home, *of_home(home)]
    assert listed(sandbox, card, *before) == COLD
    signature = tmp_path / "signature"
    text = tmp_path / "text"
    text.write_bytes(TEXT)
    sandbox.run(*before, *tool(sandbox, AUTH, "--login", "--pin", PIN[AUTH], "--sign",
                               "-m", "SHA256-RSA-PKCS", "-i", text, "-o", signature))
    assert signature.stat().st_size == 256


def test_somebody_elses_home(sandbox, card, home):
    """Root's that has kept HOME: what it made there would be in its owner's way."""
    os.chown(home, STRANGER, STRANGER)
    assert [listed(sandbox, card, *of_home(home)) for _ in range(2)] == [COLD, COLD]
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("what", ["folder", "file", "link", "fifo"])
def test_what_another_user_has_put_there(sandbox, card, cache, tmp_path, what):
    listed(sandbox, card)
    [path] = cache.iterdir()
    if what == "folder":
        os.chown(cache, STRANGER, STRANGER)
    elif what == "file":
        os.chown(path, STRANGER, STRANGER)
    elif what == "link":
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.unlink()
        os.mkfifo(path)
    assert listed(sandbox, card) == COLD
    assert listed(sandbox, card) == (COLD if what == "folder" else WARM)
    if what == "link":
        assert path.is_file() and not path.is_symlink()


# --------------------------------------------------------------------- programs with more rights


def set_group(program, _home):
    os.chown(program, 0, STRANGER)
    program.chmod(0o2755)
    return []


def of_somebody_else(_program, _home):
    """As a program of root's that a stranger starts: its real user is he."""
    return ["setpriv", "--ruid", str(STRANGER)]


def with_a_trap(program, home):
    """The same, and he would have root write where he likes."""
    (home / "target").mkdir()
    (home / "jpki").symlink_to(home / "target")
    return of_somebody_else(program, home)


@pytest.mark.parametrize("way", [set_group, of_somebody_else, with_a_trap])
def test_a_program_with_more_rights(sandbox, card, cache, home, tmp_path, way):
    """It takes no path from who started it: nothing is read there, nor written."""
    program = tmp_path / "tool"
    shutil.copy(shutil.which("pkcs11-tool"), program)
    before = way(program, home)

    def count(folder, *before):
        return listed(sandbox, card, "env", f"XDG_CACHE_HOME={folder}", f"HOME={folder}", *before,
                      program=program)

    there = [path.name for path in home.rglob("*")]
    assert [count(home, *before), count(home, *before)] == [COLD, COLD]
    assert [path.name for path in home.rglob("*")] == there
    listed(sandbox, card)
    [path] = cache.iterdir()
    was = path.stat().st_ino
    assert [count(cache.parent, *before), count(cache.parent, *before)] == [COLD, COLD]
    assert path.stat().st_ino == was
    program.chmod(0o755)
    assert count(cache.parent) == WARM


# ------------------------------------------------------------------------------- many at once


def test_many_programs_at_once(sandbox, card, cache):
    command = sandbox.within(*tool(sandbox, AUTH, "-O"))
    alone = sandbox.run("env", "XDG_CACHE_HOME=/dev/null", *tool(sandbox, AUTH, "-O"))
    programs = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True) for _ in range(8)]
    said = [program.communicate(timeout=TIMEOUT)[0] for program in programs]
    assert said == [alone] * 8
    assert [program.returncode for program in programs] == [0] * 8
    assert files(cache) == ["card"]
    assert listed(sandbox, card) == WARM


# -------------------------------------------------------------------------------- settings, PSS


def settings(folder, text):
    path = folder / "jpki.conf"
    path.write_text(text)
    return ["env", f"JPKI_CONFIG={path}"]


def test_it_can_be_switched_off(sandbox, card, cache, tmp_path):
    off = settings(tmp_path, "[token]\ncache = no\n")
    assert [listed(sandbox, card, *off) for _ in range(2)] == [COLD, COLD]
    assert not cache.exists()
    listed(sandbox, card)
    before = [(path, path.stat().st_ino) for path in cache.iterdir()]
    assert listed(sandbox, card, *off) == COLD
    assert [(path, path.stat().st_ino) for path in cache.iterdir()] == before


def offers_pss(sandbox, label, *before):
    said = sandbox.run(*before, *tool(sandbox, label, "-M"))
    assert "SHA256-RSA-PKCS," in said
    return "RSA-PKCS-PSS" in said


def test_a_model_without_pss_is_known_again(sandbox, card, cache, tmp_path):
    card("quirk", "set", "sign-forms", "pkcs1")
    assert offers_pss(sandbox, AUTH)
    card.mark()
    with pytest.raises(AssertionError):
        sandbox.sign(AUTH, "SHA256-RSA-PKCS-PSS", TEXT, tmp_path)
    assert [entry.sw for entry in card.verifies()] == ["9000"]
    assert files(cache) == ["card", "model"]
    assert not offers_pss(sandbox, AUTH)
    assert offers_pss(sandbox, SIGN)
    assert offers_pss(sandbox, AUTH, *settings(tmp_path, "[token]\npss = on\n"))
    assert offers_pss(sandbox, AUTH, *settings(tmp_path, "[token]\ncache = no\n"))
    assert sandbox.sign(AUTH, "SHA256-RSA-PKCS", TEXT, tmp_path).stat().st_size == 256
