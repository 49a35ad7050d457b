# SPDX-License-Identifier: BSD-2-Clause
import os
import pathlib
import shutil
import tempfile

import pytest

from extension import BROWSERS
from nss import Database
from person import MODULE, Person
from screen import Screen
from support import AUTH, JPKI, PIN, SIGN, built, needs, p11_kit


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """If a test has failed, what each of its screens shows is kept as a picture, before the
    programs end."""
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:
        for number, screen in enumerate(getattr(item, "screens", [])):
            screen.keep(f"{item.name}-{number}")


@pytest.fixture
def screens(request, tmp_path):
    """Makes screens for programs that have windows."""
    made = request.node.screens = []

    def make():
        made.append(Screen(tmp_path / f"screen{len(made)}"))
        return made[-1]

    yield make
    for screen in made:
        screen.stop()


@pytest.fixture
def screen(screens):
    return screens()


@pytest.fixture
def database(tmp_path):
    """Makes databases."""
    def make(sandbox, name="jpki-pkcs11"):
        return Database(sandbox, tmp_path / f"nss-{name}", name)

    return make


@pytest.fixture
def pins(tmp_path):
    """Files to read the PINs from."""
    files = {AUTH: tmp_path / "authentication.pin", SIGN: tmp_path / "signature.pin"}
    for label, file in files.items():
        file.write_text(PIN[label])
    return files


@pytest.fixture
def configured(sandbox, installed, tmp_path):
    """In the sandbox, p11-kit is as `meson install` leaves it, and has no other configuration but
    what a test adds."""
    modules, configuration = tmp_path / "modules", tmp_path / "configuration"
    place, files = p11_kit("p11_module_path"), p11_kit("p11_module_configs")
    shutil.copytree(place, modules, symlinks=True)
    shutil.copytree(installed / place.relative_to("/"), modules, dirs_exist_ok=True)
    sandbox.run("mount", "--bind", modules, place)
    shutil.copytree(installed / files.relative_to("/"), configuration)
    sandbox.run("mount", "--bind", configuration, files)
    if os.path.isdir("/etc/pkcs11"):
        sandbox.run("mount", "-t", "tmpfs", "tmpfs", "/etc/pkcs11")
    return sandbox


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """Where an empty database is made when the first one is wanted."""
    return tmp_path_factory.mktemp("databases") / "empty"


@pytest.fixture
def person(tmp_path, empty):
    needs("certutil", "modutil")
    return Person(tmp_path / "home", empty)


@pytest.fixture
def somebody(empty):
    """A home folder that is not root's, with what is needed to run jpki there."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jpki-setup-"))
    folder.chmod(0o755)
    for file in (JPKI, built("jpki-pkcs11"), *MODULE.values(),
                 built("jpki-pkcs11").with_name("libjpki.so.0")):
        shutil.copy(file, folder)
    made = Person(folder / "home", empty)
    made.env["LD_LIBRARY_PATH"] = str(folder)
    shutil.chown(made.home, 65534, 65534)
    made.program = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    made.command = [*made.program, folder / "jpki", "setup", "--modules", folder]
    made.modules = folder
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    yield made
    shutil.rmtree(folder)


@pytest.fixture
def system(sandbox, tmp_path):
    """In the sandbox, folders of p11-kit for all users that may be written."""
    shutil.copytree("/etc", tmp_path / "etc", symlinks=True,
                    ignore=lambda folder, names: [name for name in names if folder == "/etc" and
                                                  name in ("pkcs11", "alternatives", "ssl")])
    (tmp_path / "files").mkdir()
    sandbox.run("mount", "--bind", tmp_path / "etc", "/etc")
    sandbox.run("mount", "--bind", tmp_path / "files", p11_kit("p11_module_configs"))
    return tmp_path


@pytest.fixture
def extended(screens, tmp_path):
    """Makes browsers with our extension for Mynaportal, each on a screen of its own, in a sandbox
    with these sites."""
    def make(name, site, **options):
        return BROWSERS[name](site.sandbox, screens(), tmp_path / name, site.authority, **options)

    return make
