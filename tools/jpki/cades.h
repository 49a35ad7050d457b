/* SPDX-License-Identifier: BSD-2-Clause */
/* Make a CMS signature, CAdES-BES (ETSI EN 319 122-1): signed are the content's hash and type, the
 * time, and which certificate it is (ESS, RFC 5035). Any key that makes a signature of a DigestInfo
 * does: it is not here. */
#ifndef JPKI_TOOL_CADES_H
#define JPKI_TOOL_CADES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/* DigestInfo of a SHA-256 hash (RFC 8017, 9.2). */
#define CADES_DIGEST_INFO 51

/* Signs it (PKCS#1, 1.5): JPKI_OK, or what went wrong. */
typedef int (*cades_signer)(void *key, const uint8_t digest_info[CADES_DIGEST_INFO],
    uint8_t *signature, size_t signature_length);

/* A signature without its content, DER, of a content with this SHA-256 hash. `issuer` goes with it
 * too; may be NULL. JPKI_OK, and *der is to be given to OPENSSL_free(); what `sign` has answered;
 * or JPKI_ERR_DATA: of that certificate none can be made. */
int cades_make(X509 *certificate, X509 *issuer, const uint8_t *digest, cades_signer sign, void *key,
    uint8_t **der, size_t *length);

#endif
