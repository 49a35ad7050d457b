# SPDX-License-Identifier: BSD-2-Clause
"""What jpki pdf says of the files that pdfsig signs with the card."""

from nss import CERTIFICATE
from samples import minimal_pdf
from support import JPKI, PIN, SIGN


def test_check_likes_what_pdfsig_makes(sandbox, card, database, certificates, tmp_path):
    document, signed = tmp_path / "in.pdf", tmp_path / "out.pdf"
    document.write_bytes(minimal_pdf())
    database(sandbox, "jpki-pkcs11-sign").pdfsig(
        "-nss-pwd", PIN[SIGN], "-kpw", PIN[SIGN], "-add-signature", "-nick", CERTIFICATE[SIGN],
        document, signed)
    said = sandbox.run(JPKI, "pdf", "check", signed, "--ca", certificates / "signature-ca.pem",
                       env={"LC_ALL": "C.UTF-8"})
    assert "its signature is valid." in " ".join(said.split()) and "NOT OK" not in said
    assert "番号　花子" in said
