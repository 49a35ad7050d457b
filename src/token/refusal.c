/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/refusal.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/clock.h"
#include "base/secret.h"
#include "token/crypto.h"

#define KEY_SIZE 32
/* A greater length is taken for a mistake of the program, and nothing is read there. */
#define TYPED_MAX 1024

static struct secret *key;

bool
refusal_start(void)
{
	refusal_stop(); /* a forked child has its parent's, zeroed */
	key = secret_new(KEY_SIZE);
	if (key == NULL)
		return false;
	/* OpenSSL's generator would leave each thread something to do at its end */
	if (getentropy(key->bytes, KEY_SIZE) != 0)
		refusal_stop();
	return key != NULL;
}

static bool
digest_of(const CK_BYTE *typed, CK_ULONG length, uint8_t digest[REFUSAL_DIGEST_SIZE])
{
	CK_ULONG size_typed = length <= TYPED_MAX ? length : 0;
	size_t size = 0;
	bool done;

	if (crypto_is_gone())
		return false;
	crypto_enter();
	done = EVP_Q_mac(crypto_context(), "HMAC", NULL, "SHA256", NULL, key->bytes, KEY_SIZE,
		   typed, size_typed, digest, REFUSAL_DIGEST_SIZE, &size) != NULL;
	crypto_leave();
	return done && size == REFUSAL_DIGEST_SIZE;
}

/* NULL if it is not there. */
static struct refused_pin *
find(struct refusal *refusal, const uint8_t digest[REFUSAL_DIGEST_SIZE])
{
	for (size_t i = 0; i < REFUSALS; i++)
		if (refusal->pins[i].until != 0 &&
		    CRYPTO_memcmp(digest, refusal->pins[i].digest, REFUSAL_DIGEST_SIZE) == 0)
			return &refusal->pins[i];
	return NULL;
}

static struct refused_pin *
oldest(struct refusal *refusal)
{
	struct refused_pin *row = &refusal->pins[0];

	for (size_t i = 1; i < REFUSALS; i++)
		if (refusal->pins[i].until < row->until)
			row = &refusal->pins[i];
	return row;
}

void
refusal_note(struct refusal *refusal, const CK_BYTE *typed, CK_ULONG length)
{
	uint8_t digest[REFUSAL_DIGEST_SIZE];
	struct refused_pin *row;

	if (!digest_of(typed, length, digest))
		return;
	row = find(refusal, digest);
	if (row == NULL)
		row = oldest(refusal);
	memcpy(row->digest, digest, sizeof(digest));
	row->until = clock_now_ms() + REFUSAL_MS;
}

bool
refusal_is_of(struct refusal *refusal, uint64_t given_at, const CK_BYTE *typed, CK_ULONG length)
{
	uint8_t digest[REFUSAL_DIGEST_SIZE];
	const struct refused_pin *row;
	bool some = false;

	for (size_t i = 0; i < REFUSALS; i++)
		some |= given_at < refusal->pins[i].until;
	if (!some ||
	    !digest_of(typed, length, digest)) /* mostly there is nothing to compare with */
		return false;
	row = find(refusal, digest);
	return row != NULL && given_at < row->until;
}

void
refusal_take_back(struct refusal *refusal, const CK_BYTE *typed, CK_ULONG length)
{
	uint8_t digest[REFUSAL_DIGEST_SIZE];
	struct refused_pin *row = NULL;

	if (digest_of(typed, length, digest))
		row = find(refusal, digest);
	if (row != NULL)
		*row = (struct refused_pin){0};
}

void
refusal_stop(void)
{
	secret_free(&key);
}
