/* SPDX-License-Identifier: BSD-2-Clause */
/* Hashes that are safe: SHA-256 or more. MD5 and SHA-1 can be made to fit another content. */
#ifndef JPKI_TOOL_SAFE_HASH_H
#define JPKI_TOOL_SAFE_HASH_H

#include <stdbool.h>

#include <openssl/x509.h>

bool safe_hash(const X509_ALGOR *hash);

/* Whether a signature is made with one; false if its algorithm is not known. */
bool safe_hash_of_signature(const X509_ALGOR *algorithm);

#endif
