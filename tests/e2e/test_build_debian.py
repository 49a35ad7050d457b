# SPDX-License-Identifier: BSD-2-Clause
"""What tools/packages/build-debian says before it builds anything; tests/packages lets it build."""

import re
import subprocess

import pytest

from support import ROOT, TIMEOUT, script

pytestmark = pytest.mark.alike

BUILD = ROOT / "tools" / "packages" / "build-debian"
LACKING = "dpkg-checkbuilddeps: error: Unmet build dependencies: libqpdf-dev meson (>= 1.0)"


def build(*words, path="/usr/bin", status):
    done = subprocess.run([BUILD, *words], env={"PATH": str(path)}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
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
