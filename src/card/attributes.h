/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_ATTRIBUTES_H
#define CARD_ATTRIBUTES_H

#include <jpki/card.h>

/*
 * Parsers for the contents of the files; the functions of jpki/card.h read them. Both return
 * JPKI_OK, or JPKI_ERR_DATA if the bytes are invalid (jpki_card_read_attributes,
 * jpki_card_read_number).
 */

/* Parse a structure of `length` bytes. *attributes must be all zero. */
int attributes_parse(const uint8_t *bytes, size_t length, struct jpki_attributes *attributes);

/* Parse a record of `length` bytes. *number is set if the result is JPKI_OK. */
int attributes_parse_number(
    const uint8_t *bytes, size_t length, char number[JPKI_MANUFACTURE_NUMBER_SIZE]);

#endif
