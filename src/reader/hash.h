/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_HASH_H
#define READER_HASH_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/sha.h>

/*
 * Hashing that allocates no memory, raises no errors, and can be abandoned at any time, also when
 * OpenSSL has been shut down.
 */
struct hash {
	const struct hash_kind *kind; /* NULL: no hash is under way */
	union {
		SHA_CTX sha1;
		SHA256_CTX sha256; /* and SHA-224 */
		SHA512_CTX sha512; /* and SHA-384 */
	} state;
};

#define HASH_SIZE_MAX SHA512_DIGEST_LENGTH

/* Begin a hash by OpenSSL's name: "SHA1", "SHA224", … "SHA512". Any other name begins none. */
void hash_begin(struct hash *hash, const char *name);

/* Add data. */
void hash_add(struct hash *hash, const void *data, size_t length);

/* End the hash: write its value, at most HASH_SIZE_MAX bytes, and return the length of that. */
size_t hash_end(struct hash *hash, uint8_t *value);

#endif
