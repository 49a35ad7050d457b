/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "challenge.h"
#include "message.h"
#include "pulled.h"
#include "text.h"
#include "trouble.h"

#define RANDOM 32
#define HASH 32

/* The bytes before a SHA-256 hash in a DigestInfo (RFC 8017, 9.2, note 1). */
static const uint8_t prefix[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
    0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

static bool
is_signature(EVP_PKEY *key, const uint8_t *bytes, const uint8_t signature[JPKI_SIGNATURE_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is;

	if (context == NULL)
		out_of_memory();
	is = key != NULL && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestVerify(context, signature, JPKI_SIGNATURE_SIZE, bytes, RANDOM) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return is;
}

/* Random bytes, and their DigestInfo, which the card signs. */
struct question {
	uint8_t bytes[RANDOM], info[sizeof(prefix) + HASH];
};

static void
make(struct question *question)
{
	memcpy(question->info, prefix, sizeof(prefix));
	if (RAND_bytes(question->bytes, RANDOM) != 1 ||
	    EVP_Digest(question->bytes, RANDOM, question->info + sizeof(prefix), NULL, EVP_sha256(),
		NULL) != 1)
		out_of_memory();
}

/* Does the result say something about the key? */
static bool
is_told(int rv)
{
	return rv == JPKI_OK || (rv == JPKI_ERR_DATA && pulled_instead(rv) == JPKI_HOLDS_CARD);
}

/* Sign with the PIN again: if a setting requires it for each signature (window = 0), or the time
 * for signatures has passed. */
static int
sign_with_pin(const struct unlock *unlock, const struct question *question,
    uint8_t signature[JPKI_SIGNATURE_SIZE], int *rv)
{
	struct jpki_secret *secret = NULL;
	enum jpki_try spent = JPKI_TRY_KEPT;
	int status;

	(void)jpki_logout(unlock->found->card, unlock->role);
	advise("%s", _("The key is locked again: it signs only after the PIN is given again."));
	status = unlock_ask(unlock, &secret);
	if (status != STATUS_DONE)
		return status;
	*rv = jpki_sign_with_pin(unlock->found->card, unlock->role, secret->bytes, secret->length,
	    JPKI_SIGN_PKCS1, question->info, sizeof(question->info), signature, &spent);
	jpki_secret_free(&secret);
	return is_told(*rv) ? STATUS_DONE
			    : trouble_tell_pin(unlock->found->card, unlock->role, *rv, spent);
}

/* STATUS_DONE: *rv is JPKI_OK or JPKI_ERR_DATA, since libjpki returns no signature that does not
 * fit the certificate's key. */
static int
sign(const struct unlock *unlock, const struct question *question,
    uint8_t signature[JPKI_SIGNATURE_SIZE], int *rv)
{
	*rv = jpki_sign(unlock->found->card, unlock->role, JPKI_SIGN_PKCS1, question->info,
	    sizeof(question->info), signature);
	if (*rv == JPKI_ERR_NOT_VERIFIED && pulled_instead(*rv) == JPKI_HOLDS_CARD)
		return sign_with_pin(unlock, question, signature, rv);
	return is_told(*rv)
		   ? STATUS_DONE
		   : trouble_tell_pin(unlock->found->card, unlock->role, *rv, JPKI_TRY_KEPT);
}

int
challenge(const struct unlock *unlock, X509 *certificate, struct points *points)
{
	uint8_t signature[JPKI_SIGNATURE_SIZE];
	struct question question;
	bool matches;
	int rv = JPKI_OK, status;

	make(&question);
	status = sign(unlock, &question, signature, &rv);
	if (status != STATUS_DONE)
		return status;
	matches =
	    rv == JPKI_OK && is_signature(X509_get0_pubkey(certificate), question.bytes, signature);
	points_set(points, POINT_KEY, matches ? POINT_OK : POINT_WRONG,
	    text_format("%s", matches ? _("The card has signed with it.")
				      : _("The card does not sign with this key.")));
	return STATUS_DONE;
}
