/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_TEST_FAKE_H
#define PCSC_TEST_FAKE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <winscard.h>

/*
 * A PC/SC library in place of the real one: readers in whatever state a test wants, a card that
 * somebody else holds.
 */

#define FAKE_READERS_MAX 40
#define FAKE_CONTROL_MAX 64

struct fake {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* in */
	unsigned readers;		/* "reader 0", "reader 1" ... */
	DWORD states[FAKE_READERS_MAX]; /* what is said of each, 0: not known;
					   UNPOWERED: there is no ATR */
	DWORD most_at_once;		/* readers in a call */
	bool restless;			/* every wait ends at once */
	bool held;			/* somebody has a transaction */
	bool sleepy;			/* who looks at a card that does not answer has to wait */
	LONG answer;			/* of the calls that would be good */
	DWORD protocol;			/* 0: T=1 */
	/* what the reader says of itself, and by which code it is asked for its properties */
	uint8_t features[FAKE_CONTROL_MAX], properties[FAKE_CONTROL_MAX];
	DWORD features_length, properties_length, properties_code;
	/* out */
	unsigned polls, sleepers, waits, waiting, cancels, begun, ended, connected, disconnected,
	    cuts, controls;
	/* of them, `waiting` is how many go on */
	DWORD watched; /* readers in the last wait */
};

extern struct fake fake;

/* Begin anew. */
void fake_reset(void);
/* Under its lock. */
void fake_hold(bool held);
void fake_sleep(bool sleepy);
void fake_answer(LONG answer);
unsigned fake_count(const unsigned *count);
/* Wait until that many calls have been made. */
void fake_await(const unsigned *count, unsigned calls);
/* Wait until nobody has a context any more: threads that look beside go on for a while. */
void fake_await_nobody(void);

#endif
