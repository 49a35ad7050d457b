/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_CERTIFICATE_H
#define VCARD_CERTIFICATE_H

#include "citizen.h"
#include "vcard.h"

/*
 * Make the certificate of a CA, or of a card's key. Returns NULL if that failed; the caller owns
 * the result.
 */
X509 *certificate_make_ca(enum vcard_certificate which, EVP_PKEY *key);
X509 *certificate_make(enum vcard_certificate which, const struct citizen *citizen, EVP_PKEY *key,
    X509 *ca, EVP_PKEY *ca_key);
/*
 * Copy a certificate with filler, so that its DER form has nearly `size` bytes. Returns NULL if
 * that failed; the caller owns the copy.
 */
X509 *certificate_enlarge(X509 *certificate, EVP_PKEY *ca_key, size_t size);
/*
 * Copy a certificate with another public key. Returns NULL if that failed; the caller owns the
 * copy.
 */
X509 *certificate_rekey(X509 *certificate, EVP_PKEY *ca_key, EVP_PKEY *key);

#endif
