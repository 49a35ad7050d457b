/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_INPROCESS_H
#define VCARD_INPROCESS_H

#include <jpki/transport.h>

#include "vcard.h"

/*
 * A PC/SC service with readers and virtual cards inside the process, behind the table
 * `jpki_transport` (include/jpki/transport.h). The functions here put cards in and plug readers
 * in and out, as a person does; tests call them, from any thread. "Another program" is simply
 * another service and connection of the same table.
 *
 * Functions that return int return 0, or -1 for a reader that is not there, or no room.
 */

/* Readers there can be at a time. */
#define INPROCESS_READERS 64

/*
 * Start again: no readers, the service runs, counts and plans are 0. Older connections may still be
 * closed; every other call on them returns JPKI_ERR_NO_SERVICE.
 */
void inprocess_reset(void);

/* Plug a reader in, unplug it (a card in it is taken out), change its name. */
int inprocess_add_reader(const char *name);
int inprocess_remove_reader(const char *name);
int inprocess_rename_reader(const char *name, const char *new_name);

/*
 * Put a card in. The caller keeps owning it and takes it out before destroying it. NULL is a card
 * that does not answer to power. -1 also if the reader has one already.
 */
int inprocess_insert(const char *reader, struct vcard *card);
/* Take the card out at once, even during a transaction. -1 also if there is none. */
int inprocess_eject(const char *reader);

/*
 * Stop the service (cards lose their power), or start it. Older connections keep returning
 * JPKI_ERR_NO_SERVICE.
 */
void inprocess_service(bool running);

/* Another program resets the card or cuts its power: connections see JPKI_ERR_RESET. */
int inprocess_warm_reset(const char *reader);
int inprocess_power_cut(const char *reader);
/*
 * Cut the power if no connection is open, as pcscd does about five seconds after the last program
 * disconnected. -1 if one is open.
 */
int inprocess_idle(const char *reader);
/* Is there a connection that the guard would lock if this process died (jpki_transport.guard)? */
bool inprocess_guarded(const char *reader);
/*
 * Is there a guarded connection (inprocess_guarded) whose share is this file? `share` NULL: one
 * without a share.
 */
bool inprocess_guarded_by(const char *reader, const char *share);
/* When the guard locks the card in any case (jpki_transport.guard_until); 0: never. */
uint64_t inprocess_guarded_until(const char *reader);
/* Another program holds the card exclusively: open answers JPKI_ERR_BUSY. */
int inprocess_exclusive(const char *reader, bool exclusive);

/*
 * Set what jpki_transport.longest returns for the reader. At first 256, as for Debian's vpcd, which
 * reports nothing.
 */
int inprocess_longest(const char *reader, size_t bytes);

/* ------------------------------------------------------------------ counting, planning */

enum inprocess_call {
	INPROCESS_START,
	INPROCESS_READERS_CALL,
	INPROCESS_POLL,
	INPROCESS_WAIT,
	INPROCESS_OPEN,
	INPROCESS_CLOSE,
	INPROCESS_CHECK,
	INPROCESS_LONGEST,
	INPROCESS_BEGIN,
	INPROCESS_END,
	INPROCESS_TRANSMIT, /* before the card sees the command */
	INPROCESS_ANSWER,   /* after it: the answer is lost */
	INPROCESS_CALLS,
};

/* Calls since inprocess_reset or inprocess_forget_calls. */
unsigned inprocess_calls(enum inprocess_call call);
void inprocess_forget_calls(void);

/*
 * At the `nth` call from now (1: the next one) do `run(context)` if it is not NULL, in the calling
 * thread and before the call does anything. Then, if `error` is not JPKI_OK, the call does nothing
 * else and returns it (close still frees the connection, but leaves the power on). There is one
 * plan for each kind of call; a new plan replaces it, `nth` 0 removes it. INPROCESS_ANSWER counts
 * the exchanges that reached the card.
 */
void inprocess_plan(
    enum inprocess_call call, unsigned nth, int error, void (*run)(void *context), void *context);

#endif
