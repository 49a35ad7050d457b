# SPDX-License-Identifier: BSD-2-Clause
"""What tools/setup asks of the machine's package manager, here one that only notes it."""

import pathlib
import re

import pytest

from support import ROOT, script

pytestmark = pytest.mark.alike

SETUP = ROOT / "tools" / "setup"

# Nothing is installed; what is asked for is noted, and how the services of packages are answered.
DPKG_QUERY = "#!/bin/sh\nexit 1\n"
APT_GET = """#!/bin/sh
echo "$*" >>{folder}/asked
[ -x /usr/sbin/policy-rc.d ] && /usr/sbin/policy-rc.d; echo "$?" >>{folder}/policy
case "$*" in
*{lacking}*) echo "E: no package {lacking}" >&2; exit 100 ;;
esac
"""
SYSTEMS = {
    "bookworm": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n',
    "trixie": 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\nPRETTY_NAME="Debian 13"\n',
    "forky": 'ID=debian\nVERSION_CODENAME=forky\nPRETTY_NAME="Debian forky/sid"\n',
    "noble": 'ID=ubuntu\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\nPRETTY_NAME="Ubuntu 24.04"\n',
}
POLICY = "/usr/sbin/policy-rc.d"


class Machine:
    """A machine of that system, without any of the packages, where one cannot be had."""

    def __init__(self, sandbox, folder, system, lacking):
        self.sandbox, self.folder, self.others = sandbox, folder, "/usr/bin"
        (folder / "os-release").write_text(SYSTEMS[system])
        programs = folder / "programs"
        programs.mkdir()
        for name, text in (("dpkg-query", DPKG_QUERY),
                           ("apt-get", APT_GET.format(folder=folder, lacking=lacking))):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        sandbox.run("mount", "--bind", folder / "os-release", "/etc/os-release")
        sandbox.run("mount", "-t", "tmpfs", "tmpfs", "/usr/sbin")

    def setup(self, *purposes, status=0):
        return self.sandbox.run("env", f"PATH={self.folder}/programs:{self.others}",
                                "JPKI_SETUP=", SETUP, *purposes, status=status)

    def policy(self):
        """What answers packages that want to start their services."""
        return self.sandbox.run("sh", "-c", f"[ ! -e {POLICY} ] || cat {POLICY}")

    def lose_root(self):
        """No root, and no sudo to become it."""
        script(self.folder / "programs" / "id", "echo 1000")
        self.others = self.folder / "others"
        self.others.mkdir()
        for program in pathlib.Path("/usr/bin").iterdir():
            if program.name != "sudo":
                (self.others / program.name).symlink_to(program)

    def updates(self):
        """How often the lists of packages were fetched."""
        return len(re.findall(r" update$", (self.folder / "asked").read_text(), re.MULTILINE))

    def installed(self):
        """The packages of each request to install some."""
        asked = (self.folder / "asked").read_text()
        requests = re.findall(r"^.*\binstall (.*)$", asked, re.MULTILINE)
        assert requests and "remove" not in asked.replace("--no-remove", "")
        for request in requests:
            assert "--no-remove" in request.split()
        return [[word for word in request.split() if not word.startswith("-")]
                for request in requests]


@pytest.fixture
def machine(sandboxes, tmp_path):
    """In a sandbox, whose folders are its own."""
    sandbox = sandboxes("--no-service")
    return lambda system="trixie", lacking="NONE": Machine(sandbox, tmp_path, system, lacking)


def test_nothing_is_removed_or_started(machine):
    """Neither for all at once nor, where one cannot be had, for each alone; it says which."""
    made = machine(lacking="stunnel4")
    assert "not to be had: stunnel4 (E: no package stunnel4)" in made.setup("apps")
    first, *others = made.installed()
    assert {"wget", "stunnel4"} <= set(first)
    assert [[name] for name in first] == others
    assert made.updates() == 1
    assert set((made.folder / "policy").read_text().split()) == {"101"}
    assert made.policy() == ""  # no longer than needed


def test_a_policy_that_a_killed_run_has_left_is_taken_away(machine):
    """But not one that is the machine's own."""
    made = machine()
    leave = ("bash", "-c", f'. {SETUP}; echo "$SETUP_POLICY_TEXT" >{POLICY}')
    made.sandbox.run(*leave)
    assert "made by tools/setup" in made.policy()
    made.setup("smoke")
    assert made.policy() == ""
    made.sandbox.run("sh", "-c", f'echo "#!/bin/sh" >{POLICY}')
    made.setup("smoke")
    assert made.policy() == "#!/bin/sh\n"


def test_what_is_needed_and_cannot_be_had_ends_it(machine):
    made = machine(lacking="libssl-dev")
    said = made.setup("build", status=1)
    assert "E: no package libssl-dev" in said
    assert "apt-get could not install them" in said
    assert len(made.installed()) == 1


@pytest.mark.parametrize("purpose", ["build", "apps"])
def test_who_is_not_root_is_told(machine, purpose):
    made = machine()
    made.lose_root()
    assert "this needs root: run it as root, or install sudo." in made.setup(purpose, status=1)
    assert not (made.folder / "asked").exists()


@pytest.mark.parametrize("system, provider", [("bookworm", False), ("trixie", True)])
def test_names_are_those_of_the_release(machine, system, provider):
    made = machine(system)
    assert "served are" not in made.setup("smoke")
    names, = made.installed()
    assert ("pkcs11-provider" in names) == provider
    assert "openssl-provider" not in names and "-" not in names


@pytest.mark.parametrize("system, name", [("forky", "Debian forky/sid"), ("noble", "Ubuntu 24.04")])
def test_another_system_is_told_what_is_served(machine, system, name):
    made = machine(system)
    said = made.setup("smoke")
    assert f"This is {name}: served are Debian's bookworm trixie." in said
    assert "pkcs11-provider" in made.installed()[0]


def test_an_unknown_purpose_is_told(machine):
    assert "tools/setup knows the purposes" in machine().setup("nonsense", status=1)
