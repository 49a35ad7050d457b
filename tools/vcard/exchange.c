/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/rand.h>

#include "applications.h"
#include "card.h"
#include "card_data.h"
#include "delay.h"
#include "fault.h"
#include "files.h"
#include "ledger.h"
#include "pin_commands.h"
#include "quirks.h"
#include "records.h"
#include "select.h"
#include "sign.h"
#include "status_word.h"

#define HALF 128
#define GARBAGE_LENGTH 17
#define OVERLONG_LENGTH 300
#define OVERLONG_BY 42

typedef uint16_t (*command_function)(
    struct vcard *card, const struct apdu *apdu, struct answer *answer);

static uint16_t command_get_response(
    struct vcard *card, const struct apdu *apdu, struct answer *answer);

static const struct {
	uint8_t cla, ins;
	command_function function;
} commands[] = {
    {0x00, INS_VERIFY, command_verify},
    {0x00, INS_CHANGE, command_change},
    {0x00, 0x84, command_challenge},
    {0x00, 0xa4, command_select},
    {0x00, 0xb0, command_read_binary},
    {0x00, 0xb2, command_read_record},
    {0x00, 0xc0, command_get_response},
    {0x80, INS_SIGN, command_sign},
};

/* Status word 61xx: xx bytes are waiting for GET RESPONSE, 00 for 256 or more. */
static uint16_t
more_status(const struct vcard *card)
{
	size_t waiting = card->pending_length;

	return (uint16_t)(SW_MORE | (waiting < SHORT_DATA_MAX ? waiting : 0));
}

/* Keep what is past `sent` bytes of the answer for GET RESPONSE. */
static uint16_t
hold_back(struct vcard *card, struct answer *answer, size_t sent)
{
	card->pending_length = answer->length - sent;
	memcpy(card->pending, answer->data + sent, card->pending_length);
	answer->length = sent;
	return more_status(card);
}

static uint16_t
command_get_response(struct vcard *card, const struct apdu *apdu, struct answer *answer)
{
	size_t waiting = card->pending_length;

	if (apdu->p1 != 0 || apdu->p2 != 0)
		return SW_P1P2;
	if (waiting == 0)
		return SW_CONDITIONS;
	if (apdu->lc != 0 || apdu->ne == 0)
		return SW_LENGTH;
	if (apdu->ne > waiting && quirk(card, QUIRK_WRONG_LE) == WRONG_LE_EXACT)
		return (uint16_t)(SW_EXACT_LENGTH | (waiting & 0xff));
	answer->length = waiting < apdu->ne ? waiting : apdu->ne;
	memcpy(answer->data, card->pending, answer->length);
	card->pending_length = waiting - answer->length;
	memmove(card->pending, card->pending + answer->length, card->pending_length);
	return card->pending_length > 0 ? more_status(card) : SW_OK;
}

/*
 * A response to a command without Le, longer than Le, or split by QUIRK_CHAINING waits for GET
 * RESPONSE.
 */
static uint16_t
chain(struct vcard *card, const struct apdu *apdu, struct answer *answer, uint16_t sw)
{
	unsigned chaining = quirk(card, QUIRK_CHAINING);

	if (answer->length == 0 || sw != SW_OK || apdu->ins == 0xc0)
		return sw;
	if (apdu->ne == 0 || chaining == CHAINING_ALL)
		return hold_back(card, answer, 0);
	if (answer->length > apdu->ne)
		return hold_back(card, answer, apdu->ne);
	if (chaining == CHAINING_HALF && answer->length > HALF)
		return hold_back(card, answer, HALF);
	return sw;
}

static uint16_t
dispatch(struct vcard *card, const struct apdu *apdu, struct answer *answer)
{
	bool class_known = apdu->cla == 0x00 || apdu->cla == 0x80;

	if (apdu->ins != 0xc0)
		card->pending_length = 0;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].ins != apdu->ins)
			continue;
		if (commands[i].cla == apdu->cla)
			return commands[i].function(card, apdu, answer);
		class_known = false;
	}
	return class_known ? SW_INSTRUCTION : SW_CLASS;
}

static uint16_t
execute(struct vcard *card, const uint8_t *command, size_t length, struct answer *answer)
{
	bool first = card->no_command_yet;
	struct apdu apdu;
	uint16_t sw;

	card->no_command_yet = false;
	if (first && quirk(card, QUIRK_FIRST_COMMAND) != 0)
		return SW_UNKNOWN;
	if (!apdu_parse(&apdu, command, length))
		return SW_LENGTH;
	sw = dispatch(card, &apdu, answer);
	return chain(card, &apdu, answer, sw);
}

