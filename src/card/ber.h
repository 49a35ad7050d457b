/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_BER_H
#define CARD_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A data object (ISO 7816-4, 5.2.2: BER-TLV). Its value points into the bytes that were parsed. */
struct ber {
	int tag_class;	  /* V_ASN1_UNIVERSAL, … V_ASN1_PRIVATE */
	int tag;	  /* its number in that class: 0x21 of DF21 */
	bool constructed; /* it holds others */
	const uint8_t *value;
	size_t length; /* of the value, in bytes */
};

/*
 * Parse the data object that begins at `bytes`. Its header must lie within the `available` bytes;
 * its value may extend beyond them. False if it is not a data object, or has an indefinite length.
 */
bool ber_head(const uint8_t *bytes, size_t available, struct ber *object);

/*
 * Parse the next data object of a list, which must end before `end`, and advance *at past it. False
 * at the end of the list, with *at == end, and if there is no data object, or it is too long.
 */
bool ber_next(const uint8_t **at, const uint8_t *end, struct ber *object);

#endif
