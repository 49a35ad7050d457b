/* SPDX-License-Identifier: BSD-2-Clause */
/* The PINs that a person is asked for. */
#ifndef JPKI_PORTAL_CREDENTIAL_H
#define JPKI_PORTAL_CREDENTIAL_H

#include <stddef.h>
#include <stdint.h>

#include <jpki/jpki.h>

#include "request.h"

struct credential {
	unsigned keys; /* that a card must have for it, JPKI_ROLE bits, or 0 */
	/* For _(): what it is called on the paper that one gets with the card; beside the field. */
	const char *name, *label;
	int (*check)(const uint8_t *pin, size_t length);
	int (*tries)(uint64_t card, unsigned *left, unsigned *maximum);
};

/* The one that a kind of request needs; NULL: none. */
const struct credential *credential_for(enum request_kind kind);

#endif
