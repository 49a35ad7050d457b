/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_CREDENTIAL_H
#define CARD_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/card.h>

/*
 * The one table of what a card is made of: a row for each credential (card-facts: files).
 * EF identifiers double as short EF identifiers: all are below 31.
 */
struct credential {
	const char *name;
	uint16_t key_ef;
	uint16_t pin_ef;
	uint16_t certificate_ef[JPKI_CERTIFICATES];
	uint8_t presence_byte;	  /* its place in EF 0008 */
	bool letters;		  /* the PIN may have A-Z besides 0-9 */
	bool private_certificate; /* of a card its certificate is read with the PIN alone */
	/*
	 * Each signature is a declaration of its own, with a PIN of its own: a login covers those
	 * of a short window, and the key is left open for nobody else's sake.
	 */
	bool each_signature;
	struct jpki_pin_policy pin;
};

/* The row of a role, or NULL for a number that is none. */
const struct credential *credential_of(enum jpki_role role);

/* The JPKI application, to be sent whole: a prefix selects others (card-facts: finding). */
#define JPKI_AID_SIZE 10
extern const uint8_t jpki_aid[JPKI_AID_SIZE];

/* Files that belong to no credential. */
#define EF_TOKEN_INFO 0x0006
#define EF_PRESENCE 0x0008

#endif
