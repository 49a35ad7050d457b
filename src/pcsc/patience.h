/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_PATIENCE_H
#define PCSC_PATIENCE_H

#include <stdbool.h>

/*
 * Calls of pcsc-lite that wait for another program's transaction have no time limit and cannot be
 * cancelled. So such a call is made in a thread of its own, and the caller waits for that thread as
 * long as it likes. No lock of ours is held meanwhile.
 */
struct patience;

struct patience_call {
	int (*run)(void *data);
	/*
	 * Undo the result of `run`, because nobody waited for it any more; NULL if nothing needs to
	 * be undone. Called in the same thread.
	 */
	void (*undo)(void *data, int result);
	void *data;
};

/* The call has finished and was undone; it can be started again (patience_wait). */
#define PATIENCE_UNDONE 1

/* Begin a call; NULL if no thread can be made. It goes on if nobody waits for it. */
struct patience *patience_start(const struct patience_call *call);

/*
 * Wait for its end, at most `ms` (-1: without end). JPKI_ERR_HELD: it goes on, and can be waited
 * for again. PATIENCE_UNDONE: it ended between two waits, and was undone. Otherwise the result of
 * `run`. Except after JPKI_ERR_HELD, *patience has been freed and is NULL. Only one thread may wait
 * at a time.
 */
int patience_wait(struct patience **patience, int ms);

/*
 * Run `next` in the same thread after the call under way; waits are then for `next`, and the first
 * call is not undone. False if the first call has already ended.
 */
bool patience_follow(struct patience *patience, const struct patience_call *next);

/*
 * Nobody will wait for the call any more: its result is undone. Sets the pointer to NULL, accepts
 * one to NULL.
 */
void patience_leave(struct patience **patience);

#endif
