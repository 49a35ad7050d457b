#!/usr/bin/python3
"""Sign a file with the card: sign.py FILE makes FILE.signature and FILE.certificate.

Needs Debian's python3-pykcs11.
"""

import getpass
import pathlib
import sys

from PyKCS11 import (CKA_CLASS, CKA_VALUE, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED,
                     CKM_SHA256_RSA_PKCS, CKO_CERTIFICATE, CKO_PRIVATE_KEY, CKO_PUBLIC_KEY,
                     Mechanism, PyKCS11Error, PyKCS11Lib)

MODULE = "/usr/lib/x86_64-linux-gnu/pkcs11/jpki-pkcs11.so"
TOKEN = "JPKI Digital Signature"
SHA256 = Mechanism(CKM_SHA256_RSA_PKCS)


def find_token(library):
    """The slot with the token, and what is known about it without a PIN."""
    for slot in library.getSlotList(tokenPresent=True):
        info = library.getTokenInfo(slot)
        if info.label.strip() == TOKEN:
            return slot, info
    sys.exit(f"There is no card with '{TOKEN}'.")


def ask_pin(info):
    """One PIN is one try: say so before the last one."""
    if info.flags & CKF_USER_PIN_LOCKED:
        sys.exit("The PIN is blocked. The README says how to set a new one.")
    if info.flags & CKF_USER_PIN_FINAL_TRY:
        print("This is the last try before the PIN is blocked.")
    return getpass.getpass(f"PIN of {TOKEN}: ")


def sign(session, data):
    """The signature of data, and the certificate (DER) of the key that made it."""
    key = session.findObjects([(CKA_CLASS, CKO_PRIVATE_KEY)])[0]
    public = session.findObjects([(CKA_CLASS, CKO_PUBLIC_KEY)])[0]
    certificate = session.findObjects([(CKA_CLASS, CKO_CERTIFICATE)])[0]  # the next is its CA's
    signature = bytes(session.sign(key, data, SHA256))
    assert session.verify(public, data, signature, SHA256)
    return signature, bytes(session.getAttributeValue(certificate, [CKA_VALUE])[0])


def read(arguments):
    """The name of the file, and what is in it."""
    if len(arguments) != 1:
        sys.exit("Usage: sign.py FILE")
    try:
        return arguments[0], pathlib.Path(arguments[0]).read_bytes()
    except OSError as error:
        sys.exit(str(error))


def main():
    name, data = read(sys.argv[1:])
    library = PyKCS11Lib()
    library.load(MODULE)
    slot, info = find_token(library)
    session = library.openSession(slot)
    try:
        session.login(ask_pin(info))
        signature, certificate = sign(session, data)
        session.logout()
    except PyKCS11Error as error:
        sys.exit(str(error))
    finally:
        session.closeSession()
    pathlib.Path(f"{name}.signature").write_bytes(signature)
    pathlib.Path(f"{name}.certificate").write_bytes(certificate)


if __name__ == "__main__":
    main()
