# SPDX-License-Identifier: BSD-2-Clause
"""jpki where the service refuses, and where the card does not answer: the same sentence of every
verb, in both languages, its exit status, an object for programs, and no hang."""

import concurrent.futures
import json
import re

import pytest

from command import NO_CARD, SIGN_PIN, Jpki, columns
from odd import OddReader, plug
from prompt import Prompted
from refusing import refuse_everybody
from support import JPKI, wait_until

# What takes a PIN, and what does not.
WITH_PIN = (["status", "--sign"], ["cert", "sign"], ["pin", "change", "auth"], ["check"], ["check", "sign"])
VERBS = [["status"], ["status", "--sign"], ["cert"], ["cert", "sign"], ["pin", "status"],
         ["pin", "change", "auth"], ["check"], ["check", "--no-pin"], ["check", "sign"]]
SENTENCES = {
    "refused": ("not-allowed", "The service for card readers (pcscd) does not let you use them.",
                "administrator can allow it", "利用が許可されていません", "polkit"),
    "mute": ("mute", "The card in the reader does not answer.", "upside down",
             "カードが応答しません", "裏"),
}


def insert_mute(sandbox, folder):
    """The only card there is."""
    reader = OddReader(folder, "Odd", "present", "mute")
    plug(sandbox, reader)
    wait_until(lambda: "Error powering up card" in (sandbox.folder / "pcscd.log").read_text(errors="replace"))


@pytest.fixture(params=SENTENCES)
def trouble(request, sandboxes, tmp_path):
    """What it is called, and a sandbox that has it."""
    sandbox = sandboxes("--no-card")
    if request.param == "refused":
        refuse_everybody(sandbox)
    else:
        insert_mute(sandbox, tmp_path)
    return request.param, sandbox


def told_by_jpki(said):
    """Without the line of the log."""
    return re.sub(r"^\S+ jpki-pkcs11\[.*\n", "", said)


def flat(said):
    return " ".join(said.split())


def test_every_verb_says_the_same(trouble, some_locale, tmp_path):
    kind, sandbox = trouble
    code, english, advice, japanese, japanese_advice = SENTENCES[kind]
    (tmp_path / "file").write_text("text\n")
    for words in [*VERBS, ["sign", tmp_path / "file"]]:
        for env, sentence, more in (({}, english, advice), (some_locale, japanese, japanese_advice)):
            said = told_by_jpki(Jpki(sandbox, env)(*words, status=NO_CARD))
            assert sentence in flat(said) and more in said, said
            assert max(map(columns, said.splitlines())) <= 80, said
            assert said.startswith("jpki: ") and "Tries left" not in said
        assert not (tmp_path / "file.p7m").exists()


def test_programs_are_told_too(trouble):
    kind, sandbox = trouble
    code, english, *_ = SENTENCES[kind]
    jpki = Jpki(sandbox)
    for words in VERBS[1:]:
        pin = SIGN_PIN if words in WITH_PIN else None
        assert jpki.error(*words, status=NO_CARD, pin=pin) == {"code": code}
    said = told_by_jpki(jpki("status", "--json", status=NO_CARD))
    if kind == "refused":
        assert json.loads(said) == {"service": code, "readers": []}
    else:
        assert {"reader": "Odd 00 00", "holds": "mute"} in json.loads(said)["readers"]


def test_watch_tells_it_and_waits(trouble):
    kind, sandbox = trouble
    with Prompted(sandbox, JPKI, "watch", env={"LC_ALL": "C.UTF-8"}) as terminal:
        terminal.wait_for("does not let you use them" if kind == "refused" else "a card that does not answer")
        terminal.interrupt()
        terminal.end()


def test_a_service_that_never_answers(sandbox, some_locale, tmp_path):
    """It is stopped, so that it takes connections all the same. Who only looks is not kept for ever."""
    (tmp_path / "home").mkdir()
    home = {"HOME": str(tmp_path / "home")}
    pid = (sandbox.folder / "service").read_text().strip()
    sandbox.run("kill", "-STOP", pid)
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            error = pool.submit(Jpki(sandbox).error, "check", status=NO_CARD)
            told = [pool.submit(Jpki(sandbox, env), *words, status=NO_CARD)
                    for words, env in ((["status"], {}), (["cert"], some_locale), (["doctor"], home))]
    finally:
        sandbox.run("kill", "-CONT", pid)
    assert error.result() == {"code": "no-answer"}
    for said in (flat(one.result()) for one in told):
        assert "is there, but does not answer." in said or "動いていますが、応答しません" in said
        assert "systemctl restart pcscd" in said
