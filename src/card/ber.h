/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_BER_H
#define CARD_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A data object (ISO 7816-4, 5.2.2: BER-TLV). What it holds belongs to who has the bytes. */
struct ber {
	int tag_class;	  /* V_ASN1_UNIVERSAL, … V_ASN1_PRIVATE */
	int tag;	  /* its number in that class: 0x21 of DF21 */
	bool constructed; /* it holds others */
	const uint8_t *value;
	size_t length; /* of the value, in bytes */
};

/*
 * The one that begins at `bytes`. Its header must be among the `available` bytes; its value may go
 * on past them. False if it is none, or has no length of its own.
 */
bool ber_head(const uint8_t *bytes, size_t available, struct ber *object);

/*
 * The next one in a list of them, all of it within `end`; moves on in `at`. False at the end, with
 * *at == end, and if what is there is none, or is longer than that.
 */
bool ber_next(const uint8_t **at, const uint8_t *end, struct ber *object);

#endif
