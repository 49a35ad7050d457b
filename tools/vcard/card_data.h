/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_CARD_DATA_H
#define VCARD_CARD_DATA_H

#include <pthread.h>

#include "layout.h"
#include "quirk_table.h"

/* The current value and state of a PIN. */
struct pin_state {
	char value[VCARD_PIN_MAX + 1];
	unsigned tries;
	bool verified;
};

/* A fault that was added and has not happened yet. */
struct waiting_fault {
	enum vcard_fault kind;
	unsigned left; /* exchanges until it happens; 0: there is no such fault */
	/*
	 * The INS of the command that starts the count, when it brings data; 0: the count runs
	 * already.
	 */
	uint8_t from;
	uint16_t sw;
};

/* The record of what was asked of the card (ledger.c). */
struct ledger {
	struct vcard_entry *entries;
	size_t count, room, mark;
	struct vcard_totals totals, totals_mark;
	FILE *file; /* NULL: only in memory */
};

/*
 * A virtual card. Callers of internal functions hold its lock; the public functions in vcard.h take
 * it.
 */
struct vcard {
	pthread_mutex_t lock;
	struct vcard_pki *pki;
	char *directory; /* NULL: in memory */
	int lock_file;	 /* -1: none */
	char serial[17];
	struct pin_state pins[VCARD_PINS];
	uint8_t quirks[QUIRKS];
	struct vcard_delays delays;
	struct waiting_fault faults[VCARD_FAULTS_MAX];
	struct ledger ledger;

	bool powered;
	bool no_command_yet;		       /* since power-on */
	const struct application *application; /* the current one, or NULL */
	const struct file *file;	       /* the current EF, or NULL */
	uint8_t pending[DATA_MAX];	       /* the rest of a response, for GET RESPONSE */
	size_t pending_length;
};

#endif
