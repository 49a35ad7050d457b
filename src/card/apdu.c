/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/apdu.h"

#include <string.h>

#include "base/secret.h"
#include "card/state.h"
#include "card/status.h"
#include "card/trace.h"

/* The most data bytes in a short response (ISO 7816-4, 5.1). */
#define SHORT_DATA_MAX 256
#define SW_SIZE 2

/* How many 61xx and 6Cxx to follow for each 256 bytes. It stops a card that answers so for ever. */
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
	if (command->expected > SHORT_DATA_MAX) {
		out[length++] = 0;
		out[length++] = (uint8_t)(command->expected >> 8);
	}
	if (command->expected != NO_RESPONSE)
		out[length++] = (uint8_t)command->expected; /* 256 is 00 */
	return length;
}

/*
 * One exchange. `answer` begins with the response data, which may be personal: the caller wipes it.
 */
static int
transmit(struct jpki_card *card, const uint8_t *bytes, size_t length, uint8_t *answer, size_t size,
    size_t *data_length, uint16_t *sw)
{
	size_t answer_length = size;
	int rv;

	if (!card->in_transaction)
		return JPKI_ERR_ARGUMENT;
	trace_command(bytes, length);
	rv = jpki_transport.transmit(card->connection, bytes, length, answer, &answer_length);
	trace_answer(bytes, rv, answer, answer_length);
	if (rv != JPKI_OK)
		return rv;
	if (answer_length < SW_SIZE || answer_length > size)
		return JPKI_ERR_DATA;
	*data_length = answer_length - SW_SIZE;
	*sw = (uint16_t)(answer[*data_length] << 8 | answer[*data_length + 1]);
	return JPKI_OK;
}

static int
transmit_command(struct jpki_card *card, const struct command *command, uint8_t *answer,
    size_t size, size_t *data_length, uint16_t *sw)
{
	uint8_t bytes[JPKI_COMMAND_MAX];
	size_t length;

	if (command->length > 255 || (command->length > 0 && command->expected > SHORT_DATA_MAX))
		return JPKI_ERR_ARGUMENT;
	length = encode(command, bytes);
	return transmit(card, bytes, length, answer, size, data_length, sw);
}

/* Set *next to the command that `sw` asks for. False if it asks for none. */
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

/* `answer` has room for one response; `all` collects the data of all of them. */
static int
collect(struct jpki_card *card, const struct command *command, uint8_t *answer, size_t size,
    struct long_response *all)
{
	size_t most = (all->size + SHORT_DATA_MAX - 1) / SHORT_DATA_MAX * FOLLOW_UPS_MAX;
	struct command next = *command;
	size_t length;
	int rv;

	all->length = 0;
	for (size_t i = 0; i < most; i++) {
		rv = transmit_command(card, &next, answer, size, &length, &all->sw);
		if (rv != JPKI_OK)
			return rv;
		if (all->sw >> 8 == SW1_WRONG_LE)
			length = 0; /* the repeated command returns it all */
		if (length > all->size - all->length)
			return JPKI_ERR_DATA;
		memcpy(all->data + all->length, answer, length);
		all->length += length;
		if (!follow_up(all->sw, &next))
			return JPKI_OK;
	}
	return JPKI_ERR_DATA;
}

int
apdu_exchange(struct jpki_card *card, const struct command *command, struct response *response)
{
	struct long_response all = {.data = response->data, .size = sizeof(response->data)};
	uint8_t answer[JPKI_RESPONSE_MAX];
	int rv;

	if (command->expected > SHORT_DATA_MAX)
		return JPKI_ERR_ARGUMENT;
	rv = collect(card, command, answer, sizeof(answer), &all);
	explicit_bzero(answer, sizeof(answer));
	response->length = all.length;
	response->sw = all.sw;
	return rv;
}

int
apdu_exchange_long(
    struct jpki_card *card, const struct command *command, struct long_response *response)
{
	uint8_t answer[JPKI_CERTIFICATE_MAX + SW_SIZE];
	int rv;

	if (command->expected <= SHORT_DATA_MAX || response->size > JPKI_CERTIFICATE_MAX ||
	    (size_t)command->expected != response->size)
		return JPKI_ERR_ARGUMENT;
	rv = collect(card, command, answer, response->size + SW_SIZE, response);
	explicit_bzero(answer, response->size + SW_SIZE);
	return rv;
}

int
apdu_exchange_once(struct jpki_card *card, const struct command *command, struct response *response)
{
	uint8_t answer[JPKI_RESPONSE_MAX];
	int rv;

	rv = transmit_command(
	    card, command, answer, sizeof(answer), &response->length, &response->sw);
	if (rv == JPKI_OK)
		memcpy(response->data, answer, response->length);
	explicit_bzero(answer, sizeof(answer));
	return rv;
}

int
apdu_send_pin(struct jpki_card *card, const struct command *command, uint16_t *sw)
{
	uint8_t answer[JPKI_RESPONSE_MAX];
	struct jpki_secret *bytes;
	size_t length;
	int rv;

	bytes = jpki_secret_new(JPKI_COMMAND_MAX);
	if (bytes == NULL)
		return JPKI_ERR_MEMORY;
	bytes->length = encode(command, bytes->bytes);
	card->pin_sent = true;
	rv = transmit(card, bytes->bytes, bytes->length, answer, sizeof(answer), &length, sw);
	explicit_bzero(answer, sizeof(answer));
	jpki_secret_free(&bytes);
	return rv;
}
