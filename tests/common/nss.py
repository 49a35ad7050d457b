# SPDX-License-Identifier: BSD-2-Clause
"""Databases of NSS, the library of Firefox, Chromium, Thunderbird and LibreOffice."""

from support import AUTH, SIGN, built

CERTIFICATE = {AUTH: f"{AUTH}:User Authentication", SIGN: f"{SIGN}:Digital Signature"}
EF = {AUTH: "0018", SIGN: "001B"}


class Database:
    """An NSS database with a module in it, used inside a sandbox."""

    def __init__(self, sandbox, folder, name):
        self.sandbox = sandbox
        self.path = f"sql:{folder}"
        folder.mkdir()
        self.certutil("-N", "--empty-password")
        self.modutil("-force", "-add", "jpki", "-libfile", built(name))

    def certutil(self, *args, **options):
        return self.sandbox.run("certutil", "-d", self.path, *args, **options)

    def modutil(self, *args):
        return self.sandbox.run("modutil", "-dbdir", self.path, *args)

    def pdfsig(self, *args, **options):
        return self.sandbox.run("pdfsig", "-nssdir", self.path, *args, **options)
