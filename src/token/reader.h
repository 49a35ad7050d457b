/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_READER_H
#define TOKEN_READER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jpki/card.h>

#include "token/certificate.h"
#include "token/cryptoki.h"
#include "token/refusal.h"

/*
 * A reader, the card in it, and the card's two tokens. One lock guards it all; it is held
 * during exchanges with the card. Functions say what they do, their callers hold the lock.
 */

struct session;

/* A credential of the card that is in the reader. */
struct token {
	bool present;
	bool private_certificate; /* its certificate cannot be read before a login */
	struct jpki_der der[JPKI_CERTIFICATES];
	struct certificate *certificates[JPKI_CERTIFICATES]; /* NULL: not needed yet */

	unsigned tries;
	bool tries_known;
	uint64_t tries_at; /* when the card said so, clock_now_ms */

	struct refusal refused; /* what was called an incorrect PIN lately */

	/*
	 * What sessions see, and what the card has verified, are two things: the signature
	 * key is locked again while its session goes on. unlocked is true as soon as the card
	 * may have verified the PIN, and implies that the connection is kept.
	 */
	bool logged_in;
	bool unlocked;
	uint64_t window_until;	       /* signatures need no further PIN until then */
	struct session *authenticated; /* its signature has had a PIN of its own */
	uint64_t authenticated_until;  /* ... and is to be made before that */

	bool pss_refused; /* this card has said that it does not know PSS */

	/* In handles of objects, so that those of an earlier card or login mean nothing. */
	CK_ULONG public_serial, private_serial;
};

/* What can be told of a slot while its card is busy. Guarded by the module's lock. */
struct slot_view {
	bool valid; /* if not, the card has not been asked yet what it is: wait for that */
	bool card_present;
	bool token_present;
	struct jpki_token_info info;
	unsigned tries;
	bool tries_known;
	bool offers_pss;
};

struct reader {
	size_t index;

	/* Guarded by the module's lock. */
	char name[JPKI_READER_NAME_SIZE]; /* "": no reader has come for this pair of slots */
	struct slot_view views[JPKI_ROLES];
	struct jpki_reader_state seen; /* `state`, for those who do not wait */
	bool event[JPKI_ROLES];	       /* a card came or went, and nobody has asked yet */

	pthread_mutex_t lock;
	/* Guarded by `lock`. */
	bool looked_at;
	struct jpki_reader_state state;
	struct jpki_card *card; /* NULL: none is known */
	bool probed;
	unsigned attempts;   /* to probe this card */
	bool same_card;	     /* the transaction is with the card that is known */
	uint64_t contact_at; /* when the last such transaction ended, clock_now_ms */
	struct jpki_token_info info;
	struct token tokens[JPKI_ROLES];
};

/*
 * Bring the reader up to date without an exchange with the card: closes the sessions if the
 * card is gone or another one, logs out if it was reset, locks it if the time is up.
 */
void reader_update(struct reader *reader);

/*
 * The token, or NULL if the card that is there has none for that role. Asks the card once
 * after it was put in.
 */
struct token *reader_token(struct reader *reader, enum jpki_role role);

/* Make what is known available to those who do not wait for the lock. */
void reader_publish(struct reader *reader);

/*
 * Transactions with the card. begin logs out if the card was reset; a caller that needs a
 * login looks at token->unlocked after it. JPKI_ERR_NO_CARD if the card came after the last look:
 * it is not the one that is known. end takes what the caller's work came to, and returns it, or
 * what happened to the card if that is worse. Both, when they find the card gone, forget it, which
 * closes its sessions, the caller's too.
 */
int reader_begin(struct reader *reader, enum jpki_begin how);
int reader_end(struct reader *reader, int result);

/* The parsed certificate; read from the card if need be. It belongs to the token. */
int reader_certificate(struct reader *reader, enum jpki_role role, enum jpki_certificate which,
    struct certificate **certificate);

/* The same within a transaction that began with a select. */
int reader_load_certificate(
    struct reader *reader, enum jpki_role role, enum jpki_certificate which);

/*
 * Within a transaction that trusts that the application is selected: is it? A
 * certificate that is known tells.
 */
bool reader_still_selected(struct reader *reader);

/*
 * Before a PIN goes to a card, or a certificate is taken from it, within the transaction: is it the
 * one that is known? Reader and card may have been exchanged without a trace. Unless that was seen
 * just now, or a connection has been kept, the card is asked for what it showed first.
 * JPKI_ERR_NO_CARD if it is another one.
 */
int reader_confirm_card(struct reader *reader);

/* Within a transaction that has selected it: is that certificate another one? */
bool reader_is_other_card(struct reader *reader);

/* Tries left of a PIN, to be shown; asks the card if what it said last is too old for that. */
int reader_tries(struct reader *reader, enum jpki_role role, unsigned *tries);

/* Note what the card said about the tries. */
void token_set_tries(struct token *token, unsigned tries);

/* Is the answer recent enough to act on? */
bool token_tries_recent(const struct token *token);

/* Does the token offer PSS? The card decides, unless a setting does. */
bool token_offers_pss(const struct token *token);

/* Forget a certificate, wiping what came from the card. */
void token_forget_certificate(struct token *token, enum jpki_certificate which);

/* Forget the card: it is gone. Closes the sessions. */
void reader_forget(struct reader *reader);

#endif
