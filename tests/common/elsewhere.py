# SPDX-License-Identifier: BSD-2-Clause
"""Another machine, as far as the network goes: it has no card, and a cable to the one that has."""

from support import TIMEOUT, Sandbox, first_line

HERE, THERE = "192.0.2.1", "192.0.2.2"

# Its own loopback, and nothing of any service. Tells the number of its process, then waits for its
# end.
APART = "mount -t tmpfs tmpfs /run && ip link set lo up && echo $$ && exec cat"


class Elsewhere(Sandbox):
    """A network namespace inside a sandbox, until that is stopped. Its address is
    THERE, the sandbox's is HERE."""

    def __init__(self, sandbox):  # pylint: disable=super-init-not-called
        self.sandbox = sandbox
        self.module, self.files = sandbox.module, sandbox.files
        self.spawned = sandbox.spawned  # the sandbox's end is theirs
        self.folder = sandbox.folder / "elsewhere"
        self.folder.mkdir()
        self.process = sandbox.start("unshare", "--net", "--mount", "sh", "-c", APART)
        self.pid = first_line(self.process)
        sandbox.run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable",
                    "netns", self.pid)
        for one, address in ((sandbox, HERE), (self, THERE)):
            one.run("ip", "address", "add", f"{address}/30", "dev", "cable")
            one.run("ip", "link", "set", "cable", "up")

    def within(self, *command, env=None):
        return self.sandbox.within(
            "nsenter", f"--target={self.pid}", "--net", "--mount", f"--wdns={self.folder}",
            *command, env=env)

    def stop(self):
        self.process.communicate(timeout=TIMEOUT)