static size_t
put_answer(uint8_t *response, const struct answer *answer, uint16_t sw)
{
	memcpy(response, answer->data, answer->length);
	response[answer->length] = (uint8_t)(sw >> 8);
	response[answer->length + 1] = (uint8_t)sw;
	return answer->length + 2;
}

static size_t
put_overlong(uint8_t *response, size_t length)
{
	uint8_t sw[2] = {response[length - 2], response[length - 1]};
	size_t more = length + OVERLONG_BY;

	if (more < OVERLONG_LENGTH)
		more = OVERLONG_LENGTH;
	memset(response + length - 2, 0xaa, more - length);
	memcpy(response + more - 2, sw, sizeof(sw));
	return more;
}

/* Apply a fault that comes before the command. True: the command is not executed. */
static bool
fault_before(struct vcard *card, const struct waiting_fault *fault, uint8_t *response,
    size_t *response_length)
{
	struct answer none = {.length = 0};

	switch (fault->kind) {
	case VCARD_FAULT_SW:
		*response_length = put_answer(response, &none, fault->sw);
		return true;
	case VCARD_FAULT_SW_DATA:
		memset(none.data, 0x5a, GARBAGE_LENGTH);
		none.length = GARBAGE_LENGTH;
		*response_length = put_answer(response, &none, fault->sw);
		return true;
	case VCARD_FAULT_GARBAGE:
		*response_length = GARBAGE_LENGTH;
		if (RAND_bytes(response, GARBAGE_LENGTH) != 1)
			*response_length = 0;
		response[GARBAGE_LENGTH - 2] |= 0xa0; /* neither 6X nor 9X */
		return true;
	case VCARD_FAULT_POWER_LOSS:
		card_lose_power(card);
		card->powered = true;
		application_preselect(card);
		ledger_add(card, VCARD_EVENT_POWER_ON, 0, 0, 0);
		return false;
	default:
		return false;
	}
}

/*
 * The length after truncation: one byte less, or more if the last two bytes would read as a status
 * word.
 */
static size_t
truncated_length(const uint8_t *response, size_t length)
{
	uint8_t sw1;

	do {
		length--;
		sw1 = length >= 2 ? response[length - 2] >> 4 : 0;
	} while (sw1 == 6 || sw1 == 9);
	return length;
}

static void
fault_after(const struct waiting_fault *fault, uint8_t *response, size_t *response_length)
{
	struct answer none = {.length = 0};

	switch (fault->kind) {
	case VCARD_FAULT_SW_AFTER:
		*response_length = put_answer(response, &none, fault->sw);
		return;
	case VCARD_FAULT_EMPTY:
		*response_length = 0;
		return;
	case VCARD_FAULT_TRUNCATED:
		*response_length = truncated_length(response, *response_length);
		return;
	case VCARD_FAULT_OVERLONG:
		*response_length = put_overlong(response, *response_length);
		return;
	default:
		return;
	}
}

/* Does the simulated reader fail on this command because it has extended length? */
static bool
chokes(const struct vcard *card, const uint8_t *command, size_t length)
{
	struct apdu apdu;

	return quirk(card, QUIRK_EXTENDED) == EXTENDED_CHOKES &&
	       apdu_parse(&apdu, command, length) && apdu.extended;
}

static enum vcard_answer
exchange(struct vcard *card, const uint8_t *command, size_t length, uint8_t *response,
    size_t *response_length)
{
	struct waiting_fault fault;
	bool faulty = fault_due(card, command, length, &fault);
	struct answer answer = {.length = 0};
	uint16_t sw;

	if (faulty && fault.kind == VCARD_FAULT_EJECT) {
		card_lose_power(card);
		return VCARD_GONE;
	}
	if (faulty && fault_before(card, &fault, response, response_length))
		return VCARD_ANSWERED;
	if (chokes(card, command, length))
		return VCARD_MUTE;
	sw = execute(card, command, length, &answer);
	*response_length = put_answer(response, &answer, sw);
	if (faulty)
		fault_after(&fault, response, response_length);
	return VCARD_ANSWERED;
}

enum vcard_answer
vcard_exchange(struct vcard *card, const uint8_t *command, size_t length,
    uint8_t response[VCARD_RESPONSE_MAX], size_t *response_length)
{
	enum vcard_answer result = VCARD_MUTE;

	*response_length = 0;
	pthread_mutex_lock(&card->lock);
	if (!card->powered)
		goto out;
	card->ledger.totals.exchanges++;
	card->ledger.totals.bytes_in += length;
	result = exchange(card, command, length, response, response_length);
	card->ledger.totals.bytes_out += *response_length;
	delay_sleep(1, card->delays.exchange);
	delay_sleep(length + *response_length, card->delays.byte);
out:
	pthread_mutex_unlock(&card->lock);
	return result;
}
