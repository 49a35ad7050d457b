/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "applications.h"
#include "card_data.h"
#include "pins.h"
#include "quirks.h"

#define APPLICATION_ROW(constant, name, ...)                                                       \
	[constant] = {name, {__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__})},

const struct application applications[APPLICATIONS] = {APPLICATION_TABLE(APPLICATION_ROW)};

const char *
application_name(const struct vcard *card)
{
	return card->application == NULL ? "none" : card->application->name;
}

static bool
application_exists(const struct vcard *card, enum application_id id)
{
	if (id == APPLICATION_INPUT_AID && quirk(card, QUIRK_ATTRIBUTES) == ATTRIBUTES_ABSENT)
		return false;
	if (id == APPLICATION_COMMON &&
	    quirk(card, QUIRK_MANUFACTURE_NUMBER) == MANUFACTURE_NUMBER_ABSENT)
		return false;
	switch (quirk(card, QUIRK_APPLICATION)) {
	case APPLICATION_FOREIGN:
		return id == APPLICATION_ISSUER;
	case APPLICATION_ABSENT:
		return id != APPLICATION_JPKI;
	default:
		return true;
	}
}

const struct application *
application_find(const struct vcard *card, const uint8_t *aid, size_t length)
{
	const struct application *first = NULL;

	for (enum application_id i = 0; i < APPLICATIONS; i++) {
		const struct application *row = &applications[i];

		if (!application_exists(card, i) || length > row->length ||
		    (length > 0 && memcmp(row->aid, aid, length) != 0))
			continue;
		if (length == row->length)
			return row;
		if (first == NULL)
			first = row;
	}
	return first;
}

void
application_select(struct vcard *card, const struct application *application)
{
	card->application = application;
	card->file = NULL;
	if (quirk(card, QUIRK_SELECT_CLEARS) == QUIRK_YES)
		pins_forget(card, (enum application_id)(application - applications));
}

void
application_preselect(struct vcard *card)
{
	unsigned chosen = quirk(card, QUIRK_PRESELECTED);

	card->file = NULL;
	card->application = NULL;
	if (chosen > 0 && application_exists(card, (enum application_id)(chosen - 1)))
		card->application = &applications[chosen - 1];
}
