/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CARD_APDU_H
#define CARD_APDU_H

#include <stddef.h>
#include <stdint.h>

#include <jpki/card.h>

/* A command, ISO 7816-4, 5.1: short, or with an extended Le and no data. */
struct command {
	uint8_t cla, ins, p1, p2;
	const uint8_t *data; /* `length` bytes, 0..255 */
	size_t length;
	int expected; /* -1: no Le; 1..256 bytes; more with apdu_exchange_long */
};
#define NO_RESPONSE (-1)

struct response {
	uint8_t data[256];
	size_t length;
	uint16_t sw;
};

/* A response in the caller's memory: room for `size` bytes, 1..JPKI_CERTIFICATE_MAX. */
struct long_response {
	uint8_t *data;
	size_t size;
	size_t length;
	uint16_t sw;
};

/*
 * These functions return JPKI_OK if the card answered, whatever the status word in `sw`;
 * JPKI_ERR_DATA if what came is no valid response, or longer than the room for it;
 * JPKI_ERR_ARGUMENT, and nothing is sent, outside a transaction or if the command cannot be
 * encoded; or an error of the way to the card (jpki/error.h, -10 to -29).
 */

/*
 * Send a command and collect its response: 61xx is followed by GET RESPONSE, 6Cxx by the
 * command again with that Le (ISO 7816-4, 5.3.4). Expects no more than 256 bytes.
 */
int apdu_exchange(struct jpki_card *card, const struct command *command, struct response *response);

/*
 * Send a command with extended Le and collect its response. command->expected is how many bytes are
 * wanted: more than 256, and equal to response->size. 61xx and 6Cxx are followed as by
 * apdu_exchange.
 */
int apdu_exchange_long(
    struct jpki_card *card, const struct command *command, struct long_response *response);

/* Send a command and return its response as it comes: 61xx and 6Cxx are not followed. */
int apdu_exchange_once(
    struct jpki_card *card, const struct command *command, struct response *response);

/*
 * Send a command whose data is a PIN, once (PIN rule 1): no GET RESPONSE, no repetition. The
 * encoded command is in locked memory (jpki_secret_new): JPKI_ERR_MEMORY if there is none.
 * card->pin_sent becomes true before the command is transmitted.
 */
int apdu_send_pin(struct jpki_card *card, const struct command *command, uint16_t *sw);

/* The short EF identifier of a file as P1 or P2 (ISO 7816-4, 7.2.2 and 7.5.1). */
static inline uint8_t
short_ef(uint16_t ef)
{
	return (uint8_t)(0x80 | (ef & 0x1F));
}

#endif
