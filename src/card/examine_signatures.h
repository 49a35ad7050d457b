/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_EXAMINE_SIGNATURES_H
#define CARD_EXAMINE_SIGNATURES_H

#include "card/examine.h"

/*
 * Check which forms of the signing command a card knows (F-SIGN, F-PSS, F-SIGN-OTHER-FORMS), and
 * what signatures it makes. The text that is signed says what it is for, and no signature is kept.
 * In a transaction, the PIN verified.
 */

/* Checks signatures with the public key. */
struct signature_judge {
	const void *key;
	/* Is it a signature of PKCS#1 v1.5 around the value? */
	bool (*is_pkcs1)(const void *key, const uint8_t *value, size_t length,
	    const uint8_t signature[JPKI_SIGNATURE_SIZE]);
	/*
	 * The length of the salt of a PSS signature of the SHA-256 hash; -1 if it is no such
	 * signature.
	 */
	int (*salt_length)(
	    const void *key, const uint8_t *hash, const uint8_t signature[JPKI_SIGNATURE_SIZE]);
};

int examine_signatures(const struct examination *examination, const struct signature_judge *judge);
void examine_skip_signatures(const struct examination *examination);

/* Does the key still sign? JPKI_ERR_NOT_VERIFIED if not. */
int examine_try_signing(const struct examination *examination);

#endif
