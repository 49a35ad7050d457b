# SPDX-License-Identifier: BSD-2-Clause
import os
import shutil

import pytest

from extension import BROWSERS
from support import AUTH, PIN, SIGN, p11_kit


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


@pytest.fixture
def extended(screens, tmp_path):
    """Makes browsers with our extension for Mynaportal, each on a screen of its own, in a sandbox
    with these sites."""
    def make(name, site, **options):
        return BROWSERS[name](site.sandbox, screens(), tmp_path / name, site.authority, **options)

    return make
