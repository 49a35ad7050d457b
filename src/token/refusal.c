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
	done = EVP_Q_mac(crypto_context(), "HMAC", NULL, "SHA256", NULL, key->bytes, KEY_SIZE,
		   typed, size_typed, digest, REFUSAL_DIGEST_SIZE, &size) != NULL;
	return done && size == REFUSAL_DIGEST_SIZE;
}

/* The row of a digest; REFUSALS if there is none. */
static size_t
find(const struct refusal *refusal, const uint8_t digest[REFUSAL_DIGEST_SIZE])
{
	size_t i = 0;

	while (i < REFUSALS &&
	       (refusal->pins[i].until == 0 ||
		   CRYPTO_memcmp(digest, refusal->pins[i].digest, REFUSAL_DIGEST_SIZE) != 0))
		i++;
	return i;
}

/* The row that may go. */
static size_t
oldest(const struct refusal *refusal)
{
	size_t row = 0;

	for (size_t i = 1; i < REFUSALS; i++)
		if (refusal->pins[i].until < refusal->pins[row].until)
			row = i;
	return row;
}

void
refusal_note(struct refusal *refusal, const CK_BYTE *typed, CK_ULONG length)
{
	uint8_t digest[REFUSAL_DIGEST_SIZE];
	size_t i;

	if (!digest_of(typed, length, digest))
		return;
	i = find(refusal, digest);
	if (i == REFUSALS)
		i = oldest(refusal);
	memcpy(refusal->pins[i].digest, digest, sizeof(digest));
	refusal->pins[i].until = clock_now_ms() + REFUSAL_MS;
}

/* Whether there is anything to compare with; mostly there is not. */
static bool
is_any(const struct refusal *refusal, uint64_t given_at)
{
	bool is = false;

	for (size_t i = 0; i < REFUSALS; i++)
		is |= given_at < refusal->pins[i].until;
	return is;
}

bool
refusal_is_of(
    const struct refusal *refusal, uint64_t given_at, const CK_BYTE *typed, CK_ULONG length)
{
	uint8_t digest[REFUSAL_DIGEST_SIZE];
	size_t i;

	if (!is_any(refusal, given_at) || !digest_of(typed, length, digest))
		return false;
	i = find(refusal, digest);
	return i < REFUSALS && given_at < refusal->pins[i].until;
}

void
refusal_take_back(struct refusal *refusal, const CK_BYTE *typed, CK_ULONG length)
{
	uint8_t digest[REFUSAL_DIGEST_SIZE];
	size_t i;

	if (!digest_of(typed, length, digest))
		return;
	i = find(refusal, digest);
	if (i < REFUSALS)
		refusal->pins[i] = (struct refused_pin){0};
}

void
refusal_stop(void)
{
	secret_free(&key);
}
