/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_TRANSACTION_H
#define READER_TRANSACTION_H

#include "reader/reader.h"

/*
 * Transactions with the card that is known, and no other. When one finds the card gone, it is
 * forgotten (presence.h).
 */

/* How long to wait for another program that uses the card, in ms. */
enum patience {
	PATIENCE_SHOWN = 100,	 /* for what is but shown, and was known before */
	PATIENCE_FIRST = 15000,	 /* for what is asked the first time, and not once more in vain */
	PATIENCE_PERSON = 15000, /* for what a person has asked for: a login, a signature */
};

/*
 * Begin. Logs out if the card was reset; who needs a login looks for it after that.
 * JPKI_ERR_NO_CARD if the card came after the last look: it is not the one that is known.
 * JPKI_ERR_HELD if another program did not let go of it in time.
 */
int transaction_begin(struct reader *reader, enum jpki_begin how, enum patience patience);

/*
 * The same for what does not need a PIN. Goes on with one that is about to end
 * (transaction_end_soon). While there may be a login: selecting may cost that on some cards
 * (card-facts: C), so look first whether it is necessary.
 */
int transaction_begin_reading(struct reader *reader, enum patience patience);

/*
 * The same for the first signature, which often follows the login: goes on with its transaction, or
 * trusts that the application is still selected.
 */
int transaction_begin_signing(struct reader *reader, enum patience patience);

/*
 * End. Takes what the caller's work came to, and returns it, or what happened to the card if that
 * is worse.
 */
int transaction_end(struct reader *reader, int result);

/*
 * The same, but if all is well it lasts for a moment more
 * (transaction_linger_ms): a program asks several things one after the other, and as long as no
 * other program could move the card, none of them needs another SELECT. Any other transaction ends
 * it first, and so does a fork (library.c); so does time, told by linger_until, for which
 * transaction_expire is called.
 */
int transaction_end_soon(struct reader *reader, int result);
/* After a signature only for the sake of what the login's transaction has left to read. */
int transaction_end_signing(struct reader *reader, int result);
void transaction_expire(struct reader *reader);
void transaction_stop_lingering(struct reader *reader);
/* Without reading what could be read only now: its PIN is about to be given again. */
void transaction_break_off(struct reader *reader);

/*
 * Where transactions last for a moment more, the connection is kept for some seconds after them,
 * though nobody is logged in. It ends with time, told by kept_until.
 */
bool transaction_is_kept(const struct reader *reader);
/* End the transaction that lasts, and the connection unless there is a login. */
void transaction_let_go(struct reader *reader);

/*
 * Within a transaction that has selected the application: read what can be read only now, the
 * certificate of a key that is unlocked, unless it is there. A transaction that lasts for a moment
 * more ends so. JPKI_OK, also if the card gives none; or the way failed.
 */
int transaction_read_private(struct reader *reader);

/* Did the way to the card fail, as against: it answered, but not what was hoped for? */
bool transaction_way_failed(int error);

/*
 * How long, in ms. Set by tests: 0, and each thing that is asked has a connection and a transaction
 * of its own, which begins with SELECT.
 */
extern uint64_t transaction_linger_ms;

/*
 * Before a PIN goes to a card, or a certificate is taken from it, within the transaction: is it the
 * one that is known? Reader and card may have been exchanged without a trace. Unless that was seen
 * just now, or a connection has been kept, the card is asked for what it showed first.
 * JPKI_ERR_NO_CARD if it is another one.
 */
int transaction_confirm_card(struct reader *reader);

/*
 * Within a transaction that trusts that the application is selected: is it? A certificate that is
 * known tells.
 */
bool transaction_still_selected(struct reader *reader);

/* Within a transaction of any kind: see to it that the application is selected. */
int transaction_prove_selected(struct reader *reader);

/* Within a transaction that has selected it: is that certificate another one? */
bool transaction_is_other_card(struct reader *reader);

#endif
