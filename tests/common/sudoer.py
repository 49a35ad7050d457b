# SPDX-License-Identifier: BSD-2-Clause
"""The beginning of a script in a mount namespace of its own: an ordinary user, 4321, who may use sudo
and whom nobody else sees. $1 is a folder, which is to have the user's home."""

SUDOER = """
set -e
cd "$1"
mkdir -p etc home
cp /etc/passwd /etc/group /etc/shadow etc
echo "person:x:4321:4321::$1/home:/bin/sh" >>etc/passwd
echo "person:x:4321:" >>etc/group
echo "person:*:19000::::::" >>etc/shadow
echo 'Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Defaults !lecture
root ALL=(ALL) NOPASSWD: ALL
person ALL=(ALL) NOPASSWD:SETENV: ALL' >etc/sudoers
chmod 440 etc/sudoers
chown 4321:4321 home
for file in passwd group shadow sudoers; do mount --bind etc/$file /etc/$file; done
"""
