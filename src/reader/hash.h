/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_HASH_H
#define READER_HASH_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/sha.h>

/*
 * Hashing: it takes no memory, raises no errors, and can be let go of at any time, also when
 * OpenSSL has been shut down.
 */
struct hash {
	const struct hash_kind *kind; /* NULL: none has begun */
	union {
		SHA_CTX sha1;
		SHA256_CTX sha256; /* and SHA-224 */
		SHA512_CTX sha512; /* and SHA-384 */
	} state;
};

#define HASH_SIZE_MAX SHA512_DIGEST_LENGTH

/*
 * Begin one of those that mechanisms are of, by OpenSSL's name: "SHA1", "SHA224", … "SHA512". None
 * begins by any other.
 */
void hash_begin(struct hash *hash, const char *name);

/* Add data. */
void hash_add(struct hash *hash, const void *data, size_t length);

/* The value, up to HASH_SIZE_MAX bytes, whose number it returns. The hash is none then. */
size_t hash_end(struct hash *hash, uint8_t *value);

#endif
