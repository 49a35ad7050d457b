# SPDX-License-Identifier: BSD-2-Clause
import os
import pathlib
import shutil
import tempfile

import pytest

from person import MODULE, Person
from support import JPKI, built, needs, p11_kit


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
