# SPDX-License-Identifier: BSD-2-Clause
import os
import shutil

import pytest

from nss import Database
from screen import Screen
from support import AUTH, PIN, SIGN, p11_kit


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
