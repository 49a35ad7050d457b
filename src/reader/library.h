/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_LIBRARY_H
#define READER_LIBRARY_H

#include "reader/readers.h"

/*
 * The library in a process: start and stop, threads that are in it, those that wait for something
 * to happen, and a look at a reader for who only asks.
 */

/*
 * Start and stop, one at a time: the next one waits. A forked child finds the library stopped, and
 * starts it anew. Start looks at what there is, so that what changes from then on is an event.
 * `roles` are the keys that are wanted (bits, 1 << role). JPKI_ERR_RUNNING, JPKI_ERR_ENDING if
 * OpenSSL has been shut down already, JPKI_ERR_MEMORY.
 */
int library_start(unsigned roles);

/*
 * Stop, in two steps, so that the caller can give back what is its own between them. Begin ends
 * those who wait for events and lets those in a call come out; nobody comes in any more.
 * JPKI_ERR_STOPPED if the library has not been started in this process: then there is nothing to
 * finish. Finish locks the cards that were unlocked, unless others are logged in.
 */
int library_stop_begin(void);
void library_stop_finish(void);

/* A line for the log (LOG_TRACE), which is opened for it while the library does not run. */
void library_tell(const char *line);

/* Which start of the library in this process it is. */
uint64_t library_run(void);

/*
 * A call is inside the library between these two, which keeps it from being stopped, and OpenSSL's
 * error queue as it was. Enter is false if the library has not been started in this process.
 */
bool library_enter(void);
/* The same for a call that may need OpenSSL (crypto_prepare). */
bool library_enter_prepared(void);
void library_leave(void);

/* Make what is known of a reader available to those who do not wait, and give its lock back. */
void library_unlock_reader(struct reader *reader);

/* How much to look at. */
enum library_look {
	LIBRARY_LOOK_STATE, /* is there a card, which has been asked what it is? */
	LIBRARY_LOOK_TRIES, /* ... and the tries left of the key */
};

/* How a reader is; as it was when last seen, if somebody else is busy with the card. */
void library_look(
    struct reader *reader, enum jpki_role role, enum library_look what, struct reader_view *view);

/* As it was when last seen. False if the lock was free: then the caller has it. */
bool library_peek(struct reader *reader, struct reader_view *view);

/*
 * Is there still the card that was there then? Asks the PC/SC service, and waits for nobody who is
 * busy with the card.
 */
bool library_is_as_seen(const struct reader *reader, const struct reader_view *view);

/*
 * The lock of a reader that it is time to look at again (presence_update). False if it was looked
 * at a moment ago, or somebody is busy with it, who has.
 */
bool library_lock_stale(struct reader *reader);

/*
 * Wait for a card to come or go: in *index and *role a place where that happened. JPKI_ERR_TIMEOUT
 * at once if `block` is false and nothing has, JPKI_ERR_CANCELLED if the library is stopped.
 */
int library_wait(unsigned roles, bool block, size_t *index, enum jpki_role *role);

/*
 * The same for who keeps in mind what he has seen: wait until readers_changes is not *seen any
 * more, which becomes it, and at most `timeout_ms` (-1: without end; 0: only look):
 * JPKI_ERR_TIMEOUT. With 0 in *seen it answers at once. JPKI_ERR_CANCELLED if library_cancel was
 * called since *seen, or the library is stopped.
 */
int library_watch(uint64_t *seen, int timeout_ms);

/* End what waits in library_watch, and what is about to with what it has seen before. */
void library_cancel(void);

#endif
