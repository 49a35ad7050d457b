/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_MODEL_H
#define SEARCH_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/pin.h>

#include "token/cryptoki.h"

/*
 * What may be true of the module, told by what it was asked and what it answered: never less
 * than it may do, so that whatever it does beyond that is wrong.
 */

#define SESSIONS 8
#define SIGN_DATA 1024
#define MODEL_SLOTS 16

struct model_session {
	CK_SESSION_HANDLE handle; /* 0: there has been none */
	bool open, read_write;
	CK_SLOT_ID slot;
	CK_OBJECT_HANDLE key, public_key; /* last found; may be stale */
	bool key_of_login;		  /* ... in the login that lasts */
	bool signing;
	bool key_lasts;	     /* the login lasts in which it was begun */
	uint64_t kept_until; /* it keeps the key open, 0: it does not */
	bool own_pin;	     /* it has had one of its own */
	bool in_doubt;	     /* ... and whether its end locks the card, the model cannot tell */
	size_t scheme;
	CK_BYTE data[SIGN_DATA];
	size_t length; /* of what was put in */
};

struct model_token {
	bool logged_in;
	uint64_t window_until; /* signatures need no PIN of their own */
	bool window_sure;      /* ... and the card has not been locked since */
	uint64_t kept_until;   /* ... for those that were begun in it, the last of them */
	uint64_t shown_until;  /* after one with a PIN of its own the login is seen on */
	bool reset, gone;      /* others did that to the card, and the module has not seen it yet */
	int card;	       /* that verified the PIN */
	uint64_t trouble;      /* scene_trouble before the login */
};

extern struct model_session model_sessions[SESSIONS];
extern struct model_token model_tokens[MODEL_SLOTS];

void model_reset(void);
bool model_running(void);
void model_set_running(bool running);

static inline enum jpki_role
model_role(CK_SLOT_ID slot)
{
	return (enum jpki_role)(slot % JPKI_ROLES);
}

/* A session by a number, NULL for some: a closed one, one that never was. */
struct model_session *model_session(unsigned number);
/* One that is open, if any is. */
struct model_session *model_open_session(unsigned number);
/* Room for one more, or NULL. */
struct model_session *model_free_session(void);
struct model_token *model_token(const struct model_session *session);

/* A call looks at that reader, and finds that its card is gone. */
void model_touch(size_t reader);
/* It exchanges something with the card: over a connection that was made since any reset. */
void model_exchange(size_t reader);
/* It cuts the power of a card: nothing is open any more. */
void model_power_cut(int card);
/* Others reset the card in a place, or took it out. */
void model_card_reset(int place);
void model_card_gone(int place);
/* The reader went and came: the service may have nothing to tell any more. */
void model_card_unseen(int place);

/* The card in a reader has the signature key locked. */
void model_locked(size_t reader);
/* A PIN was sent in a call that failed: what was open is closed. */
void model_refused(const struct model_session *session);

/* It has selected another application, and ends its logins for that. */
void model_logins_ended(size_t reader);

/* The power is to be cut, and will not be: the model cannot tell what is open. */
void model_cut_failed(void);

/* What an answer tells of the session. */
void model_answered(struct model_session *session, CK_RV rv);
void model_closed(struct model_session *session);
void model_closed_slot(CK_SLOT_ID slot);
void model_logged_in(struct model_session *session, int card);
void model_logged_out(CK_SLOT_ID slot);
/* A signature begins, is given a PIN of its own, is over. `at`: when the call began. */
void model_sign_begun(struct model_session *session, uint64_t at);
void model_sign_authenticated(struct model_session *session, int card);
void model_sign_ended(struct model_session *session);

/* May somebody be seen as logged in? */
bool model_may_show(const struct model_session *session, uint64_t at);
/* May a signature be made now? `at`: when the call began. */
bool model_may_sign(const struct model_session *session, uint64_t at);
/* May the card have a PIN verified by this reader of the module? */
bool model_may_be_unlocked(size_t reader, enum jpki_role role, uint64_t at);
/* Has nothing happened since the login that may spoil it? */
bool model_calm(const struct model_session *session);
/* Has the module not locked the signature key of that card since it opened it? */
bool model_signature_open(int card);
/* ... and may it be used for certain? */
bool model_signature_in_time(int card);
/* Have others reset that card, and the module has not seen it? */
bool model_reset_unseen(int card);
/* Is the module logged in for certain with the authentication key of that card? */
bool model_surely_logged_in(int card);

#endif
