/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "card_data.h"
#include "pins.h"

#define PIN_ROW(constant, name, application, initial, tries, shortest, longest)                    \
	[constant] = {name, application, initial, tries, shortest, longest},

const struct pin pins[VCARD_PINS] = {VCARD_PIN_TABLE(PIN_ROW)};

void
pins_forget(struct vcard *card, enum application_id application)
{
	for (int i = 0; i < VCARD_PINS; i++) {
		if (application == APPLICATIONS || pins[i].application == application)
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
