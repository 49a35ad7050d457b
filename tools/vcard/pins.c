/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "pins.h"

/* The PIN of the input aid differs from that of JPKI, so that a stray VERIFY shows. */
const struct pin pins[VCARD_PINS] = {
    [VCARD_PIN_AUTHENTICATION] = {"authentication", "1234", 3, 4, 4},
    [VCARD_PIN_SIGNATURE] = {"signature", "ABC123", 5, 6, 16},
    [VCARD_PIN_INPUT_AID] = {"input-aid", "5678", 3, 4, 4},
    [VCARD_PIN_INPUT_AID_NUMBER] = {"input-aid-number", "123456789018", 10, 12, 14},
    [VCARD_PIN_SURFACE] = {"surface", "90012300000000", 10, 12, 14},
    [VCARD_PIN_SURFACE_NUMBER] = {"surface-number", "123456789018", 10, 12, 14},
    [VCARD_PIN_REGISTER] = {"register", "8765", 3, 4, 4},
};

static const enum application_id pin_applications[VCARD_PINS] = {
    [VCARD_PIN_AUTHENTICATION] = APPLICATION_JPKI,
    [VCARD_PIN_SIGNATURE] = APPLICATION_JPKI,
    [VCARD_PIN_INPUT_AID] = APPLICATION_INPUT_AID,
    [VCARD_PIN_INPUT_AID_NUMBER] = APPLICATION_INPUT_AID,
    [VCARD_PIN_SURFACE] = APPLICATION_SURFACE,
    [VCARD_PIN_SURFACE_NUMBER] = APPLICATION_SURFACE,
    [VCARD_PIN_REGISTER] = APPLICATION_REGISTER,
};

void
pins_forget(struct vcard *card, enum application_id application)
{
	for (int i = 0; i < VCARD_PINS; i++) {
		if (application == APPLICATIONS || pin_applications[i] == application)
			card->pins[i].verified = false;
	}
}

const char *
vcard_pin_name(enum vcard_pin pin)
{
	return (unsigned)pin < VCARD_PINS ? pins[pin].name : NULL;
}

int
vcard_pin_number(const char *name)
{
	for (int i = 0; i < VCARD_PINS; i++) {
		if (strcmp(pins[i].name, name) == 0)
			return i;
	}
	return -1;
}

unsigned
vcard_pin_tries_max(enum vcard_pin pin)
{
	return pins[pin].tries;
}

unsigned
vcard_pin_tries(struct vcard *card, enum vcard_pin pin)
{
	unsigned tries;

	pthread_mutex_lock(&card->lock);
	tries = card->pins[pin].tries;
	pthread_mutex_unlock(&card->lock);
	return tries;
}

bool
vcard_pin_verified(struct vcard *card, enum vcard_pin pin)
{
	bool verified;

	pthread_mutex_lock(&card->lock);
	verified = card->pins[pin].verified;
	pthread_mutex_unlock(&card->lock);
	return verified;
}

bool
vcard_pin_is(struct vcard *card, enum vcard_pin pin, const char *value)
{
	bool same;

	pthread_mutex_lock(&card->lock);
	same = strcmp(card->pins[pin].value, value) == 0;
	pthread_mutex_unlock(&card->lock);
	return same;
}
