/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_ROLE_H
#define TOKEN_ROLE_H

#include <stdbool.h>

#include <jpki/pin.h>

#include "reader/settings.h"
#include "token/cryptoki.h"

/* What Cryptoki shows of a credential: a row of one table. */
struct role {
	const char *token_labels[LABELS_COUNT]; /* in each language; they have room for 32 bytes */
	const char *slot_name;			/* appended to the reader's name */
	const char *key_label;			/* of the certificate and both keys */
	const char *ca_label;			/* of the CA's certificate */
	CK_BYTE key_id;				/* CKA_ID of the certificate and both keys */
	CK_BYTE ca_id;				/* CKA_ID of the CA's certificate */
	bool always_authenticate;		/* CKA_ALWAYS_AUTHENTICATE of the key */
};

/* The row; `role` is one of the two. */
const struct role *role_row(enum jpki_role role);

#endif
