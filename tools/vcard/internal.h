/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_INTERNAL_H
#define VCARD_INTERNAL_H

#include <pthread.h>

#include "apdu.h"
#include "layout.h"
#include "quirk_values.h"
#include "vcard.h"

/*
 * What a card is made of. Functions that are not public take it with its lock held; the
 * public ones in vcard.h take the lock.
 */

/* A row of it is no BER: a length of 37 bytes, and behind it not as much as that says. */
#define NOT_BER 0xa5

struct pin_state {
	char value[VCARD_PIN_MAX + 1];
	unsigned tries;
	bool verified;
};

struct waiting_fault {
	enum vcard_fault kind;
	unsigned left; /* exchanges until it happens; 0: free */
	uint8_t
	    from; /* they are counted from the next command of this INS that brings data; 0: now */
	uint16_t sw;
};

struct ledger {
	struct vcard_entry *entries;
	size_t count, room, mark;
	struct vcard_totals totals, totals_mark;
	FILE *file; /* NULL: only in memory */
};

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
	bool fresh; /* no command since power came */
	const struct application *application;
	const struct file *file;
	uint8_t pending[DATA_MAX]; /* the rest of a response, for GET RESPONSE */
	size_t pending_length;
};

#endif
