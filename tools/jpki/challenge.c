/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "challenge.h"
#include "message.h"
#include "text.h"
#include "trouble.h"

#define RANDOM 32
#define HASH 32

/* What stands before a SHA-256 hash in a DigestInfo (RFC 8017, 9.2, note 1). */
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

int
challenge(const struct found *found, enum jpki_role role, X509 *certificate, struct points *points)
{
	uint8_t bytes[RANDOM], info[sizeof(prefix) + HASH], signature[JPKI_SIGNATURE_SIZE];
	bool matches;
	int rv;

	memcpy(info, prefix, sizeof(prefix));
	if (RAND_bytes(bytes, sizeof(bytes)) != 1 ||
	    EVP_Digest(bytes, sizeof(bytes), info + sizeof(prefix), NULL, EVP_sha256(), NULL) != 1)
		out_of_memory();
	rv = jpki_sign(found->card, role, JPKI_SIGN_PKCS1, info, sizeof(info), signature);
	/* libjpki gives none that is not the certificate's key's: JPKI_ERR_DATA */
	if (rv != JPKI_OK && rv != JPKI_ERR_DATA)
		return trouble_tell(rv);
	matches = rv == JPKI_OK && is_signature(X509_get0_pubkey(certificate), bytes, signature);
	points_set(points, POINT_KEY, matches ? POINT_OK : POINT_WRONG,
	    text_format("%s", matches ? _("The card has signed with it.")
				      : _("The card does not sign with this key.")));
	return STATUS_DONE;
}
