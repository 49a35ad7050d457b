# SPDX-License-Identifier: BSD-2-Clause
"""How programs end, or get rid of the module: it survives, and the card is locked."""

import pytest

from support import AUTH, BUILD, PIN

LIFETIME = BUILD / "tests" / "e2e" / "lifetime"
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
    return sandbox.run(LIFETIME, way, sandbox.module, PIN[AUTH], env=env).splitlines()


@pytest.mark.parametrize(
    "way, logins, said",
    [
        # after OpenSSL's own exit handler
        ("finalize-at-exit", 1, ["the end", "C_Finalize 0x0"]),
        # with a session open; the module stays in memory (OpenSSL keeps an address in it)
        ("unload", 1, ["dlclose 0", "the end"]),
        ("load-again", 2, ["dlclose 0", "C_Initialize 0x191", "C_GetSessionInfo 0x0",
                        "C_Finalize 0x0", "C_Finalize 0x0", "the end"]),
        ("leave", 1, ["the end"]),
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
    said = live(sandbox, "leave", {"OPENSSL_CONF": configuration, "JPKI_MODULE": sandbox.module})
    assert said == ["engine: C_Initialize 0x191", "engine: C_OpenSession 0x0", "the end"]
    assert [entry.sw for entry in card.verifies()] == ["9000"]
    assert card.verified() == []
