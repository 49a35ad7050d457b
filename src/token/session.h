/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_SESSION_H
#define TOKEN_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reader/lock.h"
#include "reader/reader.h"
#include "token/cryptoki.h"
#include "token/objects.h"
#include "token/operation.h"

/* Objects that a search has found and not given out yet. */
struct search {
	bool active;
	CK_OBJECT_HANDLE found[OBJECTS_MAX];
	size_t count, next;
};

/*
 * A session belongs to one token of one card: it is over when the reader's card is not the one any
 * more that it was opened with. Guarded by the reader's lock.
 */
struct session {
	CK_SESSION_HANDLE handle;
	struct reader *reader;
	enum jpki_role role;
	uint64_t card;
	CK_FLAGS flags;
	uint64_t entered_at; /* before it was waited for, clock_now_ms */
	struct search search;
	struct operation digest, sign, verify;
	struct authorisation authorisation; /* of `sign` */

	/* Guarded by the list's lock. */
	uint64_t run;	    /* of the library, library_run */
	atomic_bool closed; /* read without it */
	unsigned users;	    /* threads that are in it */
	struct session *next;
};

/*
 * Enter a session: find it, wait for its reader, bring that up to date. The caller has the
 * reader's lock then, and gives it back with leave. CKR_SESSION_HANDLE_INVALID,
 * CKR_DEVICE_REMOVED if the card was found to be gone.
 */
CK_RV session_enter(CK_SESSION_HANDLE handle, struct session **session);
void session_leave(struct session *session);

/* C_GetSessionInfo; does not wait for a card that is busy with another thread's call. */
CK_RV session_info(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info);

/* The key of a session that has been entered. */
struct key *session_key(const struct session *session);

/* Open a session with a token. The caller holds the reader's lock. */
CK_RV session_open(
    struct reader *reader, enum jpki_role role, CK_FLAGS flags, CK_SESSION_HANDLE *handle);

/*
 * Close a session, or all with a token. Those who are in one find it closed. With the last session
 * of a token goes its login.
 */
void session_close(struct session *session);
void session_close_all(struct reader *reader, enum jpki_role role);

/* Forget those of cards that are gone, which nobody can use any more. */
void session_sweep(void);

/* How many sessions there are with a token, how many of them read-write. */
void session_count(
    const struct reader *reader, enum jpki_role role, CK_ULONG *count, CK_ULONG *read_write);

/* End a session's signature; locks the card if it had a PIN of its own. */
void session_end_signature(struct session *session);

/* The library is stopping, and nobody is in a session: forget them all, without a word to a card.
 */
void session_forget_all(void);

/* In a forked child they are the parent's. False if that cannot be seen to. */
bool session_watch_forks(void);

#endif
