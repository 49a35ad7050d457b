/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "applications.h"
#include "card_data.h"
#include "fail.h"
#include "files.h"
#include "ledger.h"
#include "select.h"
#include "status_word.h"

/* The smallest file control information that ISO 7816-4, 5.3.3 allows: the application's name. */
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
		/* "select MF": succeeds and does nothing (F-SELECT-MF) */
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
	const struct application *found = &applications[APPLICATION_INPUT_AID];

	if (aid == NULL) {
		aid = found->aid;
		length = found->length;
	}
	pthread_mutex_lock(&card->lock);
	found = application_find(card, aid, length);
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
	name = application_name(card);
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
