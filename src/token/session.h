/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_SESSION_H
#define TOKEN_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#include "token/cryptoki.h"
#include "token/mechanism.h"
#include "token/reader.h"

/* Objects that a search has found and not given out yet. */
#define OBJECTS_MAX 8
struct search {
	bool active;
	CK_OBJECT_HANDLE found[OBJECTS_MAX];
	size_t count, next;
};

/* Signing, verifying or digesting. */
struct operation {
	bool active;
	bool multi_part; /* an update has been made */
	bool one_part;	 /* the function that does it at once has been asked for a length */
	const struct mechanism *mechanism;
	EVP_MD_CTX *hash; /* NULL: the data is taken as it is, and collected here: */
	CK_BYTE data[JPKI_SIGN_DATA_MAX];
	size_t length;
	CK_OBJECT_HANDLE key;
};

/* A session belongs to one token of one card. Guarded by the reader's lock. */
struct session {
	CK_SESSION_HANDLE handle;
	struct reader *reader;
	enum jpki_role role;
	CK_FLAGS flags;
	uint64_t entered_at; /* before it was waited for, clock_now_ms */
	struct search search;
	struct operation digest, sign, verify;

	/* Guarded by the module's lock. */
	bool closed;
	unsigned users; /* threads that are in it */
	struct session *next;
};

/*
 * Enter a session: find it, wait for its reader, bring that up to date. The caller has the
 * reader's lock then, and gives it back with leave. CKR_SESSION_HANDLE_INVALID,
 * CKR_DEVICE_REMOVED if the card was found to be gone.
 */
CK_RV session_enter(CK_SESSION_HANDLE handle, struct session **session);
void session_leave(struct session *session);

/* The token of a session that has been entered. */
struct token *session_token(const struct session *session);

/* Open a session with a token. The caller holds the reader's lock. */
CK_RV session_open(
    struct reader *reader, enum jpki_role role, CK_FLAGS flags, CK_SESSION_HANDLE *handle);

/*
 * Close a session, or all of some roles. Those who are in one find it closed. With the last
 * session of a token goes its login.
 */
void session_close(struct session *session);
void sessions_close(struct reader *reader, unsigned roles);

/* How many sessions there are with a token, how many of them read-write. */
void sessions_count(
    const struct reader *reader, enum jpki_role role, CK_ULONG *count, CK_ULONG *read_write);

/* End an operation, whatever its state. */
void operation_end(struct operation *operation);

/* End a session's signature; locks the card if it had a PIN of its own. */
void session_end_signature(struct session *session);

/* In a forked child: forget the list; its sessions are the parent's. */
void sessions_abandon(void);

/* The state as C_GetSessionInfo tells it. */
CK_STATE session_state(const struct session *session);

#endif
