# SPDX-License-Identifier: BSD-2-Clause
import pytest

from nss import Database
from screen import Screen
from support import AUTH, PIN, SIGN


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Fixtures can ask at their end whether their test has failed."""
    outcome = yield
    if call.when == "call":
        item.failed = outcome.get_result().failed


@pytest.fixture
def screens(request, tmp_path):
    """Makes screens for programs that have windows. If the test fails, what each of them showed is
    kept as a picture."""
    made = []

    def make():
        made.append(Screen(tmp_path / f"screen{len(made)}"))
        return made[-1]

    yield make
    for number, screen in enumerate(made):
        try:
            if getattr(request.node, "failed", True):
                screen.keep(f"{request.node.name}-{number}")
        finally:
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
