# SPDX-License-Identifier: BSD-2-Clause
"""Another program in the place of a sandbox's PC/SC service."""

import socket

from support import wait_until

# As the service does it: it hangs up, and reads nothing.
STAND_IN = """
import socket
listener = socket.socket(socket.AF_UNIX)
listener.bind("/run/pcscd/pcscd.comm")
listener.listen()
while True:
    client, _ = listener.accept()
    client.close()
"""


def replace_service(sandbox, *command, env=None):
    """Another one in its place, which `service` then stops and starts."""
    sandbox.service("stop")
    place = sandbox.folder / "pcscd"
    sandbox.run("sh", "-c", 'rm -f "$0"/*', place)
    sandbox.spawn(sandbox.folder / "other.log", "sh", "-c", 'echo $$ >"$0"; exec "$@"',
                  sandbox.folder / "service", *command, env=env)
    wait_until(lambda: answers(place / "pcscd.comm"))


def answers(path):
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex(str(path)) == 0


def refuse_everybody(sandbox):
    """By a stand-in: pcscd 2.3.3 without a bus to ask polkit by does that too, but crashes at times
    when two come at once. With a polkit that says no, pcscd itself is in the tests of rules."""
    replace_service(sandbox, "/usr/bin/python3", "-c", STAND_IN)
