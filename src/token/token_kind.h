/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_TOKEN_KIND_H
#define TOKEN_TOKEN_KIND_H

#include <stdbool.h>

#include <jpki/pin.h>

#include "reader/settings.h"
#include "token/cryptoki.h"

/* The properties of a role's token that do not depend on the card: a row of one table. */
struct token_kind {
	const char *token_labels[LABELS_COUNT]; /* in each language; they have room for 32 bytes */
	const char *slot_name;			/* appended to the reader's name */
	const char *key_label;			/* of the certificate and both keys */
	const char *ca_label;			/* of the CA's certificate */
	CK_BYTE key_id;				/* CKA_ID of the certificate and both keys */
	CK_BYTE ca_id;				/* CKA_ID of the CA's certificate */
	bool always_authenticate;		/* CKA_ALWAYS_AUTHENTICATE of the key */
};

/* The row of JPKI_AUTHENTICATION or JPKI_SIGNATURE. */
const struct token_kind *token_kind_of(enum jpki_role role);

#endif
