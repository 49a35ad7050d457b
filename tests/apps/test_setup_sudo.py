# SPDX-License-Identifier: BSD-2-Clause
"""jpki setup by a real sudo, which gives it root's home or leaves the person's."""

import shutil
import subprocess

import pytest

from support import TIMEOUT, needs

REFUSED = "run this as yourself, without sudo"
# Runs a command as an ordinary user who may use sudo and whom nobody else sees. $1 is a folder, with
# the user's home in it; root's is another one for this while.
PERSON = """
set -e
cd "$1"
cp /etc/passwd /etc/group /etc/shadow etc
echo "person:x:4321:4321::$1/home:/bin/sh" >>etc/passwd
echo "person:x:4321:" >>etc/group
echo "person:*:19000::::::" >>etc/shadow
sed -i "s,^\\(root:.*\\):/root:,\\1:$1/root:," etc/passwd
echo 'Defaults secure_path="/usr/sbin:/usr/bin:/sbin:/bin"
Defaults !lecture
root ALL=(ALL) NOPASSWD: ALL
person ALL=(ALL) NOPASSWD:SETENV: ALL' >etc/sudoers
chmod 440 etc/sudoers
for file in passwd group shadow sudoers; do mount --bind etc/$file /etc/$file; done
user=$2
shift 2
exec setpriv --reuid "$user" --regid "$user" --init-groups \
    env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME="$(getent passwd "$user" | cut -d: -f6)" "$@"
"""


@pytest.fixture
def sudo(somebody):
    """jpki setup, by a user (4321, or 0 for root) who says these words before it."""
    needs("sudo", "getent")
    folder = somebody.modules
    for name in ("etc", "root", "home"):
        (folder / name).mkdir(exist_ok=True)
    shutil.chown(folder / "home", 4321, 4321)

    def setup(user, before, program, *words, status):
        modules = [] if program in ("portal", "reminder") else ["--modules", folder]
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", PERSON, "sh", folder, str(user), *before, "env",
             f"LD_LIBRARY_PATH={folder}", folder / "jpki", "setup", program, *modules, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=TIMEOUT, check=False)
        assert done.returncode == status, done.stdout
        return done.stdout

    setup.folder = folder
    return setup


def files(folder):
    return sorted(path for name in ("root", "home") for path in (folder / name).rglob("*"))


@pytest.mark.parametrize("program", ["firefox", "chromium", "libreoffice", "thunderbird", "portal",
                                     "reminder"])
@pytest.mark.parametrize("words", [[], ["--check"], ["--remove"]])
@pytest.mark.parametrize("before", [["sudo"], ["sudo", "-H"], ["sudo", "--preserve-env=HOME"]],
                         ids=" ".join)
def test_it_is_refused(sudo, program, words, before):
    assert REFUSED in sudo(4321, before, program, *words, status=1)
    assert files(sudo.folder) == []


def test_root_may_become_the_person(sudo):
    """That is nobody's home but the person's."""
    said = sudo(0, ["sudo", "-H", "-u", "person"], "chromium", status=0)
    list_ = sudo.folder / "home/.pki/nssdb/pkcs11.txt"
    assert f"in {list_}." in said and list_.stat().st_uid == 4321
    assert REFUSED not in sudo(0, ["sudo"], "chromium", status=0)
    assert (sudo.folder / "root/.pki/nssdb/pkcs11.txt").exists()
    assert REFUSED in sudo(4321, ["sudo"], "chromium", status=1)
