/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/apdu.h"

#include <string.h>

#include "base/secret.h"
#include "card/state.h"
#include "card/status.h"
#include "card/trace.h"

/* No sane card needs more of these in a row; an insane one must not keep us for ever. */
#define FOLLOW_UPS_MAX 8

static size_t
encode(const struct command *command, uint8_t *out)
{
	size_t length = 0;

	out[length++] = command->cla;
	out[length++] = command->ins;
	out[length++] = command->p1;
	out[length++] = command->p2;
	if (command->length > 0) {
		out[length++] = (uint8_t)command->length;
		memcpy(out + length, command->data, command->length);
		length += command->length;
	}
	if (command->expected != NO_RESPONSE)
		out[length++] = (uint8_t)command->expected; /* 256 is 00 */
	return length;
}

static int
transmit(struct jpki_card *card, const uint8_t *bytes, size_t length, uint8_t *data,
    size_t *data_length, uint16_t *sw)
{
	uint8_t answer[JPKI_RESPONSE_MAX];
	size_t answer_length = sizeof(answer);
	int rv;

	if (!card->in_transaction)
		return JPKI_ERR_ARGUMENT;
	trace_command(bytes, length);
	rv = jpki_transport.transmit(card->connection, bytes, length, answer, &answer_length);
	trace_answer(bytes, rv, answer, answer_length);
	if (rv == JPKI_OK && (answer_length < 2 || answer_length > sizeof(answer)))
		rv = JPKI_ERR_DATA;
	if (rv == JPKI_OK) {
		*data_length = answer_length - 2;
		memcpy(data, answer, *data_length);
		*sw = (uint16_t)(answer[answer_length - 2] << 8 | answer[answer_length - 1]);
	}
	explicit_bzero(answer, sizeof(answer)); /* it may tell of a person */
	return rv;
}

static int
transmit_command(struct jpki_card *card, const struct command *command, uint8_t *data,
    size_t *data_length, uint16_t *sw)
{
	uint8_t bytes[JPKI_COMMAND_MAX];
	size_t length;

	if (command->length > 255)
		return JPKI_ERR_ARGUMENT;
	length = encode(command, bytes);
	return transmit(card, bytes, length, data, data_length, sw);
}

/* What is to be sent next because of `sw`: true if anything is. */
static bool
follow_up(uint16_t sw, struct command *next)
{
	int length = (sw & 0xFF) == 0 ? 256 : sw & 0xFF;

	switch (sw >> 8) {
	case SW1_MORE_DATA:
		*next = (struct command){.ins = 0xC0, .expected = length};
		return true;
	case SW1_WRONG_LE:
		if (next->expected == NO_RESPONSE || next->expected == length)
			return false;
		next->expected = length;
		return true;
	default:
		return false;
	}
}

int
apdu_exchange(struct jpki_card *card, const struct command *command, struct response *response)
{
	struct command next = *command;
	uint8_t part[256];
	size_t length;
	int rv;

	response->length = 0;
	for (unsigned i = 0; i < FOLLOW_UPS_MAX; i++) {
		rv = transmit_command(card, &next, part, &length, &response->sw);
		if (rv != JPKI_OK)
			return rv;
		if (response->sw >> 8 == SW1_WRONG_LE)
			length = 0; /* all of it comes with the next answer */
		if (length > sizeof(response->data) - response->length)
			return JPKI_ERR_DATA;
		memcpy(response->data + response->length, part, length);
		response->length += length;
		if (!follow_up(response->sw, &next))
			return JPKI_OK;
	}
	return JPKI_ERR_DATA;
}

int
apdu_exchange_once(struct jpki_card *card, const struct command *command, struct response *response)
{
	return transmit_command(card, command, response->data, &response->length, &response->sw);
}

int
apdu_send_pin(struct jpki_card *card, const struct command *command, uint16_t *sw)
{
	struct jpki_secret *bytes;
	uint8_t data[256];
	size_t length;
	int rv;

	bytes = jpki_secret_new(JPKI_COMMAND_MAX);
	if (bytes == NULL)
		return JPKI_ERR_MEMORY;
	bytes->length = encode(command, bytes->bytes);
	card->pin_sent = true;
	rv = transmit(card, bytes->bytes, bytes->length, data, &length, sw);
	jpki_secret_free(&bytes);
	return rv;
}
