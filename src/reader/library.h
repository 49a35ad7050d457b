/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_LIBRARY_H
#define READER_LIBRARY_H

#include "reader/readers.h"

/*
 * The library in a process: start and stop, calls under way, waits for events.
 */

/*
 * Start the library. Starts and stops wait for each other. A forked child finds the library
 * stopped, and starts it anew. Start polls all readers, so that what changes from then on is an
 * event. `roles` are the keys that are wanted (JPKI_ROLE bits). JPKI_OK; JPKI_ERR_RUNNING if it has
 * been started; JPKI_ERR_ENDING if OpenSSL has been shut down already; JPKI_ERR_MEMORY.
 */
int library_start(unsigned roles);

/*
 * Stop the library, in two steps, so that the caller can free what is its own between them.
 * library_stop_begin ends the waits for events, and waits for the calls under way; no new call can
 * enter. JPKI_OK, or JPKI_ERR_STOPPED if the library has not been started in this process: then
 * library_stop_finish must not be called. library_stop_finish locks the cards that were unlocked,
 * unless other programs are logged in.
 */
int library_stop_begin(void);
void library_stop_finish(void);

/* Write a line to the log (LOG_TRACE); while the library does not run, the log is opened for it. */
void library_tell(const char *line);

/* The number of starts of the library in this process so far. */
uint64_t library_run(void);

/*
 * Between library_enter and library_leave the library is not stopped, and OpenSSL's error queue is
 * kept as it was. False, and there is nothing to leave, if the library has not been started in this
 * process.
 */
bool library_enter(void);
/* library_enter for a call that may need OpenSSL: crypto_prepare comes first. */
bool library_enter_prepared(void);
void library_leave(void);

/*
 * Wait for a card to come or go. JPKI_OK: *index and *role are where that happened, an entry of the
 * list and one of `roles`. JPKI_ERR_TIMEOUT at once if `block` is false and nothing has happened;
 * JPKI_ERR_CANCELLED if the library is stopped.
 */
int library_wait(unsigned roles, bool block, size_t *index, enum jpki_role *role);

/*
 * Wait until readers_changes differs from *seen, at most `timeout_ms` (-1: without end; 0: only
 * poll once). *seen becomes what readers_changes is then; 0 in it has the function return at once.
 * JPKI_OK if it differs; JPKI_ERR_TIMEOUT; JPKI_ERR_CANCELLED if library_cancel was called since
 * *seen, or the library is stopped.
 */
int library_watch(uint64_t *seen, int timeout_ms);

/*
 * End the calls of library_watch under way, and those that begin later with a *seen from before
 * this call.
 */
void library_cancel(void);

#endif
