/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "card_data.h"
#include "fail.h"
#include "fault.h"

/* CLA, INS, P1, P2 and one byte are a command without data. */
static bool
brings_data(const uint8_t *command, size_t length, uint8_t ins)
{
	return length > 5 && command[1] == ins;
}

bool
fault_due(struct vcard *card, const uint8_t *command, size_t length, struct waiting_fault *fault)
{
	bool due = false;

	for (size_t i = 0; i < VCARD_FAULTS_MAX; i++) {
		struct waiting_fault *waiting = &card->faults[i];

		if (waiting->from != 0 && !brings_data(command, length, waiting->from))
			continue;
		waiting->from = 0;
		if (waiting->left == 0 || --waiting->left > 0)
			continue;
		*fault = *waiting;
		due = true;
	}
	return due;
}

int
vcard_fault_add_from(struct vcard *card, enum vcard_fault fault, uint8_t ins, unsigned nth,
    uint16_t sw, struct vcard_error *error)
{
	int result = -1;

	if (nth == 0)
		return fail(error, "exchanges are counted from 1, the next one");
	pthread_mutex_lock(&card->lock);
	for (size_t i = 0; result != 0 && i < VCARD_FAULTS_MAX; i++) {
		if (card->faults[i].left != 0)
			continue;
		card->faults[i] = (struct waiting_fault){fault, nth, ins, sw};
		result = 0;
	}
	pthread_mutex_unlock(&card->lock);
	if (result != 0)
		return fail(error, "%d faults are waiting already", VCARD_FAULTS_MAX);
	return 0;
}

int
vcard_fault_add(struct vcard *card, enum vcard_fault fault, unsigned nth, uint16_t sw,
    struct vcard_error *error)
{
	return vcard_fault_add_from(card, fault, 0, nth, sw, error);
}

void
vcard_faults_clear(struct vcard *card)
{
	pthread_mutex_lock(&card->lock);
	memset(card->faults, 0, sizeof(card->faults));
	pthread_mutex_unlock(&card->lock);
}

size_t
vcard_faults_waiting(struct vcard *card)
{
	size_t count = 0;

	pthread_mutex_lock(&card->lock);
	for (size_t i = 0; i < VCARD_FAULTS_MAX; i++)
		count += card->faults[i].left != 0;
	pthread_mutex_unlock(&card->lock);
	return count;
}
