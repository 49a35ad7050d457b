# SPDX-License-Identifier: BSD-2-Clause
import fcntl
import itertools
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
from nss import Database  # noqa: E402
from screen import Screen  # noqa: E402
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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests are handed out one by one: in xdist's chunks, one that takes long holds up others."""
    from xdist.scheduler import LoadScheduling

    class OneByOne(LoadScheduling):
        def _send_tests(self, node, num):
            # the one that it runs, and the next, without which it would wait
            super()._send_tests(node, max(0, min(num, 2 - len(self.node2pending[node]))))

    return OneByOne(config, log)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """If a test has failed, what each of its screens shows is kept as a picture, before the
    programs end."""
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:
        for number, screen in enumerate(getattr(item, "screens", [])):
            screen.keep(f"{item.name}-{number}")


def made_once(tmp_path_factory, name, make):
    """A folder that is only read, made by whichever of xdist's workers is the first to want it."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with open(f"{place}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            new = base / f"{name}.new"
            new.mkdir()
            make(new)
            new.rename(place)
    return place


@pytest.fixture(scope="session")
def issued(tmp_path_factory):
    """A card's state as issued, made once: each card of a test begins as a copy of it."""
    return made_once(tmp_path_factory, "issued", lambda folder: subprocess.run(
        [VCARD, "export", folder / "certificates", "--state", folder / "state"],
        stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=True))


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
    return made_once(tmp_path_factory, "installed",
                     lambda folder: install(folder, "--prefix=/usr")) / "root"


@pytest.fixture
def stopped():
    """Gives back what it is given, and stops it at the end of the test: what came last first."""
    made = []
    yield lambda one: made.append(one) or one
    for one in reversed(made):
        one.stop()


@pytest.fixture
def home(tmp_path):
    """A home folder for the programs of a test."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def sandboxes(issued, tmp_path, stopped):
    """Makes sandboxes with the given options."""
    numbers = itertools.count()

    def make(*options, **more):
        state = tmp_path / f"state{next(numbers)}"
        shutil.copytree(issued / "state", state)
        return stopped(Sandbox("--state", state, *options, **more))

    return make


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


@pytest.fixture
def screens(request, tmp_path, stopped):
    """Makes screens for programs that have windows."""
    made = request.node.screens = []

    def make():
        made.append(stopped(Screen(tmp_path / f"screen{len(made)}")))
        return made[-1]

    return make


@pytest.fixture
def screen(screens):
    return screens()


@pytest.fixture
def database(tmp_path):
    """Makes databases."""
    def make(sandbox, name="jpki-pkcs11"):
        return Database(sandbox, tmp_path / f"nss-{name}", name)

    return make
