/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_TRANSACTION_H
#define READER_TRANSACTION_H

#include "reader/reader.h"

/*
 * Transactions with the known card, and no other. If the card is gone, it is forgotten
 * (presence.h).
 */

/* How long to wait for another program that uses the card, in ms. */
enum patience {
	PATIENCE_SHOWN = 100,	 /* for what is only shown, and was known before */
	PATIENCE_FIRST = 15000,	 /* for what was never known; used only once */
	PATIENCE_PERSON = 15000, /* a person asked for it: a login, a signature */
};

/*
 * The functions that begin a transaction return JPKI_OK, or else no transaction has begun:
 * JPKI_ERR_NO_CARD, also if the card came after the last poll, because it is not the one that is
 * known; JPKI_ERR_HELD if another program did not let go of it in time; JPKI_ERR_NOT_JPKI or
 * JPKI_ERR_STATUS if the application could not be selected; JPKI_ERR_MEMORY; or any other error of
 * the way to the card (jpki/error.h, -10 to -29). A login is lost if the card turns out to have
 * been reset, so callers check for a login after they have begun.
 */

/* Begin as `how` says. Ends a transaction that still lasts (transaction_end_soon). */
int transaction_begin(struct reader *reader, enum jpki_begin how, enum patience patience);

/*
 * Begin for work that does not need a PIN, with the application selected. Continues a transaction
 * that still lasts for a moment (transaction_end_soon). While a key is unlocked, selects only if
 * necessary, since selecting may end a login on some cards (F-SELECT-CLEARS).
 */
int transaction_begin_reading(struct reader *reader, enum patience patience);

/*
 * Begin for the first signature, which often follows the login: continues the login's transaction,
 * or begins one that trusts that the application is still selected.
 */
int transaction_begin_signing(struct reader *reader, enum patience patience);

/*
 * End the transaction. `result` is the result of the caller's work, and is returned; except that
 * JPKI_ERR_NO_CARD, JPKI_ERR_NO_READER or JPKI_ERR_NO_SERVICE is returned if the card, the reader
 * or the service turns out to be gone: then the card is forgotten.
 */
int transaction_end(struct reader *reader, int result);

/*
 * If `result` is an error, this is transaction_end. After JPKI_OK the transaction lasts for a
 * moment more (transaction_linger_ms): programs ask several questions in a row, and while no other
 * program can reach the card, no further SELECT is needed. The transaction ends before any other
 * one, before a fork (library.c), and when its time is over (linger_until). Returns what
 * transaction_end does.
 */
int transaction_end_soon(struct reader *reader, int result);

/*
 * After a signature: transaction_end_soon if there is a certificate left that only the login's
 * transaction can read, else transaction_end. Returns what they return.
 */
int transaction_end_signing(struct reader *reader, int result);

/* End what has expired: the transaction (linger_until), the connection (kept_until). */
void transaction_expire(struct reader *reader);

/* End the transaction that still lasts, if there is one; transaction_read_private comes first. */
void transaction_stop_lingering(struct reader *reader);

/* End it without reading anything: the PIN is about to be given again. */
void transaction_break_off(struct reader *reader);

/*
 * Is the connection kept without a login? It is kept for some seconds after a transaction, until
 * kept_until, unless transaction_linger_ms is 0.
 */
bool transaction_is_kept(const struct reader *reader);
/* End the transaction that still lasts, and the connection unless there is a login. */
void transaction_let_go(struct reader *reader);

/*
 * Within a transaction that has selected the application: read what can be read only now, the
 * certificate of a key that is unlocked, unless it is known. JPKI_OK, also if the card gives none;
 * or an error of the way to the card (transaction_way_failed).
 */
int transaction_read_private(struct reader *reader);

/*
 * Is it an error of the way to the card, or one made before anything was sent, and not an answer of
 * the card?
 */
bool transaction_way_failed(int error);

/*
 * How long a transaction lasts after its work, in ms. Set by tests: with 0 each question has a
 * connection and a transaction of its own, which begins with SELECT.
 */
extern uint64_t transaction_linger_ms;

/*
 * Before a PIN is sent to a card, or a certificate is read from it, within the transaction: is it
 * the card that is known? Reader and card may have been exchanged unnoticed. Unless the card was
 * used just now, or the connection has been kept, the bytes that identify it are read once more.
 * JPKI_OK; JPKI_ERR_NO_CARD if it is another one; JPKI_ERR_DATA or JPKI_ERR_STATUS if what it
 * answers makes no sense; or an error of the way to it.
 */
int transaction_confirm_card(struct reader *reader);

/*
 * Within a transaction that trusts that the application is selected: is it? Compares the beginning
 * of a certificate that is known; false also if there is none, or it cannot be read.
 */
bool transaction_still_selected(struct reader *reader);

/*
 * Within a transaction of any kind: select the application, unless it is selected. JPKI_OK,
 * JPKI_ERR_NOT_JPKI, JPKI_ERR_STATUS, or an error of the way to the card.
 */
int transaction_prove_selected(struct reader *reader);

/*
 * Within a transaction that has selected the application: is it another card, by the beginning of a
 * certificate that is known? False also if there is none, or it cannot be read.
 */
bool transaction_is_other_card(struct reader *reader);

#endif
