/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_PKI_H
#define VCARD_PKI_H

#include "citizen.h"
#include "layout.h"
#include "public_key.h"
#include "vcard.h"

struct vcard_pki *pki_share(struct vcard_pki *pki);
/* Whom the certificates are for; the PKI owns it. */
const struct citizen *pki_citizen(const struct vcard_pki *pki);
EVP_PKEY *pki_key(const struct vcard_pki *pki, enum key key);
/* The DER form; returns its length. */
size_t pki_der(const struct vcard_pki *pki, enum vcard_certificate which,
    enum certificate_form form, uint8_t der[FILE_MAX]);

#endif
