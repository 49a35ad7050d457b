# SPDX-License-Identifier: BSD-2-Clause
"""A person's home folder, in which jpki sets programs up."""

import contextlib
import json
import os
import re
import shutil
import subprocess

from support import AUTH, JPKI, SIGN, TIMEOUT, built

NAME = {AUTH: "JPKI My Number Card", SIGN: "JPKI My Number Card Signature"}
MODULE = {AUTH: built("jpki-pkcs11-auth"), SIGN: built("jpki-pkcs11-sign")}
OPENSC = "library=/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so\nname=OpenSC\n"

# What a person may have in a list of modules, and wants to keep.
MINE = {
    "by modutil": f"{OPENSC}\n",
    "with comments": f"# first\n\n# OpenSC, for work\n{OPENSC}# not used: library=/x\n\n# last\n\n",
    "unknown words": f"{OPENSC}colour=\"blue\" shape=round\nsomething\n\nalone\n\n\n\n",
    "without an end": f"{OPENSC}\nlibrary=/x\nname=\"X\"",
    "from elsewhere": f"{OPENSC}\r\nlibrary=/x\r\nname=X\r\n\r\n",
}

# What may be in the place of a file, and why it cannot be read.
UNREADABLE = [
    (lambda file: file.mkdir(), "not a regular file"),
    (lambda file: file.symlink_to("nowhere"), "does not exist"),
    (lambda file: file.write_bytes(b"library=\0\n"), "not a text file"),
    (lambda file: file.write_bytes(b" " * (8 * 1024 * 1024 + 1)), "larger than"),
]


class Person:
    """A home folder, in which jpki and other programs are run."""

    def __init__(self, home, empty):
        self.home, self.empty = home, empty
        home.mkdir(mode=0o755, parents=True)
        self.env = {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                    "XDG_CONFIG_DIRS": str(home.parent / "xdg"),
                    "SUDO_UID": ""}  # the tests themselves may run by sudo

    def run(self, *command, status=0, **env):
        """What a program says on both channels."""
        given = {name: value for name, value in {**self.env, **env}.items() if value is not None}
        done = subprocess.run(
            [*map(str, command)], env=given, cwd=self.home, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False)
        self.out, self.err = done.stdout, done.stderr
        assert done.returncode == status, f"{command}: {done.returncode}\n{self.out}{self.err}"
        return self.out + self.err

    def setup(self, *words, status=0, **env):
        return self.run(JPKI, "setup", *words, status=status, **env)

    def database(self, name="profile", text=""):
        """A folder with an NSS database, and more modules in it."""
        folder = self.home / name
        folder.mkdir(parents=True)
        if not self.empty.exists():
            self.empty.mkdir()
            self.run("certutil", "-N", "-d", f"sql:{self.empty}", "--empty-password")
        shutil.copytree(self.empty, folder, dirs_exist_ok=True)
        with open(folder / "pkcs11.txt", "a", newline="") as file:
            file.write(text)
        return folder

    def put(self, path, content):
        """A text, or what is to be JSON, in a file below the home, which is returned."""
        path = self.home / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def files(self):
        """All there is, with modes, owners, times and contents."""
        return {str(path.relative_to(self.home)): facts(path) for path in self.home.rglob("*")}

    @contextlib.contextmanager
    def unchanged(self):
        """All is as it was before, at the end."""
        before = self.files()
        yield
        assert self.files() == before


def facts(path):
    info = path.lstat()
    if path.is_symlink():
        content = os.readlink(path)
    elif path.is_dir():
        return info.st_mode, info.st_uid, info.st_gid
    else:
        content = path.read_bytes()
    return info.st_mode, info.st_uid, info.st_gid, content


def mozilla(person, folder, profiles, name="Profile0"):
    """A profiles.ini with these lines."""
    person.put(f"{folder}/profiles.ini", profiles or f"[{name}]\nPath=p\n")


def listed(person, folder):
    """The modules that NSS itself reads in a database, and their files; it loads none."""
    said = person.run("modutil", "-dbdir", f"sql:{folder}", "-rawlist")
    return {name: re.sub(r"\\(.)", r"\1", library) for library, name in re.findall(
        r'^ *library="((?:[^"\\]|\\.)*)" +name="(.*?)"', said, re.MULTILINE)}
