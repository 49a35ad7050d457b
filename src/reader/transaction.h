/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_TRANSACTION_H
#define READER_TRANSACTION_H

#include "reader/reader.h"

/*
 * Transactions with the card that is known, and no other. Both functions, when they find the card
 * gone, forget it (presence.h).
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
 * The same for what does not need a PIN, while there may be a login: selecting may cost that on
 * some cards (card-facts: C), so look first whether it is necessary.
 */
int transaction_begin_keeping_login(struct reader *reader, enum patience patience);

/*
 * End. Takes what the caller's work came to, and returns it, or what happened to the card if that
 * is worse.
 */
int transaction_end(struct reader *reader, int result);

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

/* Within a transaction that has selected it: is that certificate another one? */
bool transaction_is_other_card(struct reader *reader);

#endif
