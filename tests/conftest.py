# SPDX-License-Identifier: BSD-2-Clause
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "common"))

# pylint: disable=wrong-import-position
from command import Jpki  # noqa: E402
from elsewhere import Elsewhere  # noqa: E402
from marks import Mark  # noqa: E402
from support import TIMEOUT, VCARD, Card, Sandbox, install  # noqa: E402
from web import start_server  # noqa: E402

# The settings of whoever runs the tests, and what is known of his cards, are none of their business.
os.environ["JPKI_CONFIG"] = ""
os.environ["XDG_CACHE_HOME"] = "/dev/null"
for name in ("JPKI_LOG", "JPKI_LOG_FILE"):
    os.environ.pop(name, None)


def pytest_configure(config):
    for line in ("smoke: one of the few of tests/apps that tests/run smoke runs",
                 "alike: shows the same on each release of Debian; not in tests/run elsewhere"):
        config.addinivalue_line("markers", line)


@pytest.fixture(scope="session")
def issued(tmp_path_factory):
    """A card's state as issued, made once: each card of a test begins as a copy of it."""
    folder = tmp_path_factory.mktemp("issued")
    subprocess.run(
        [VCARD, "export", folder / "certificates", "--state", folder / "state"],
        stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=True,
    )
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Each test begins with cards that nobody has seen; the folder of what is kept of them."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "jpki"


@pytest.fixture
def mark():
    """A mark for what a test starts; none of that may be left at its end."""
    made = Mark()
    yield made
    assert made.commands() == []


@pytest.fixture
def certificates(issued):
    """The folder of the card's certificates: auth.pem, auth-ca.pem, sign.pem, sign-ca.pem."""
    return issued / "certificates"


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A folder with what `meson install` puts on a machine of Debian's layout."""
    return install(tmp_path_factory.mktemp("installed"), "--prefix=/usr")


@pytest.fixture
def sandboxes(issued, tmp_path):
    """Makes sandboxes with the given options; stops them all at the end of the test."""
    made = []

    def make(*options, **more):
        state = tmp_path / f"state{len(made)}"
        shutil.copytree(issued / "state", state)
        made.append(Sandbox("--state", state, *options, **more))
        return made[-1]

    yield make
    for sandbox in made:
        sandbox.stop()


@pytest.fixture
def sandbox(sandboxes):
    """A sandbox with one virtual card in the first reader."""
    return sandboxes()


@pytest.fixture
def card(sandbox):
    return Card(sandbox)


@pytest.fixture
def elsewhere(sandbox):
    """Another machine without a card, with a cable to the sandbox."""
    made = Elsewhere(sandbox)
    yield made
    made.stop()


@pytest.fixture
def some_locale(tmp_path):
    """A locale that is not C, for programs that need one to look at LANGUAGE (where there is none, as
    on a small machine): that of C.UTF-8 by another name."""
    shutil.copytree("/usr/lib/locale/C.utf8", tmp_path / "locale" / "xx_XX.utf8")
    return {"LOCPATH": str(tmp_path / "locale"), "LC_ALL": "xx_XX.UTF-8", "LANGUAGE": "ja"}


@pytest.fixture
def jpki(sandbox):
    return Jpki(sandbox)


@pytest.fixture
def japanese(sandbox, some_locale):
    return Jpki(sandbox, some_locale)


@pytest.fixture
def server(sandbox, certificates):
    """A web server inside the sandbox; the file of its certificate."""
    return start_server(sandbox, certificates)
