/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_CREDENTIAL_H
#define CARD_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/card.h>

/*
 * The applications of the card that are used, each with files and PINs of its own: EF identifiers
 * and what is verified mean something in one of them alone (card-facts: two more applications).
 */
enum application {
	APPLICATION_NONE, /* or none that is known */
	APPLICATION_JPKI,
	APPLICATION_ATTRIBUTES, /* the holder's attributes (券面事項入力補助) */
	APPLICATION_NUMBER,	/* common data, the manufacture number among them */
	APPLICATIONS,
};

/* Its AID, to be sent whole: a prefix selects others (card-facts: finding). */
#define AID_SIZE 10
const uint8_t *credential_aid(enum application application);

/*
 * The one table of what a card is made of: a row for each credential (card-facts: files).
 * EF identifiers double as short EF identifiers: all are below 31.
 */
struct credential {
	const char *name;
	enum application application; /* whose PIN it is: it goes to no other one */
	uint16_t key_ef;	      /* 0: there is no key, nor what is said of one below */
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
/* The same of a key, NULL for a credential that has none. */
const struct credential *credential_of_key(enum jpki_role role);

/* Files that belong to no credential. */
#define EF_TOKEN_INFO 0x0006
#define EF_PRESENCE 0x0008
/* In the application of the attributes. */
#define EF_ATTRIBUTES 0x0002
/* In that of the number: a file of records, by its short identifier. */
#define EF_NUMBER 0x01

#endif
