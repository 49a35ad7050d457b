/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_MECHANISM_H
#define TOKEN_MECHANISM_H

#include <stdbool.h>
#include <stddef.h>

#include <jpki/card.h>

#include "token/cryptoki.h"

/* A mechanism: a row of one table. */
struct mechanism {
	CK_MECHANISM_TYPE type;
	CK_FLAGS flags;
	const char
	    *hash; /* OpenSSL's name of the hash made here; NULL: the data is taken as it is */
	size_t hash_size; /* bytes */
	enum jpki_signature_form form;
	bool digest_info; /* the hash goes into a DigestInfo (RFC 8017, 9.2) */
	bool pss;
	size_t max_data; /* bytes, where the data is taken as it is */
	size_t min_data;
};

/* The row, or NULL. */
const struct mechanism *mechanism_find(CK_MECHANISM_TYPE type);

/* The i-th row, NULL after the last. */
const struct mechanism *mechanism_at(size_t i);

/*
 * Check a mechanism given by an application for one use (CKF_SIGN, CKF_VERIFY, CKF_DIGEST):
 * CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID or CKR_OK and *row.
 */
CK_RV mechanism_check(const CK_MECHANISM *given, CK_FLAGS use, const struct mechanism **row);

/* The result for RSA-PSS if the token does not offer it: CKR_MECHANISM_INVALID. Logs why. */
CK_RV mechanism_without_pss(void);

/* Fill in what C_GetMechanismInfo returns. */
void mechanism_info(const struct mechanism *mechanism, CK_MECHANISM_INFO *info);

#endif
