# SPDX-License-Identifier: BSD-2-Clause
"""A PC/SC service that does not serve everybody: newer ones ask polkit."""

import os
import re
import shutil

import pytest

from refusing import refuse_everybody, replace_service
from samples import sample
from support import AUTH, JPKI, built, needs, output, wait_until
from worker import Worker

POLKITD = "/usr/lib/polkit-1/polkitd"
RULES = "/etc/polkit-1/rules.d"
# The program's own groups do not count for polkit, those of its user do.
ROOT = ()
MEMBER = ("setpriv", "--reuid=daemon", "--regid=nogroup", "--clear-groups")
STRANGER = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--groups=daemon")
SEEN, REFUSED = (True, []), (False, ["no readers"])


def asks_polkit():
    return "--disable-polkit" in output("pcscd", "--help")


def complaints(log):
    """What the module has told of refusals: what is missed, and who is refused."""
    text = log.read_text() if log.exists() else ""
    return re.findall(r"\]: (.+?): the PC/SC service refuses user (\d+); a polkit rule", text)


def test_a_refusal_is_told_once_until_it_changes(sandbox, tmp_path, monkeypatch):
    log = tmp_path / "log"
    monkeypatch.setenv("JPKI_LOG_FILE", str(log))
    refusal = [("no readers", str(os.geteuid()))]
    with Worker(sandbox) as program:
        assert program.ask("present") == "slots 0,1"
        assert complaints(log) == []
        for times in (1, 2):
            refuse_everybody(sandbox)
            for _ in range(3):
                assert program.ask("present") == "slots"
            assert complaints(log) == refusal * times
            sandbox.service("stop")
            assert program.ask("present") == "slots"
            sandbox.service("start")
            wait_until(lambda: program.ask("present") == "slots 0,1")
        assert complaints(log) == refusal * 2


def test_a_person_is_told_of_a_refusal(sandbox):
    """On standard error, without a setting."""
    refuse_everybody(sandbox)
    said = sandbox.tokens()
    assert AUTH not in said
    assert said.count("the PC/SC service refuses user") == 1
    assert "org.debian.pcsc-lite.access_pcsc" in said


@pytest.fixture
def rules(sandbox):
    """The folder of the rules of a polkit that the service asks."""
    needs(POLKITD, "dbus-daemon")
    if os.geteuid() != 0:
        pytest.skip("only root can write what polkit reads")
    if not asks_polkit():
        pytest.skip("this PC/SC service asks no polkit")
    folder = sandbox.folder / "rules"
    folder.mkdir()
    folder.chmod(0o755)
    sandbox.run("mount", "--bind", folder, RULES)
    bus = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={sandbox.folder}/bus"}
    log = sandbox.folder / "polkit.log"
    sandbox.spawn(log, "dbus-daemon", "--system", "--nofork", "--nopidfile",
                  "--address", bus["DBUS_SYSTEM_BUS_ADDRESS"])
    wait_until((sandbox.folder / "bus").exists)
    sandbox.spawn(log, "setpriv", "--reuid=polkitd", "--regid=polkitd", "--clear-groups", POLKITD,
                  env=bus)
    replace_service(sandbox, "pcscd", "-f", "-c", sandbox.folder / "readers", env=bus)
    return folder


def write_rule(folder, group, action="access_card"):
    """That of the documentation, for another group; this is seen by polkit at once."""
    text = sample("pcscd.rules", {"smartcard": group, "access_card": action}, modules=False)
    made = folder.parent / "rule"
    made.write_text(text)
    made.chmod(0o644)
    made.rename(folder / "50-pcscd.rules")


def listed(sandbox, person):
    """What a person sees, and what is told of it."""
    module = sandbox.folder / "jpki-pkcs11.so"
    shutil.copy(built("jpki-pkcs11"), module)  # the project may be nobody else's to read
    said = sandbox.run(*person, "pkcs11-tool", "--module", module, "-L", status=None)
    return AUTH in said, re.findall(r"\]: (.+?): the PC/SC service refuses user", said)


def test_a_rule_lets_a_group_in(sandbox, rules):
    """By the groups that its users are members of, wherever they are logged in; others see no
    reader. And it may let them see the readers, but no card."""
    wait_until(lambda: listed(sandbox, ROOT) == SEEN)
    assert listed(sandbox, MEMBER) == REFUSED
    write_rule(rules, "daemon")
    wait_until(lambda: listed(sandbox, MEMBER) == SEEN)
    assert listed(sandbox, STRANGER) == REFUSED
    write_rule(rules, "daemon", "none")
    wait_until(lambda: listed(sandbox, MEMBER) == (False, ["Virtual PCD 00 00"]))
    assert listed(sandbox, ROOT) == SEEN


# It hangs up on who comes first, as a service that has just ended, and then is a way to the real one.
RESTARTED = """
import os, socket, sys, threading

def pass_on(source, target):
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_RDWR)

listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(16)
listener.accept()[0].close()
while True:
    client, _ = listener.accept()
    service = socket.socket(socket.AF_UNIX)
    service.connect("/run/pcscd/pcscd.comm")
    for ends in ((client, service), (service, client)):
        threading.Thread(target=pass_on, args=ends, daemon=True).start()
"""


@pytest.mark.parametrize("command", [["pkcs11-tool", "-L", "--module"], [JPKI, "cert"]],
                         ids=["pkcs11-tool", "jpki"])
def test_a_service_that_has_just_come_back(sandbox, command):
    """Its first answer is none, and no word on who may use it."""
    place = sandbox.folder / "restarted"
    sandbox.spawn(sandbox.folder / "restarted.log", "/usr/bin/python3", "-c", RESTARTED, place)
    wait_until(place.exists)
    if "--module" in command:
        command = [*command, sandbox.module]
    said = sandbox.run(*command, env={"PCSCLITE_CSOCK_NAME": str(place), "LC_ALL": "C.UTF-8"})
    assert AUTH in said or "user authentication" in said
    assert "refuses" not in said
