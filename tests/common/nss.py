# SPDX-License-Identifier: BSD-2-Clause
"""Databases of NSS, the library of Firefox, Chromium, Thunderbird and LibreOffice."""

from support import AUTH, MODULES, ROOT, SIGN, built

CERTIFICATE = {AUTH: f"{AUTH}:User Authentication", SIGN: f"{SIGN}:Digital Signature"}
EF = {AUTH: "0018", SIGN: "001B"}
# NSS asks a token for its password before it looks for a certificate if the token is not one that
# calls its certificates public.
ASKED_FIRST = {"JPKI_CONFIG": ROOT / "tools" / "doc" / "samples" / "signature.conf"}
OF_ONE_TOKEN = [(name, labels[0]) for name, labels in MODULES.items() if len(labels) == 1]


class Database:
    """An NSS database with a module in it (None: without), used inside a sandbox."""

    def __init__(self, sandbox, folder, name=None):
        self.sandbox = sandbox
        self.folder, self.path = folder, f"sql:{folder}"
        folder.mkdir()
        self.certutil("-N", "--empty-password")
        if name is not None:
            self.modutil("-force", "-add", "jpki", "-libfile", built(name))

    def certutil(self, *args, **options):
        return self.run("certutil", *args, **options)

    def modutil(self, *args):
        return self.sandbox.run("modutil", "-dbdir", self.path, *args)

    def run(self, program, *args, **options):
        return self.sandbox.run(program, "-d", self.path, *args, **options)

    def pdfsig(self, *args, **options):
        return self.sandbox.run("pdfsig", "-nssdir", self.path, *args, **options)


def trust(database, label):
    """Have NSS trust the CA whose certificate the token holds, for people's signatures."""
    database.certutil("-M", "-n", f"{CERTIFICATE[label]} CA", "-t", ",C,")


def pdf_verdict(sandbox, document, authority, folder):
    """What pdfsig says of a signature where it knows the CA's certificate and no module."""
    database = Database(sandbox, folder, None)
    database.certutil("-A", "-n", "ca", "-t", "C,C,C", "-a", "-i", authority)
    return database.pdfsig(document)
