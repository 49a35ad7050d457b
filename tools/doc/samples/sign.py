#!/usr/bin/python3
"""Sign a file with the card: makes FILE.signature and FILE.certificate beside it.

Needs Debian's python3-pykcs11. The PIN is asked for at the terminal; where standard input is none,
it is the line that comes from there.
"""

import argparse
import getpass
import pathlib
import sys
import sysconfig

from PyKCS11 import (CKA_CLASS, CKA_VALUE, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED,
                     CKM_SHA256_RSA_PKCS, CKO_CERTIFICATE, CKO_PRIVATE_KEY, CKO_PUBLIC_KEY,
                     Mechanism, PyKCS11Error, PyKCS11Lib)

MODULE = f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}/pkcs11/jpki-pkcs11.so"
SIGNATURE = "JPKI Digital Signature"
SHA256 = Mechanism(CKM_SHA256_RSA_PKCS)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--module", default=MODULE, metavar="FILE", help="of PKCS#11")
    parser.add_argument("--token", default=SIGNATURE, metavar="LABEL",
                        help="such as 'JPKI User Authentication'")
    parser.add_argument("file")
    return parser.parse_args()


def find_token(library, label):
    """The slot with the token, and what is known about it without a PIN."""
    for slot in library.getSlotList(tokenPresent=True):
        info = library.getTokenInfo(slot)
        if info.label.strip() == label:
            return slot, info
    sys.exit(f"There is no card with '{label}'.")


def ask_pin(label, info):
    """One PIN is one try: say so before the last one."""
    if info.flags & CKF_USER_PIN_LOCKED:
        sys.exit("The PIN is blocked. The README says how to set a new one.")
    if info.flags & CKF_USER_PIN_FINAL_TRY:
        print("This is the last try before the PIN is blocked.")
    if not sys.stdin.isatty():
        return sys.stdin.readline().removesuffix("\n")
    return getpass.getpass(f"PIN of {label}: ")


def sign(session, data):
    """The signature of data, and the certificate (DER) of the key that made it."""
    key = session.findObjects([(CKA_CLASS, CKO_PRIVATE_KEY)])[0]
    public = session.findObjects([(CKA_CLASS, CKO_PUBLIC_KEY)])[0]
    certificate = session.findObjects([(CKA_CLASS, CKO_CERTIFICATE)])[0]  # the next is its CA's
    signature = bytes(session.sign(key, data, SHA256))
    assert session.verify(public, data, signature, SHA256)
    return signature, bytes(session.getAttributeValue(certificate, [CKA_VALUE])[0])


def read(file):
    try:
        return pathlib.Path(file).read_bytes()
    except OSError as error:
        sys.exit(str(error))


def main():
    given = arguments()
    data = read(given.file)
    library = PyKCS11Lib()
    library.load(given.module)
    slot, info = find_token(library, given.token)
    session = library.openSession(slot)
    try:
        session.login(ask_pin(given.token, info))
        signature, certificate = sign(session, data)
        session.logout()
    except PyKCS11Error as error:
        sys.exit(str(error))
    finally:
        session.closeSession()
    pathlib.Path(f"{given.file}.signature").write_bytes(signature)
    pathlib.Path(f"{given.file}.certificate").write_bytes(certificate)


if __name__ == "__main__":
    main()
