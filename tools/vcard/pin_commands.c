/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/crypto.h>

#include "card_data.h"
#include "delay.h"
#include "fail.h"
#include "files.h"
#include "ledger.h"
#include "pin_commands.h"
#include "pins.h"
#include "quirks.h"
#include "state.h"
#include "status_word.h"

/* Memory failure: the card cannot write its memory (ISO 7816-4, table 6). */
#define SW_MEMORY 0x6581

static uint16_t
count_status(const struct vcard *card, const struct pin_state *pin)
{
	if (pin->tries == 0)
		return (uint16_t)quirk_number(card, QUIRK_BLOCKED_COUNT, 16);
	if (pin->verified && quirk(card, QUIRK_VERIFIED_COUNT) == COUNT_OK)
		return SW_OK;
	return (uint16_t)(SW_TRIES | pin->tries);
}

static bool
pin_equals(const struct pin_state *pin, const uint8_t *bytes, size_t length)
{
	return length == strlen(pin->value) && CRYPTO_memcmp(pin->value, bytes, length) == 0;
}

/* The new counter is on disk before the answer leaves, so cutting the power does not save a try. */
static uint16_t
compare(
    const struct vcard *card, struct pin_state *pin, unsigned tries_max, const struct apdu *apdu)
{
	bool right = pin_equals(pin, apdu->data, apdu->lc);
	unsigned before = pin->tries;

	pin->tries = right ? tries_max : pin->tries - 1;
	if (right || quirk(card, QUIRK_WRONG_PIN) == WRONG_PIN_FORGETS)
		pin->verified = right;
	if (pin->tries != before && state_save(card, NULL) != 0)
		return SW_MEMORY;
	return right ? SW_OK : (uint16_t)(SW_TRIES | pin->tries);
}

static uint16_t
verify(struct vcard *card, unsigned index, const struct apdu *apdu)
{
	const struct pin *row = &pins[index];
	struct pin_state *pin = &card->pins[index];

	if (pin->tries == 0)
		return (uint16_t)quirk_number(card, QUIRK_BLOCKED_VERIFY, 16);
	if (quirk(card, QUIRK_PIN_LENGTH) == PIN_LENGTH_REFUSED &&
	    (apdu->lc < row->shortest || apdu->lc > row->longest))
		return SW_LENGTH;
	return compare(card, pin, row->tries, apdu);
}

/* The EF of the PIN that P2 names; NULL if there is none, with *sw set. */
static const struct file *
pin_file(struct vcard *card, uint8_t p2, uint16_t *sw)
{
	const struct file *file = file_of_p2(card, p2, sw);

	if (file == NULL || file->kind == FILE_PIN)
		return file;
	*sw = SW_REFERENCE;
	return NULL;
}

uint16_t
command_verify(struct vcard *card, const struct apdu *apdu, struct answer *answer)
{
	enum vcard_event event = apdu->lc == 0 ? VCARD_EVENT_COUNT : VCARD_EVENT_VERIFY;
	const struct file *file;
	uint16_t sw;

	(void)answer;
	if (apdu->p1 != 0x00)
		return SW_P1P2;
	file = pin_file(card, apdu->p2, &sw);
	if (file != NULL && apdu->lc == 0)
		sw = count_status(card, &card->pins[file->index]);
	else if (file != NULL)
		sw = verify(card, file->index, apdu);
	ledger_add(card, event, file != NULL ? file->id : 0, 0, sw);
	/* the entry comes before the delay, so that tests can see the command under way */
	if (event == VCARD_EVENT_VERIFY)
		delay_sleep(1, card->delays.pin);
	return sw;
}

static int
assign(struct vcard *card, enum vcard_pin index, const void *value, size_t length,
    struct vcard_error *error)
{
	struct pin_state *pin = &card->pins[index];

	if (length == 0 || length > VCARD_PIN_MAX)
		return fail(error, "a PIN has 1 to %d characters", VCARD_PIN_MAX);
	memset(pin->value, 0, sizeof(pin->value));
	memcpy(pin->value, value, length);
	pin->tries = pins[index].tries;
	return state_save(card, error);
}

/* Are all bytes printable? The state file is text. */
static bool
is_printable(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] < 0x20 || bytes[i] > 0x7e)
			return false;
	}
	return true;
}

static uint16_t
change(struct vcard *card, unsigned index, const struct apdu *apdu)
{
	const struct pin *row = &pins[index];

	if (card->pins[index].tries == 0)
		return (uint16_t)quirk_number(card, QUIRK_BLOCKED_VERIFY, 16);
	if (!card->pins[index].verified)
		return SW_NOT_VERIFIED;
	if (apdu->lc < row->shortest || apdu->lc > row->longest)
		return SW_LENGTH;
	if (!is_printable(apdu->data, apdu->lc))
		return SW_DATA;
	if (assign(card, (enum vcard_pin)index, apdu->data, apdu->lc, NULL) != 0)
		return SW_MEMORY;
	return SW_OK;
}

uint16_t
command_change(struct vcard *card, const struct apdu *apdu, struct answer *answer)
{
	const struct file *file;
	uint16_t sw;

	(void)answer;
	if (apdu->p1 != 0x01)
		return SW_P1P2;
	file = pin_file(card, apdu->p2, &sw);
	if (file != NULL)
		sw = change(card, file->index, apdu);
	ledger_add(card, VCARD_EVENT_CHANGE, file != NULL ? file->id : 0, 0, sw);
	delay_sleep(1, card->delays.pin);
	return sw;
}

int
vcard_pin_set_tries(
    struct vcard *card, enum vcard_pin pin, unsigned tries, struct vcard_error *error)
{
	int result;

	if (tries > pins[pin].tries)
		return fail(error, "%s has at most %u tries", pins[pin].name, pins[pin].tries);
	pthread_mutex_lock(&card->lock);
	card->pins[pin].tries = tries;
	if (tries == 0)
		card->pins[pin].verified = false;
	result = state_save(card, error);
	pthread_mutex_unlock(&card->lock);
	return result;
}

int
vcard_pin_set(struct vcard *card, enum vcard_pin pin, const char *value, struct vcard_error *error)
{
	int result;

	pthread_mutex_lock(&card->lock);
	result = assign(card, pin, value, strlen(value), error);
	card->pins[pin].verified = false;
	pthread_mutex_unlock(&card->lock);
	return result;
}
