/* SPDX-License-Identifier: BSD-2-Clause */
/* Safe hashes: SHA-256 or longer. With MD5 and SHA-1 another content with the same hash can be
 * made. */
#ifndef JPKI_TOOL_SAFE_HASH_H
#define JPKI_TOOL_SAFE_HASH_H

#include <stdbool.h>

#include <openssl/x509.h>

bool safe_hash(const X509_ALGOR *hash);

/* Whether a signature uses a safe hash; false if the algorithm is not known. */
bool safe_hash_of_signature(const X509_ALGOR *algorithm);

#endif
