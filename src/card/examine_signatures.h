/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_EXAMINE_SIGNATURES_H
#define CARD_EXAMINE_SIGNATURES_H

#include "card/examine.h"

/*
 * Which forms of the signing command a card knows, and what it makes of them. What is signed is a
 * text that says what it is for, and no signature is kept. In a transaction, the PIN verified.
 */

/* Who has the public key. */
struct signature_judge {
	const void *key;
	/* Is it a signature of PKCS#1 v1.5 around the value? */
	bool (*is_pkcs1)(const void *key, const uint8_t *value, size_t length,
	    const uint8_t signature[JPKI_SIGNATURE_SIZE]);
	/* How long is the salt of such a PSS signature of the SHA-256 hash; -1 if it is none. */
	int (*salt_length)(
	    const void *key, const uint8_t *hash, const uint8_t signature[JPKI_SIGNATURE_SIZE]);
};

int examine_signatures(const struct examination *examination, const struct signature_judge *judge);
void examine_skip_signatures(const struct examination *examination);

/* Does the key sign? JPKI_ERR_NOT_VERIFIED if it does not any more. */
int examine_try_signing(const struct examination *examination);

#endif
