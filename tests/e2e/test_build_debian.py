# SPDX-License-Identifier: BSD-2-Clause
"""What tools/packages/build-debian says before it builds anything; tests/packages lets it build."""

import os
import re
import shutil
import subprocess

import pytest

from support import ROOT, TIMEOUT, needs, script

pytestmark = pytest.mark.alike

BUILD = ROOT / "tools" / "packages" / "build-debian"
LACKING = "dpkg-checkbuilddeps: error: Unmet build dependencies: libqpdf-dev meson (>= 1.0)"


def build(*words, program=BUILD, path="/usr/bin", status):
    env = {"PATH": str(path), "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run([program, *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True,
                          timeout=TIMEOUT, check=False)
    assert done.returncode == status, done.stdout
    return done.stdout


@pytest.fixture
def programs(tmp_path):
    """Where programs are that only say what they were asked, and with which options."""
    for name, text in (("dpkg-checkbuilddeps", f"echo '{LACKING}' >&2; exit 1"),
                       ("dpkg-buildpackage", f"touch {tmp_path}/built")):
        script(tmp_path / name, f"echo \"$*\" >{tmp_path}/{name}.asked\n{text}")
    return tmp_path


@pytest.mark.parametrize("words", [["--nonsense"], ["folder"], ["--output"]])
def test_a_word_that_is_not_known(words):
    assert "usage: tools/packages/build-debian" in build(*words, status=2)


@pytest.mark.parametrize("option, profile", [("--no-tests", "-P nocheck "), (None, "")])
def test_what_is_missing_is_told_and_how_to_get_it(programs, option, profile):
    said = build(*[option] if option else [], "--output", programs / "made",
                 path=f"{programs}:/usr/bin", status=1)
    assert "packages are missing to build with: libqpdf-dev meson (>= 1.0)\n" in said
    assert f"sudo apt-get build-dep {profile}{ROOT}/tools/packages\n" in said
    asked = (programs / "dpkg-checkbuilddeps.asked").read_text()
    assert ("-Pnocheck" in asked) == bool(profile)
    assert not (programs / "built").exists() and not (programs / "made").exists()


@pytest.fixture
def tree(tmp_path, programs):
    """Sources of one package, of which git knows all but a note, and another user's; programs that only
    note what they are to build."""
    needs("git", "dpkg-parsechangelog")
    if os.geteuid() != 0:
        pytest.skip("only root can have the files of somebody else")
    script(programs / "dpkg-checkbuilddeps", "")
    script(programs / "dpkg-buildpackage", f"find . -type f >{tmp_path}/sources\n"
           "touch ../jpki_0.2.0_amd64.deb ../jpki-pkcs11_0.2.0.dsc")
    made = tmp_path / "tree"
    shutil.copytree(ROOT / "tools" / "packages", made / "tools" / "packages")
    for words in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", "-C", made, *words], check=True)
    (made / "note").write_text("mine")
    for path in [made, *made.rglob("*")]:
        os.chown(path, 65534, 65534, follow_symlinks=False)
    return made


def test_only_what_git_knows_is_built_in_another_users_tree(tree, programs):
    build(program=tree / "tools" / "packages" / "build-debian", path=f"{programs}:/usr/bin", status=0)
    sources = (programs / "sources").read_text().split()
    assert "./tools/packages/README.md" in sources and "./debian/control" in sources
    assert not [name for name in sources if "note" in name or ".git" in name]


def test_packages_of_the_last_build_go(tree, programs):
    """From the script's own folder; what is no package of it stays, as does all in another folder."""
    left = {"jpki_0.1.0_amd64.deb", "jpki-dbgsym_0.1.0_amd64.deb", "jpki-pkcs11_0.1.0.dsc",
            "jpki-pkcs11_0.1.0_amd64.changes"}
    stays = {"other_1_amd64.deb", "notes"}
    made = {"jpki_0.2.0_amd64.deb", "jpki-pkcs11_0.2.0.dsc"}
    folders = {name: tree / name for name in ("build-packages", "build-other")}
    for folder in folders.values():
        folder.mkdir()
        for name in left | stays:
            (folder / name).touch()
    program, path = tree / "tools" / "packages" / "build-debian", f"{programs}:/usr/bin"
    build(program=program, path=path, status=0)
    assert {file.name for file in folders["build-packages"].iterdir()} == made | stays
    build("--output", folders["build-other"], program=program, path=path, status=0)
    assert {file.name for file in folders["build-other"].iterdir()} == made | stays | left


def test_the_spec_declares_an_option_before_it_asks_for_it():
    """Else rpmbuild takes it for not given."""
    spec = (ROOT / "tools" / "packages" / "jpki-pkcs11.spec").read_text()
    first = {}
    for match in re.finditer(r"%bcond_with (\w+)|\bwith(?:_| )(\w+)[:}]", spec):
        first.setdefault(match[1] or match[2], match[1] is not None)
    assert first == {"check": True}


def test_both_packages_have_the_same_pages():
    """Those of Debian's, by the folder that they are copied to, are in the spec's list."""
    packages = ROOT / "tools" / "packages"
    lines = (packages / "debian" / "jpki-pkcs11.install").read_text().splitlines()
    pages = [line.split()[0] for line in lines if "usr/share/doc" in line]
    copied = re.search(r"^cp -pr --parents (.*?[^\\])$", (packages / "jpki-pkcs11.spec").read_text(),
                       re.MULTILINE | re.DOTALL)[1].split()
    assert len(pages) > 5 and set(pages) <= set(copied)


def test_the_version_is_one():
    """In the build, the Debian changelog, the RPM spec, the list of changes and a transcript."""
    version, = re.findall(r"^  version: '(.*)',$", (ROOT / "meson.build").read_text(), re.MULTILINE)
    packages = ROOT / "tools" / "packages"
    assert (packages / "debian" / "changelog").read_text().startswith(f"jpki-pkcs11 ({version})")
    spec = (packages / "jpki-pkcs11.spec").read_text()
    assert re.search(rf"^Version: +{re.escape(version)}$", spec, re.MULTILINE)
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert newest.rstrip(",") == version
    major, minor, _ = version.split(".")
    transcript = (ROOT / "tests" / "profiles" / "baseline.xml").read_text()
    assert f'<LibraryVersion major="{major}" minor="{minor}"/>' in transcript
