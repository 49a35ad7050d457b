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

/* Objects that a search has found, and which of them comes next. */
struct search {
	bool active;
	CK_OBJECT_HANDLE found[OBJECTS_MAX];
	size_t count, next;
};

/*
 * A session belongs to one token of one card. It is over when the card that it was opened with has
 * been taken out.
 *
 * Lock order: reader, session, list of sessions. Finishing or ending a signature takes the reader's
 * lock and the session's. Adding data to an operation, and returning what a search has found, takes
 * only the session's lock, so that it waits for no card.
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
	uint64_t entered_at; /* when the call came, before waiting for locks, clock_now_ms */
	struct search search;
	struct operation digest, sign, verify;
	struct authorisation authorisation; /* of `sign`; guarded by the reader's lock as well */

	/* Guarded by the list's lock. */
	atomic_bool closed;		 /* read without it */
	unsigned users;			 /* number of threads that hold it */
	struct session *beside;		 /* next in the hash table's list */
	struct session *next, *previous; /* in the list of the token */
};

/*
 * Enter a session: find it, take its reader's lock, poll the reader (presence_update), take the
 * session's lock. After CKR_OK the caller has both locks, and gives them back by session_leave.
 * CKR_SESSION_HANDLE_INVALID if there is no such session, or it is over; CKR_DEVICE_REMOVED if the
 * card was found to be gone. After an error no lock is held.
 */
CK_RV session_enter(CK_SESSION_HANDLE handle, struct session **session);
void session_leave(struct session *session);

/*
 * Enter a session with its own lock alone. Does not wait for a reader that is busy with a card; one
 * that is not is polled, unless that was done a moment ago. After CKR_OK the caller has the
 * session's lock, and gives it back by session_leave_own. CKR_SESSION_HANDLE_INVALID if there is no
 * such session, or it is over; CKR_DEVICE_REMOVED if the card was found to be gone.
 */
CK_RV session_enter_own(CK_SESSION_HANDLE handle, struct session **session);
void session_leave_own(struct session *session);

/*
 * After session_enter_own, take the reader's lock as well: the session is then left by
 * session_leave. Another thread may have been in the session meanwhile; false if it is over.
 */
bool session_wait_for_reader(struct session *session);

/*
 * Fill in what C_GetSessionInfo returns. Does not wait for a card that is busy with another
 * thread's call. Returns CKR_OK, CKR_SESSION_HANDLE_INVALID or CKR_DEVICE_REMOVED.
 */
CK_RV session_info(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info);

/* The key of a session that has been entered. */
struct key *session_key(const struct session *session);

/*
 * Open a session with a token of that card (reader->card_number); it is over from the beginning if
 * that is no longer the card in the reader. CKR_OK or CKR_HOST_MEMORY.
 */
CK_RV session_open(struct reader *reader, enum jpki_role role, uint64_t card, CK_FLAGS flags,
    CK_SESSION_HANDLE *handle);

/*
 * Close a session after session_enter; it still has to be left. Threads that are about to enter it
 * find it closed. If it was the token's last session, the user is logged out.
 */
void session_close(struct session *session);

/*
 * Close a session after session_enter_own, if nothing on the card depends on it; it still has to be
 * left. False, and nothing is closed, if its token has no other session, or if it has begun a
 * signature that keeps the key open.
 */
bool session_close_own(struct session *session);

/* Close all sessions with a token, and log out. The caller holds the reader's lock, and no other.
 */
void session_close_all(struct reader *reader, enum jpki_role role);

/* Forget the sessions with cards that are gone, which nobody can use any more. */
void session_sweep(void);

/* How many sessions there are with a token, how many of them read-write. */
void session_count(
    const struct reader *reader, enum jpki_role role, CK_ULONG *count, CK_ULONG *read_write);

/* End a session's signature, made or not. Locks the card if it had a context-specific login. */
void session_end_signature(struct session *session);

/* The library is stopping, and nobody is in a session: forget them all. Touches no card. */
void session_forget_all(void);

/* Set a fork handler by which a child forgets its parent's sessions. False if it cannot be set. */
bool session_watch_forks(void);

#endif
