/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/evp.h>

#include "digest.h"

#define HASH_SIZE (DIGEST_INFO_SIZE - DIGEST_PREFIX_SIZE)

/* Characters of base64 for a DigestInfo, a multiple of four. */
#define TEXT_MAX 68

const uint8_t digest_prefix[DIGEST_PREFIX_SIZE] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
    0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

/* OpenSSL's decoder also accepts blanks and unused bits. So encode the result again: it must give
 * the same text. */
static bool
is_what_is_written(const uint8_t *bytes, size_t size, const char *text)
{
	char again[TEXT_MAX + 1];
	bool is;

	EVP_EncodeBlock((unsigned char *)again, bytes, (int)size);
	is = strcmp(again, text) == 0;
	explicit_bzero(again, sizeof(again));
	return is;
}

/* Decode base64. The number of bytes; 0 if it is not base64, or longer than a DigestInfo. */
static size_t
decode(const char *text, uint8_t bytes[TEXT_MAX])
{
	size_t length = strlen(text), padding = 0;
	int count;

	if (length == 0 || length > TEXT_MAX || length % 4 != 0)
		return 0;
	while (padding < 2 && text[length - 1 - padding] == '=')
		padding++;
	count = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length);
	if (count < (int)padding || !is_what_is_written(bytes, (size_t)count - padding, text))
		return 0;
	return (size_t)count - padding;
}

/* Take what was decoded: a hash, or a DigestInfo. */
static bool
take(const uint8_t *bytes, size_t size, struct digest *digest)
{
	memcpy(digest->info, digest_prefix, DIGEST_PREFIX_SIZE);
	if (size == HASH_SIZE) {
		memcpy(digest->info + DIGEST_PREFIX_SIZE, bytes, HASH_SIZE);
		return true;
	}
	if (size != DIGEST_INFO_SIZE || memcmp(bytes, digest_prefix, DIGEST_PREFIX_SIZE) != 0)
		return false;
	memcpy(digest->info, bytes, DIGEST_INFO_SIZE);
	return true;
}

/* The process that stays must not keep what a page has asked for, nor leave it on its stack. */
bool
digest_read(const char *text, struct digest *digest)
{
	uint8_t bytes[TEXT_MAX];
	bool taken = take(bytes, decode(text, bytes), digest);

	explicit_bzero(bytes, sizeof(bytes));
	return taken;
}
