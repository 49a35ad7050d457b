/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_PATIENCE_H
#define PCSC_PATIENCE_H

#include <stdbool.h>

/*
 * Calls of pcsc-lite that wait for another program's transaction wait without end, and cannot be
 * called back. So such a call is made in a thread of its own, and who wants it done waits for as
 * long as he likes. No lock of ours is held meanwhile.
 */
struct patience;

struct patience_call {
	int (*run)(void *data);
	/*
	 * Take back what `run` came to, because it came when nobody waited; NULL if nothing is
	 * to be taken back. Also in the thread.
	 */
	void (*undo)(void *data, int result);
	void *data;
};

/* The call is under way and was taken back; it can be made anew (patience_wait). */
#define PATIENCE_UNDONE 1

/* Begin a call; NULL if there can be no thread. It goes on if nobody waits for it. */
struct patience *patience_start(const struct patience_call *call);

/*
 * Wait for its end, at most `ms` (-1: without end). JPKI_ERR_HELD: it goes on, and can be waited
 * for again. PATIENCE_UNDONE: it came to its end between two waits, and was undone. Otherwise what
 * `run` returned. But for JPKI_ERR_HELD, *patience has been freed and is NULL. One waits at a time.
 */
int patience_wait(struct patience **patience, int ms);

/*
 * Have `next` called in the same thread when the call under way is through; it is the one that is
 * waited for then, and what the first came to is not undone. False if that one is through.
 */
bool patience_follow(struct patience *patience, const struct patience_call *next);

/* Nobody will wait for it any more. Sets the pointer to NULL, accepts one to NULL. */
void patience_leave(struct patience **patience);

#endif
