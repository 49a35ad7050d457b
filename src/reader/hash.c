/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EVP finds a hash by its name. The first time in a context it makes a list of all names, which
 * takes a third of the instructions of a program that makes one signature. The functions used here
 * are deprecated since OpenSSL 3.0.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "reader/hash.h"

#include <string.h>

struct hash_kind {
	const char *name;
	size_t size; /* of the value, in bytes */
	void (*begin)(struct hash *hash);
	void (*add)(struct hash *hash, const void *data, size_t length);
	void (*end)(struct hash *hash, uint8_t *value);
};

/* These functions of OpenSSL always return 1. */
#define FUNCTIONS(name, NAME, member)                                                              \
	static void name##_begin(struct hash *hash)                                                \
	{                                                                                          \
		(void)NAME##_Init(&hash->state.member);                                            \
	}                                                                                          \
	static void name##_add(struct hash *hash, const void *data, size_t length)                 \
	{                                                                                          \
		(void)NAME##_Update(&hash->state.member, data, length);                            \
	}                                                                                          \
	static void name##_end(struct hash *hash, uint8_t *value)                                  \
	{                                                                                          \
		(void)NAME##_Final(value, &hash->state.member);                                    \
	}

FUNCTIONS(sha1, SHA1, sha1)
FUNCTIONS(sha224, SHA224, sha256)
FUNCTIONS(sha256, SHA256, sha256)
FUNCTIONS(sha384, SHA384, sha512)
FUNCTIONS(sha512, SHA512, sha512)

static const struct hash_kind kinds[] = {
    {"SHA1", SHA_DIGEST_LENGTH, sha1_begin, sha1_add, sha1_end},
    {"SHA224", SHA224_DIGEST_LENGTH, sha224_begin, sha224_add, sha224_end},
    {"SHA256", SHA256_DIGEST_LENGTH, sha256_begin, sha256_add, sha256_end},
    {"SHA384", SHA384_DIGEST_LENGTH, sha384_begin, sha384_add, sha384_end},
    {"SHA512", SHA512_DIGEST_LENGTH, sha512_begin, sha512_add, sha512_end},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

void
hash_begin(struct hash *hash, const char *name)
{
	hash->kind = NULL;
	for (size_t i = 0; i < KINDS && hash->kind == NULL; i++)
		if (strcmp(kinds[i].name, name) == 0)
			hash->kind = &kinds[i];
	if (hash->kind != NULL)
		hash->kind->begin(hash);
}

void
hash_add(struct hash *hash, const void *data, size_t length)
{
	if (length > 0)
		hash->kind->add(hash, data, length);
}

size_t
hash_end(struct hash *hash, uint8_t *value)
{
	const struct hash_kind *kind = hash->kind;

	kind->end(hash, value);
	hash->kind = NULL;
	return kind->size;
}
