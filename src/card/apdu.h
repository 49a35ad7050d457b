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

/* A response in memory of somebody else's: `size` bytes, 1..JPKI_CERTIFICATE_MAX. */
struct long_response {
	uint8_t *data;
	size_t size;
	size_t length;
	uint16_t sw;
};

/*
 * Send a command and collect its response: 61xx is followed by GET RESPONSE, 6Cxx by the
 * command again with that Le (ISO 7816-4, 5.3.4). JPKI_OK means that the card answered;
 * response->sw says what. JPKI_ERR_DATA for an answer that is none.
 */
int apdu_exchange(struct jpki_card *card, const struct command *command, struct response *response);

/*
 * The same for a response of more than 256 bytes: command->expected is how many, and what
 * response->data has room for. JPKI_ERR_DATA if more come.
 */
int apdu_exchange_long(
    struct jpki_card *card, const struct command *command, struct long_response *response);

/* apdu_exchange as the card gives it: what is to follow 61xx and 6Cxx does not. */
int apdu_exchange_once(
    struct jpki_card *card, const struct command *command, struct response *response);

/*
 * Send a command whose data is a PIN, once: neither GET RESPONSE nor any repetition. The
 * bytes sent are in a secret of their own.
 */
int apdu_send_pin(struct jpki_card *card, const struct command *command, uint16_t *sw);

/* The short EF identifier of a file as P1 or P2 (ISO 7816-4, 7.2.2 and 7.5.1). */
static inline uint8_t
short_ef(uint16_t ef)
{
	return (uint8_t)(0x80 | (ef & 0x1F));
}

#endif
