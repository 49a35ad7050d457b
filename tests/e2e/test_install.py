# SPDX-License-Identifier: BSD-2-Clause
"""What `meson install` puts on a machine, by the options that it was configured with, and with no
more libraries than these need; and that it can be taken away again."""

import os
import pathlib
import subprocess

import pytest

from support import ROOT, TIMEOUT, install, output, p11_kit

pytestmark = pytest.mark.alike

EXTENSION = ROOT / "tools" / "mynaportal" / "extension"
# Below /usr; LIB is Debian's folder of libraries.
MODULES = {
    "LIB/pkcs11/jpki-pkcs11.so",
    "LIB/pkcs11/jpki-pkcs11-auth.so",
    "LIB/pkcs11/jpki-pkcs11-sign.so",
    "libexec/jpki-guard",
    "share/p11-kit/modules/jpki.module",
    "share/man/man5/jpki.conf.5",
    "share/man/ja/man5/jpki.conf.5",
    "share/man/man7/jpki-pkcs11.7",
    "share/man/ja/man7/jpki-pkcs11.7",
    "LIB/libjpki.so",
    "LIB/libjpki.so.0",
    "LIB/libjpki.so.0.1.0",
    "LIB/pkgconfig/jpki.pc",
    "include/jpki/error.h",
    "include/jpki/examine.h",
    "include/jpki/jpki.h",
    "include/jpki/secret.h",
    "include/jpki/types.h",
}
COMMAND = {
    "bin/jpki",
    "LIB/jpki/jpki-pdf.so",
    "share/locale/ja/LC_MESSAGES/jpki.mo",
    "share/man/man1/jpki.1",
    "share/man/ja/man1/jpki.1",
    "share/bash-completion/completions/jpki",
    "share/fish/vendor_completions.d/jpki.fish",
    "share/zsh/vendor-completions/_jpki",
}
PORTAL = {
    "bin/jpki-portal-host",
    "share/man/man1/jpki-portal-host.1",
    "share/man/ja/man1/jpki-portal-host.1",
    "share/jpki/jpki-portal.xpi",
    *(f"share/jpki/portal-extension/{file.relative_to(EXTENSION)}"
      for file in EXTENSION.rglob("*")
      if file.is_file() and file.name not in ("meson.build", "pack.py", "icon.svg")),
}
VCARD = {
    "bin/jpki-vcard",
    "share/man/man1/jpki-vcard.1",
    "share/man/ja/man1/jpki-vcard.1",
}
# What is installed, and which libraries are not there, by the options.
KINDS = {
    (): (MODULES | COMMAND | PORTAL | VCARD, ["cmocka"]),
    ("-Dvcard=false",): (MODULES | COMMAND | PORTAL, ["cmocka"]),
    ("-Dportal=false",): (MODULES | COMMAND | VCARD, ["cmocka"]),
    ("-Dvcard=false", "-Djpki=false"): (MODULES, ["cmocka", "jansson", "libbsd", "libqpdf",
                                                  "libxml-2.0", "nss", "sqlite3"]),
}


@pytest.fixture
def without(tmp_path, monkeypatch):
    """A machine on which pkg-config knows these libraries not, and which has no CMake to ask."""
    def take(*names):
        folder = tmp_path / "pkgconfig"
        folder.mkdir()
        for known in output("pkg-config", "--variable=pc_path", "pkg-config").strip().split(":"):
            for file in pathlib.Path(known).glob("*.pc"):
                link = folder / file.name
                if file.stem not in names and not link.exists():
                    link.symlink_to(file)
        monkeypatch.setenv("PKG_CONFIG_LIBDIR", str(folder))
        native = tmp_path / "native"
        native.write_text("[binaries]\ncmake = '/nonexistent'\n")
        return f"--native-file={native}"
    return take


def files(root):
    library = pathlib.Path(p11_kit("p11_module_path")).parent.relative_to("/usr")
    found = (str(path.relative_to(root / "usr")) for path in root.rglob("*") if not path.is_dir())
    return {name.replace(f"{library}/", "LIB/", 1) for name in found}


@pytest.mark.parametrize("options", KINDS, ids=" ".join)
def test_what_is_wanted_is_installed_and_taken_away(without, tmp_path, options):
    wanted, absent = KINDS[options]
    root = install(tmp_path, "--prefix=/usr", "-Dtests=false", *options, without(*absent))
    assert files(root) == wanted
    output("ninja", "-C", tmp_path / "build", "uninstall")
    assert files(root) == set()


def configure(folder, *options):
    """How it fails."""
    done = subprocess.run(["meson", "setup", folder / "build", ROOT, *options], timeout=TIMEOUT,
                          stdout=subprocess.PIPE, text=True, check=False, env=os.environ)
    assert done.returncode != 0
    return done.stdout


@pytest.mark.parametrize("name, option", [("cmocka", "-Dvcard=true"), ("jansson", "-Dtests=false")])
def test_what_is_needed_is_missed(without, tmp_path, name, option):
    """Which shows that it is away in the test above."""
    assert f'Dependency "{name}" not found' in configure(tmp_path, option, without(name))


@pytest.mark.parametrize("part", ["jpki", "portal", "vcard"])
def test_the_tests_need_all_of_it(tmp_path, part):
    assert f"-D{part}=false" in configure(tmp_path, f"-D{part}=false").rpartition("ERROR")[2]
