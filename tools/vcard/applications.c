/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "internal.h"

/*
 * The order matters: a prefix of an AID selects the first row that begins with it, so a
 * program that sends one does not get the JPKI application (card-facts: Finding the card).
 */
const struct application applications[APPLICATIONS] = {
    [APPLICATION_ISSUER] = {"issuer", {0xa0, 0, 0, 0x01, 0x51, 0, 0}, 7},
    [APPLICATION_COMMON] = {"common", {0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x01, 0x00}, 10},
    [APPLICATION_REGISTER] = {"register", {0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x01},
	10},
    [APPLICATION_SURFACE] = {"surface", {0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x02}, 10},
    [APPLICATION_INPUT_AID] = {"input-aid", {0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x08},
	10},
    [APPLICATION_JPKI] = {"jpki", {0xd3, 0x92, 0xf0, 0, 0x26, 0x01, 0, 0, 0, 0x01}, 10},
};

const struct application *
current_application(const struct vcard *card)
{
	return card->application;
}

const char *
current_application_name(const struct vcard *card)
{
	return card->application == NULL ? "none" : card->application->name;
}

static bool
application_exists(const struct vcard *card, enum application_id id)
{
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

/* The least that ISO 7816-4, 5.3.3 asks for: the name of the application. */
static void
answer_control_information(const struct application *application, struct answer *answer)
{
	uint8_t length = (uint8_t)application->length;
	const uint8_t head[4] = {0x6f, length + 2, 0x84, length};

	memcpy(answer->data, head, sizeof(head));
	memcpy(answer->data + sizeof(head), application->aid, length);
	answer->length = sizeof(head) + length;
}

static uint16_t
select_by_name(struct vcard *card, const struct apdu *apdu, struct answer *answer)
{
	const struct application *found;

	if (apdu->p2 != 0x0c && apdu->p2 != 0x00)
		return SW_P1P2;
	found = application_find(card, apdu->data, apdu->lc);
	if (found != NULL)
		application_select(card, found);
	ledger_add(card, VCARD_EVENT_SELECT, 0, 0, found != NULL ? SW_OK : SW_NOT_FOUND);
	if (found == NULL)
		return SW_NOT_FOUND;
	if (apdu->p2 == 0x00)
		answer_control_information(found, answer);
	return SW_OK;
}

static uint16_t
select_file(struct vcard *card, const struct apdu *apdu)
{
	const struct file *found;

	if (apdu->p2 != 0x0c)
		return SW_P1P2;
	if (apdu->lc != 2)
		return SW_LENGTH;
	found = file_find(card, (uint16_t)(apdu->data[0] << 8 | apdu->data[1]));
	if (found == NULL)
		return SW_NOT_FOUND;
	card->file = found;
	return SW_OK;
}

uint16_t
command_select(struct vcard *card, const struct apdu *apdu, struct answer *answer)
{
	switch (apdu->p1) {
	case 0x00:
		/* "select MF": says yes and does nothing (card-facts: Finding the card) */
		return card->application != NULL ? SW_OK : SW_NOT_FOUND;
	case 0x02:
		return select_file(card, apdu);
	case 0x04:
		return select_by_name(card, apdu, answer);
	default:
		return SW_P1P2;
	}
}

int
vcard_select_other(struct vcard *card, const uint8_t *aid, size_t length, struct vcard_error *error)
{
	const struct application *found;

	pthread_mutex_lock(&card->lock);
	found = aid != NULL ? application_find(card, aid, length)
			    : &applications[APPLICATION_INPUT_AID];
	if (found != NULL && card->powered) {
		application_select(card, found);
		ledger_add(card, VCARD_EVENT_SELECT_OTHER, 0, 0, SW_OK);
	}
	pthread_mutex_unlock(&card->lock);
	return found != NULL ? 0 : fail(error, "the card has no application with that AID");
}

const char *
vcard_application(struct vcard *card)
{
	const char *name;

	pthread_mutex_lock(&card->lock);
	name = current_application_name(card);
	pthread_mutex_unlock(&card->lock);
	return name;
}

uint16_t
vcard_current_file(struct vcard *card)
{
	uint16_t id;

	pthread_mutex_lock(&card->lock);
	id = card->file != NULL ? card->file->id : 0;
	pthread_mutex_unlock(&card->lock);
	return id;
}
