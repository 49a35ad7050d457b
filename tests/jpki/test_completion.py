# SPDX-License-Identifier: BSD-2-Clause
"""What shells offer behind "jpki": what the program itself says that it takes."""

import os
import re
import shutil
import subprocess

import pytest

from command import verbs
from support import JPKI, ROOT, TIMEOUT, needs
from terminal import Terminal

SCRIPTS = ROOT / "tools" / "jpki" / "completion"


def run(*words):
    done = subprocess.run([JPKI, *words], env={"LC_ALL": "C"}, stdin=subprocess.DEVNULL,
                          capture_output=True, encoding="utf-8", timeout=TIMEOUT, check=True)
    return done.stdout


def offered(*typed):
    return [line.partition("\t")[0] for line in run("help", "--words", *typed).splitlines()]


OPTION = re.compile(r"^  --([a-z0-9-]+)(?: ([A-Za-z|]+))?(?:  |\n)", re.MULTILINE)


# --- what the program says ------------------------------------------------------------------------


def test_verbs():
    assert "status" in verbs()
    assert offered() == offered("") == offered("st") == [*verbs(), "help"]
    assert offered("help", "") == verbs()
    assert offered("-") == ["--help", "--version"]
    assert offered("nonsense", "") == offered("help", "cert", "") == []


@pytest.mark.parametrize("verb", verbs())
def test_options(verb):
    options = OPTION.findall(run("help", verb))
    assert offered(verb, "-") == [f"--{name}" for name, _ in options] + ["--help"]
    for name, value in options:
        kinds = [value] if value in ("FILE", "FOLDER") else value.split("|") if value.islower() else []
        if value:
            assert offered(verb, f"--{name}", "") == offered(verb, f"--{name}=x") == kinds
            assert offered(verb, f"--{name}", "=", "x") == kinds
        given = [f"--{name}=x" if value else f"--{name}"]
        assert f"--{name}" not in offered(verb, *given, "-")


def test_words():
    kinds = ["auth", "sign", "auth-ca", "sign-ca"]
    assert offered("cert", "") == offered("cert", "--output", "x", "--force", "") == kinds
    assert offered("cert", "--", "-") == kinds
    assert offered("pin", "") == ["status", "change"]
    assert offered("pin", "change", "") == ["auth", "sign"]
    # where no word can come, options do
    assert offered("pin", "status", "") == offered("pin", "-")
    assert offered("status", "") == offered("status", "-")


def test_programs_of_setup():
    programs = run("help", "setup").split("Programs:\n")[1]
    assert offered("setup", "") == re.findall(r"^  (\S+)", programs, re.MULTILINE)


# --- what shells make of it -----------------------------------------------------------------------

SHOW = 'jpki() { printf "got:%s\\n" "$@" end; }'
PROMPT = "PS1='rea''dy> '"
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], [f"source {SCRIPTS}/jpki.bash", SHOW, PROMPT]),
    "zsh": (["zsh", "-f", "-i"], ["fpath=($PWD $fpath)", "autoload -U compinit", "compinit -u -D", SHOW,
                                  "unset zle_bracketed_paste", PROMPT]),
}
# What is typed, and what it becomes. There are files "one file" and "one other", a folder "one folder".
TYPED = {
    "ce": ["cert"],
    "cert auth-": ["cert", "auth-ca"],
    "pin ch": ["pin", "change"],
    "setup fire": ["setup", "firefox"],
    "cert --outp": ["cert", "--output"],
    "cert --output one\\ fi": ["cert", "--output", "one file"],
    "cert --output=one\\ fi": ["cert", "--output=one file"],
    "setup --profile one\\ fo": ["setup", "--profile", "one folder"],
    "setup --profile one\\ fi": ["setup", "--profile", "one fi"],
    "status --reader one\\ fi": ["status", "--reader", "one fi"],
}


@pytest.fixture
def place(tmp_path):
    """A folder to work in, and the environment."""
    for name in ("one file", "one other"):
        (tmp_path / name).touch()
    (tmp_path / "one folder").mkdir()
    shutil.copy(SCRIPTS / "jpki.zsh", tmp_path / "_jpki")
    return tmp_path, {"PATH": f"{JPKI.parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "TERM": "dumb",
                      "LC_ALL": "C.UTF-8", "INPUTRC": "/dev/null"}


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes(place, shell, typed):
    needs(shell)
    folder, env = place
    command, before = SHELLS[shell]
    env = [f"{name}={value}" for name, value in env.items()]
    with Terminal(["env", "-i", "-C", folder, *env, *command]) as terminal:
        for line in before:
            os.write(terminal.master, f"{line}\n".encode())
        terminal.wait_for("ready> ")
        begin = terminal.read
        os.write(terminal.master, f"jpki {typed}\t\n".encode())
        terminal.wait_for("got:end\r\n")
        became = re.findall(r"got:(.*)\r\n", terminal.shown[begin:])[:-1]
        assert [word.removesuffix("/") for word in became] == TYPED[typed]


@pytest.mark.parametrize("typed", TYPED)
def test_fish_completes(place, typed):
    needs("fish")
    folder, env = place
    found = subprocess.run(["fish", "--no-config", "-c", f"source {SCRIPTS}/jpki.fish; complete -C $argv[1]",
                            f"jpki {typed}"], cwd=folder, env=env, capture_output=True, encoding="utf-8",
                           timeout=TIMEOUT, check=True).stdout.splitlines()
    became = [line.partition("\t")[0].removesuffix("/") for line in found]
    last = TYPED[typed][-1]
    assert became == ([] if last.endswith("one fi") else [last])


@pytest.mark.parametrize("shell, path", [("bash", "bash-completion/completions/jpki"), ("zsh", "zsh/*/_jpki"),
                                         ("fish", "fish/vendor_completions.d/jpki.fish")])
def test_scripts_are_installed(installed, shell, path):
    script, = (installed / "usr" / "share").glob(path)
    assert script.read_text() == (SCRIPTS / f"jpki.{shell}").read_text()
