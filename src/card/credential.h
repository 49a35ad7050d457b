/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_CREDENTIAL_H
#define CARD_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/card.h>

/*
 * The applications of the card that we use. Each has files and PINs of its own: an EF identifier,
 * or a verified PIN, is valid in one application only (F-OTHER-APPLICATIONS).
 */
enum application {
	APPLICATION_NONE, /* no application, or an unknown one */
	APPLICATION_JPKI,
	APPLICATION_ATTRIBUTES, /* the holder's attributes (券面事項入力補助) */
	APPLICATION_NUMBER,	/* common data, the manufacture number among them */
	APPLICATIONS,
};

/* The AID of an application, to be sent whole: a prefix selects other applications (F-AID). */
#define AID_SIZE 10
const uint8_t *credential_aid(enum application application);

/*
 * What is on a card: one row for each credential (F-CREDENTIALS). EF identifiers are also used as
 * short EF identifiers: all are below 31.
 */
struct credential {
	const char *name;
	enum application application; /* the PIN is sent only to this one */
	uint16_t key_ef;	      /* 0: no key; its fields below are then unused */
	uint16_t pin_ef;
	uint16_t certificate_ef[JPKI_CERTIFICATES];
	uint8_t presence_byte;	  /* its offset in EF 0008 */
	bool letters;		  /* the PIN may have A-Z besides 0-9 */
	bool private_certificate; /* on a card, its certificate can be read only after the PIN */
	/*
	 * Each signature needs a PIN of its own: a login covers the signatures of a short window,
	 * and the key is never left open for another program.
	 */
	bool each_signature;
	struct jpki_pin_policy pin;
};

/* The row of a credential, or NULL for an unknown number. */
const struct credential *credential_of(enum jpki_role role);
/* The row of a key, or NULL for a credential without a key and for an unknown number. */
const struct credential *credential_of_key(enum jpki_role role);

/* Files that belong to no credential. */
#define EF_TOKEN_INFO 0x0006
#define EF_PRESENCE 0x0008
/* In the application of the attributes. */
#define EF_ATTRIBUTES 0x0002
/* In the application of the manufacture number: a file of records, by its short identifier. */
#define EF_NUMBER 0x01

#endif
