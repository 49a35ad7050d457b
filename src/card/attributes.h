/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_ATTRIBUTES_H
#define CARD_ATTRIBUTES_H

#include <jpki/card.h>

/* What the files say, apart from how they are read (card.h). Both return JPKI_OK or JPKI_ERR_DATA.
 */

/* A structure of `length` bytes; *attributes begins as all zero. */
int attributes_parse(const uint8_t *bytes, size_t length, struct jpki_attributes *attributes);

/* A record; *number is set if JPKI_OK. */
int attributes_parse_number(
    const uint8_t *bytes, size_t length, char number[JPKI_MANUFACTURE_NUMBER_SIZE]);

#endif
