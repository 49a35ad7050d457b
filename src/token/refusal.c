/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/refusal.h"

#include <stddef.h>
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

void
refusal_note(struct refusal *refusal, const CK_BYTE *typed, CK_ULONG length)
{
	bool known = digest_of(typed, length, refusal->digest);

	refusal->until = known ? clock_now_ms() + REFUSAL_MS : 0;
}

bool
refusal_is_of(
    const struct refusal *refusal, uint64_t given_at, const CK_BYTE *typed, CK_ULONG length)
{
	uint8_t digest[REFUSAL_DIGEST_SIZE];

	return given_at < refusal->until && digest_of(typed, length, digest) &&
	       CRYPTO_memcmp(digest, refusal->digest, sizeof(digest)) == 0;
}

void
refusal_forget(struct refusal *refusal)
{
	OPENSSL_cleanse(refusal->digest, sizeof(refusal->digest));
	refusal->until = 0;
}

void
refusal_stop(void)
{
	secret_free(&key);
}
