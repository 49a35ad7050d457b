/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_FILE_H
#define CARD_FILE_H

#include <stddef.h>
#include <stdint.h>

#include <jpki/card.h>

/*
 * These functions return JPKI_OK; the error for the card's status word (status_error:
 * JPKI_ERR_NOT_FOUND if there is no such file, JPKI_ERR_NOT_VERIFIED if it needs the PIN);
 * JPKI_ERR_DATA if what came makes no sense; JPKI_ERR_ARGUMENT outside a transaction; or an error
 * of the way to the card (jpki/error.h, -10 to -29).
 */

/* Select an elementary file of the application (00 A4 02 0C). */
int file_select(struct jpki_card *card, uint16_t ef);

/*
 * The first block of a file, at most `want` (1..256) bytes, in one exchange where the card
 * takes short EF identifiers and in two where it does not. The file is the current one
 * afterwards. *length may be less than asked for, 0 at the end of the file.
 */
int file_read_first(
    struct jpki_card *card, uint16_t ef, uint8_t *bytes, size_t want, size_t *length);

/*
 * Bytes of the current file from `offset` (0..32767; JPKI_ERR_ARGUMENT else) on: as many of those
 * wanted as one exchange brings, which is at most 256 unless the card and its reader have shown
 * that they do more. *length is 0 at the end of the file.
 */
int file_read_next(
    struct jpki_card *card, size_t offset, uint8_t *bytes, size_t want, size_t *length);

/*
 * Bytes of a file that is not the current one any more, from `offset` on: one exchange where a
 * short identifier with its 8 bits of offset reaches far enough, else two. It is the current one
 * afterwards. *length is 0 at the end of the file.
 */
int file_read_again(struct jpki_card *card, uint16_t ef, size_t offset, uint8_t *bytes, size_t want,
    size_t *length);

#endif
