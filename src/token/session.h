/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_SESSION_H
#define TOKEN_SESSION_H

#include <pthread.h>
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
 * more that it was opened with.
 *
 * The order of locks: the reader's, the session's, the one of the list. To finish a signature or to
 * end it both of the first are needed; data that is but added to an operation, and what a search
 * has found, need the session's alone, so that they wait for no card.
 */
struct session {
	/* These do not change. */
	CK_SESSION_HANDLE handle;
	struct reader *reader;
	enum jpki_role role;
	uint64_t card;
	CK_FLAGS flags;

	pthread_mutex_t lock;
	/* Guarded by `lock`. */
	uint64_t entered_at; /* before it was waited for, clock_now_ms */
	struct search search;
	struct operation digest, sign, verify;
	struct authorisation authorisation; /* of `sign`; guarded by the reader's lock as well */

	/* Guarded by the list's lock. */
	atomic_bool closed;		 /* read without it */
	unsigned users;			 /* threads that are in it */
	struct session *beside;		 /* in the table */
	struct session *next, *previous; /* of the token */
};

/*
 * Enter a session: find it, wait for its reader, bring that up to date. The caller has the
 * reader's lock and the session's then, and gives them back with leave.
 * CKR_SESSION_HANDLE_INVALID, CKR_DEVICE_REMOVED if the card was found to be gone.
 */
CK_RV session_enter(CK_SESSION_HANDLE handle, struct session **session);
void session_leave(struct session *session);

/*
 * The same for the session's lock alone: it does not wait for a reader that is busy with a card,
 * which is brought up to date only if it is not, and has not been a moment ago.
 */
CK_RV session_enter_own(CK_SESSION_HANDLE handle, struct session **session);
void session_leave_own(struct session *session);

/*
 * Go on, after session_enter_own, with both locks: to be left by session_leave. Another thread may
 * have been in the session meanwhile; false if it is over.
 */
bool session_wait_for_reader(struct session *session);

/* C_GetSessionInfo; does not wait for a card that is busy with another thread's call. */
CK_RV session_info(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info);

/* The key of a session that has been entered. */
struct key *session_key(const struct session *session);

/* Open a session with a token of that card: over already if it is not the one any more. */
CK_RV session_open(struct reader *reader, enum jpki_role role, uint64_t card, CK_FLAGS flags,
    CK_SESSION_HANDLE *handle);

/*
 * Close a session that has been entered, or, with the reader's lock alone, all with a token. Those
 * who are in one find it closed. With the last session of a token goes its login.
 */
void session_close(struct session *session);
/*
 * Close one after session_enter_own, if nothing on the card depends on it: false if its token has
 * no other one, or it has begun a signature that keeps the key open.
 */
bool session_close_own(struct session *session);
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
