/* SPDX-License-Identifier: BSD-2-Clause */
/* The PINs that a person is asked for. */
#ifndef JPKI_PORTAL_CREDENTIAL_H
#define JPKI_PORTAL_CREDENTIAL_H

#include <stddef.h>
#include <stdint.h>

#include <jpki/jpki.h>

#include "request.h"

struct credential {
	unsigned keys; /* keys that the card must have, JPKI_ROLE bits */
	/* For _(): its name on the paper that comes with the card; the label of the input field. */
	const char *name, *label;
	int (*check)(const uint8_t *pin, size_t length);
	int (*tries)(uint64_t card, unsigned *left, unsigned *maximum);
};

/* The credential that a kind of request needs; NULL if it needs none. */
const struct credential *credential_for(enum request_kind kind);

#endif
