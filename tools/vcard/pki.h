/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_PKI_H
#define VCARD_PKI_H

#include "citizen.h"
#include "layout.h"
#include "public_key.h"
#include "vcard.h"

/* The card's keys and their files; the CA keys are internal to pki.c. */
#define KEY_TABLE(KEY)                                                                             \
	KEY(KEY_AUTHENTICATION, "authentication-key.pem")                                          \
	KEY(KEY_SIGNATURE, "signature-key.pem")                                                    \
	KEY(KEY_SURFACE, "surface-key.pem")

enum key { KEY_TABLE(TABLE_CONSTANT) KEYS };

struct vcard_pki *pki_share(struct vcard_pki *pki);
/* The person that the certificates name; the PKI owns it. */
const struct citizen *pki_citizen(const struct vcard_pki *pki);
EVP_PKEY *pki_key(const struct vcard_pki *pki, enum key key);
/* Write the certificate in DER; returns its length. */
size_t pki_der(const struct vcard_pki *pki, enum vcard_certificate which,
    enum certificate_form form, uint8_t der[FILE_MAX]);

#endif
