/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_LOCK_H
#define TOKEN_LOCK_H

#include "token/session.h"

/*
 * The PIN rules, second part: what is unlocked, for whom, and until when (the first is login.h).
 * A login covers the signatures of a short window; after that each wants a PIN of its own. What a
 * session sees as its login, and what the card has verified, are kept apart in struct token; no
 * login is ever made again without a person.
 */

/* May the card have verified a PIN for us? */
bool reader_is_unlocked(const struct reader *reader);

/* May a signature be made now without a PIN of its own? */
bool token_in_window(const struct token *token);

/* Has the signature that the session has begun a PIN behind it? */
bool lock_authorises(const struct session *session);

/*
 * Cut the card's power: no PIN is verified after it. Logs out the tokens whose login means
 * that the card has verified the PIN.
 */
void reader_lock_card(struct reader *reader);

/* Lock the card if a signature key is unlocked and its time is up. */
void reader_expire(struct reader *reader);

/*
 * Others reset the card: the login is lost, as far as sessions go. What we have unlocked may
 * have outlived a warm reset (card-facts: security status, B), so it is locked for certain.
 */
void reader_was_reset(struct reader *reader);

/* The last session of a token has been closed: its login ends. */
void lock_last_session_closed(struct reader *reader, enum jpki_role role);

/* End a login: the objects that came with it are gone. Does not touch the card. */
void token_log_out(struct reader *reader, enum jpki_role role);

#endif
