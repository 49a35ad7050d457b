/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_TOKEN_JOBS_H
#define TESTS_TOKEN_JOBS_H

#include "../common/scheme.h"

/*
 * The calls of the main job, one a row: each is made after a set-up of its own and what has to go
 * before it, and something goes wrong while it is under way.
 */

/* Calls that are expected to answer alike. */
enum kind {
	KIND_LIST,   /* C_GetSlotList, C_GetSlotInfo: they answer what is there, and never fail */
	KIND_SLOT,   /* C_GetTokenInfo, C_OpenSession: they need a token */
	KIND_SEARCH, /* C_FindObjectsInit, by what only the certificates tell */
	KIND_READ,   /* C_GetAttributeValue */
	KIND_LOGIN,  /* C_Login, for a user or a signature */
	KIND_CHANGE, /* C_SetPIN */
	KIND_SIGN,   /* C_Sign */
	KIND_LOGOUT, /* C_Logout: no exchange, the power is cut */
	KIND_CLOSE,  /* C_CloseSession, C_CloseAllSessions: the same */
	KIND_LIFE,   /* C_Finalize, C_Initialize */
	KINDS,
};

/* What C_GetSessionInfo says of the session. */
enum next {
	NEXT_NONE, /* the call has not opened any */
	NEXT_PUBLIC,
	NEXT_USER,
	NEXT_INVALID, /* CKR_SESSION_HANDLE_INVALID */
	NEXT_REMOVED, /* CKR_DEVICE_REMOVED */
};

struct job {
	const char *name;
	enum kind kind;
	enum jpki_role role;
	/*
	 * The exchanges, a letter each, the last one again and again: S selects the application, H
	 * reads the head of EF 000A, I EF 0006, P EF 0008, R a certificate; Q selects to show the
	 * tries, T asks for them; t asks for them before a PIN, V brings one, p reads a certificate
	 * that came with it; E selects an EF, C brings a new PIN; h reads the head of EF 000A to
	 * see whether the application is selected, r a certificate for its key, X signs.
	 */
	const char *steps;
	void (*prepare)(const struct job *job);
	CK_RV (*call)(const struct job *job);
	const struct scheme *scheme;
	enum next before, after; /* the session, if all goes well */
};

extern const struct job jobs[];
extern const size_t job_count;

/* Begin anew, and do what goes before. The ledger and the counts begin with the call. */
void prepare_job(const struct job *job);
/* The call. A signature or certificate that it gives is checked. */
CK_RV do_job(const struct job *job);
/* Ask for the session of the job. */
enum next next_call(void);
/* Has this many exchanges been reached since prepare_job? */
bool reached(unsigned exchange);

/*
 * With the card `any` in the reader, as if nothing had been: a session, one PIN, a signature that
 * verifies with that card's certificate, a card without power at the end.
 */
void assert_works(struct vcard *any, enum jpki_role role);

/*
 * What holds whatever went wrong: at most `pins` PINs were sent since prepare_job, no try is gone,
 * and only JPKI's PINs and keys were touched.
 */
void assert_no_harm(struct vcard *any, size_t pins);

/* A signature key or PIN is open only for the user of the job's session. */
void assert_locked_without(enum next next, const struct job *job);

#endif
