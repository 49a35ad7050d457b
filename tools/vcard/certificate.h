/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_CERTIFICATE_H
#define VCARD_CERTIFICATE_H

#include "citizen.h"
#include "vcard.h"

/* A certificate, or NULL. The caller owns it. */
X509 *certificate_make_ca(enum vcard_certificate which, EVP_PKEY *key);
X509 *certificate_make(enum vcard_certificate which, const struct citizen *citizen, EVP_PKEY *key,
    X509 *ca, EVP_PKEY *ca_key);
/* The same with filler, so that its DER form has nearly `size` bytes. */
X509 *certificate_enlarge(X509 *certificate, EVP_PKEY *ca_key, size_t size);
/* The same for another key. */
X509 *certificate_rekey(X509 *certificate, EVP_PKEY *ca_key, EVP_PKEY *key);

#endif
