# SPDX-License-Identifier: BSD-2-Clause
import pytest

from forger import Authority


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """A CA that is believed."""
    return Authority(tmp_path_factory.mktemp("real") / "ca")


@pytest.fixture(scope="session")
def person(real):
    """A certificate of it, and its key."""
    return real.issue()
