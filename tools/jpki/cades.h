/* SPDX-License-Identifier: BSD-2-Clause */
/* Make a CMS signature, CAdES-BES (ETSI EN 319 122-1). It covers the content's hash and type, the
 * time, and the certificate (ESS, RFC 5035). The key itself is not here: a function that signs a
 * DigestInfo is enough. */
#ifndef JPKI_TOOL_CADES_H
#define JPKI_TOOL_CADES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/* DigestInfo of a SHA-256 hash (RFC 8017, 9.2). */
#define CADES_DIGEST_INFO 51

/* Signs the DigestInfo (PKCS#1 v1.5). JPKI_OK, or an error of libjpki. */
typedef int (*cades_signer)(void *key, const uint8_t digest_info[CADES_DIGEST_INFO],
    uint8_t *signature, size_t signature_length);

/* Make a signature, DER, without the content, whose SHA-256 hash is `digest`. `issuer`, unless it
 * is NULL, is included too. JPKI_OK: the caller frees *der with OPENSSL_free(). The error of
 * `sign`; or JPKI_ERR_DATA if no signature can be made with that certificate. */
int cades_make(X509 *certificate, X509 *issuer, const uint8_t *digest, cades_signer sign, void *key,
    uint8_t **der, size_t *length);

#endif
