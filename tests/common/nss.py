# SPDX-License-Identifier: BSD-2-Clause
"""Databases of NSS, the library of Firefox, Chromium, Thunderbird and LibreOffice, and what its
tools and pdfsig say in the versions that we know."""

import ctypes
import re

from support import AUTH, MODULES, ROOT, SIGN, built

CERTIFICATE = {AUTH: f"{AUTH}:User Authentication", SIGN: f"{SIGN}:Digital Signature"}
EF = {AUTH: "0018", SIGN: "001B"}
# NSS asks a token for its password before it looks for a certificate if the token is not one that
# calls its certificates public.
ASKED_FIRST = {"JPKI_CONFIG": ROOT / "tools" / "doc" / "samples" / "signature.conf"}
# NSS looks at a slot only if its last look is more than a second ago, and believes until then what
# it saw (NSSSLOT_TOKEN_DELAY_TIME in its lib/dev/devslot.c). It tells nobody when it looks; so many
# seconds after a card has come or gone it believes nothing older.
BELIEVED = 2
OF_ONE_TOKEN = [(name, labels[0]) for name, labels in MODULES.items() if len(labels) == 1]


def nss_version():
    version = ctypes.CDLL("libnss3.so").NSS_GetVersion
    version.restype = ctypes.c_char_p
    return [*map(int, version().split(b".")[:2])]


def asks_each_time():
    """Whether NSS asks for a password before each signature with a key that is always to be
    authenticated: 3.87 does. 3.110 does not, and signs under the login alone."""
    return nss_version() < [3, 110]


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


def nss_knows_policies():
    """Whether its older checks, those of its tools, know the policies that JPKI marks critical in the
    certificate for signatures. 3.87 does not, 3.110 does."""
    return nss_version() >= [3, 110]


def pdf_nicknames(listed):
    """The certificates that pdfsig lists, which newer ones pad."""
    return re.findall(r"^(JPKI .*?) *$", listed, re.MULTILINE)


def pdf_signatures(sandbox):
    """How many signatures pdfsig makes for one: 22.12 makes one before, to know its size; 25.03 does
    not."""
    version = re.search(r"version (\d+)", sandbox.run("pdfsig", "-v")).group(1)
    return 1 if int(version) >= 25 else 2


def pdf_is_left(sandbox):
    """Whether pdfsig leaves the document that it could not sign: the newer ones do."""
    return pdf_signatures(sandbox) == 1


def pdf_holds_signature(document):
    """Whether there is more in it than the room for a signature, which newer pdfsigs leave."""
    return document.exists() and re.search(
        rb"/Contents\s*<(?!0*>)[0-9A-Fa-f]", document.read_bytes()) is not None


def pdf_verdict(sandbox, document, authority, folder):
    """What pdfsig says of a signature where it knows the CA's certificate and no module."""
    database = Database(sandbox, folder, None)
    database.certutil("-A", "-n", "ca", "-t", "C,C,C", "-a", "-i", authority)
    return database.pdfsig(document)
