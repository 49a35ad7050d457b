# SPDX-License-Identifier: BSD-2-Clause
"""jpki setup by a real sudo, which gives it root's home or leaves the person's."""

import subprocess

import pytest

from sudoer import SUDOER
from support import TIMEOUT, needs

REFUSED = "run this as yourself, without sudo"
# Runs a command as such a person, or another user of that id ($2). Root's home is in the folder, too.
PERSON = SUDOER + """
mkdir -p root
sed "s,^\\(root:.*\\):/root:,\\1:$1/root:," etc/passwd >etc/passwd.new
cat etc/passwd.new >/etc/passwd
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
@pytest.mark.parametrize("user, before", [
    (4321, "sudo"), (4321, "sudo -H"), (4321, "sudo --preserve-env=HOME"),
    (0, "env PKEXEC_UID=1000")])
def test_it_is_refused(sudo, program, words, user, before):
    said = sudo(user, before.split(), program, *words, status=1)
    assert REFUSED in said and ("HOME" in before or "is root's, not yours" in said)
    assert files(sudo.folder) == []


def test_root_may_become_the_person(sudo):
    """That is nobody's home but the person's."""
    said = sudo(0, ["sudo", "-H", "-u", "person"], "chromium", status=0)
    list_ = sudo.folder / "home/.pki/nssdb/pkcs11.txt"
    assert f"in {list_}." in said and list_.stat().st_uid == 4321
    for program in ("chromium", "libreoffice"):
        assert REFUSED not in sudo(0, ["sudo"], program, status=0)
    assert (sudo.folder / "root/.pki/nssdb/pkcs11.txt").exists()
    assert REFUSED in sudo(4321, ["sudo"], "chromium", status=1)
