# SPDX-License-Identifier: BSD-2-Clause
"""An ssh server on the other machine, with a user of its own."""

import os
import subprocess

from elsewhere import THERE
from support import TIMEOUT, wait_until

USER, UID = "hanako", 60123
PORT = 2222

CONFIGURATION = """
Port {port}
ListenAddress {address}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
"""


class Sshd:
    """The server, from start() on. Each line that it logs is in `log`."""

    def __init__(self, elsewhere):
        self.elsewhere = elsewhere
        self.folder = elsewhere.folder / "sshd"
        self.folder.mkdir()
        self.home = elsewhere.folder / "home"
        self.home.mkdir()
        os.chown(self.home, UID, UID)
        self.log = self.folder / "log"
        self.known_hosts = self.folder / "known_hosts"

    def start(self, authorized_keys, more=""):
        """A server that lets in who has one of these keys."""
        (self.folder / "authorized_keys").write_text(authorized_keys)
        (self.folder / "sshd_config").write_text(
            CONFIGURATION.format(port=PORT, address=THERE, folder=self.folder) + more)
        self.make_host_key()
        self.make_user()
        self.elsewhere.run("mkdir", "/run/sshd")
        self.elsewhere.spawn(self.log, "/usr/sbin/sshd", "-D", "-e", "-f",
                             self.folder / "sshd_config")
        wait_until(lambda: "Server listening" in self.log.read_text())

    def make_host_key(self):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / "host"],
                       stdin=subprocess.DEVNULL, timeout=TIMEOUT, check=True)
        kind, key, *_ = (self.folder / "host.pub").read_text().split()
        self.known_hosts.write_text(f"[{THERE}]:{PORT} {kind} {key}\n")

    def make_user(self):
        """Only the other machine knows this user; the others of this one are there too."""
        users = self.folder / "passwd"
        with open("/etc/passwd", encoding="utf-8") as ours:
            users.write_text(f"{ours.read()}{USER}:*:{UID}:{UID}::{self.home}:/bin/sh\n")
        self.elsewhere.run("mount", "--bind", users, "/etc/passwd")

    def options(self):
        """For ssh: how to reach it, and that it is the one; nothing of whoever runs the tests."""
        return ("-o", f"UserKnownHostsFile={self.known_hosts}", "-o", "GlobalKnownHostsFile=none",
                "-o", f"HostName={THERE}", "-o", f"Port={PORT}", "-o", f"User={USER}")
