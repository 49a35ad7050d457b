# SPDX-License-Identifier: BSD-2-Clause
"""How programs end, or get rid of the module: it survives, and the card is locked."""

import pytest

from support import AUTH, BUILD, PIN

ENDING = BUILD / "tests" / "e2e" / "ending"
ENGINE = BUILD / "tests" / "e2e" / "session-engine.so"

CONFIGURATION = f"""
openssl_conf = all
[all]
engines = engines
[engines]
session = session
[session]
dynamic_path = {ENGINE}
"""


def live(sandbox, way, env=None):
    return sandbox.run(ENDING, way, sandbox.module, 0, PIN[AUTH], env=env).splitlines()


@pytest.mark.parametrize(
    "way, logins, said",
    [
        # after OpenSSL's own exit handler
        ("finalize-at-exit", 1, ["ready", "C_Finalize 0x0"]),
        # with a session open; the module stays in memory (OpenSSL keeps an address in it)
        ("dlclose", 1, ["ready"]),
        ("load-again", 2, ["ready", "C_Initialize 0x191", "C_GetSessionInfo 0x0",
                           "C_Finalize 0x0", "C_Finalize 0x0"]),
        ("return", 1, ["ready"]),
    ],
)
def test_ends_well_and_locks_the_card(sandbox, card, way, logins, said):
    card.mark()
    assert live(sandbox, way) == said
    assert card.verified() == []
    assert [entry.sw for entry in card.verifies()] == ["9000"] * logins


def test_a_configuration_that_uses_the_module_itself(sandbox, card, tmp_path):
    """OpenSSL reads it when it is first used, which may be by the module."""
    configuration = tmp_path / "openssl.cnf"
    configuration.write_text(CONFIGURATION)
    card.mark()
    said = live(sandbox, "return", {"OPENSSL_CONF": configuration, "JPKI_MODULE": sandbox.module})
    assert said == ["engine: C_Initialize 0x191", "engine: C_OpenSession 0x0", "ready"]
    assert [entry.sw for entry in card.verifies()] == ["9000"]
    assert card.verified() == []
