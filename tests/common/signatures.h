/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_COMMON_SIGNATURES_H
#define TESTS_COMMON_SIGNATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/types.h>

#include <openssl/evp.h>

/*
 * Does OpenSSL find that a signature of `length` bytes of data is that key's: by RSASSA-PSS with
 * SHA-256 and a salt of 32 bytes, or by RSASSA-PKCS1-v1_5? The data is hashed by `hash`. Where
 * that is NULL it is itself what is signed: by PSS a SHA-256 hash, by PKCS#1 what is padded.
 */
bool rsa_signature_verifies(EVP_PKEY *key, bool pss, const char *hash, const void *data,
    size_t length, const uint8_t signature[JPKI_SIGNATURE_SIZE]);

#endif
