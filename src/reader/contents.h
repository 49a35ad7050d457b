/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_CONTENTS_H
#define READER_CONTENTS_H

#include "reader/reader.h"

/*
 * The contents of the card: what kind it is, its certificates, the tries left. Each is read when it
 * is first needed, and only once.
 *
 * Besides the errors that each function names, those that may read from the card return any error
 * of the way to it (jpki/error.h, -10 to -29), JPKI_ERR_STATUS if it gives an unexpected answer,
 * and JPKI_ERR_MEMORY.
 */

/*
 * The key, or NULL if the card that is there has none for that role. Asks the card what it is, once
 * after it was put in.
 */
struct key *contents_key(struct reader *reader, enum jpki_role role);

/*
 * The parsed certificate, read from the card in a transaction of its own unless it is known.
 * JPKI_OK: *certificate belongs to the key. JPKI_ERR_NOT_FOUND if the card has none,
 * JPKI_ERR_NOT_VERIFIED if it needs a login, JPKI_ERR_DATA if it is no X.509 certificate or not for
 * RSA of 2048 bits, JPKI_ERR_NOT_JPKI if the application cannot be selected any more.
 */
int contents_certificate(struct reader *reader, enum jpki_role role, enum jpki_certificate which,
    struct certificate **certificate);

/*
 * Read and parse the certificate unless that is done, within a transaction that has selected the
 * application. JPKI_OK; JPKI_ERR_NO_CARD if it is another card than the one that is known;
 * JPKI_ERR_NOT_FOUND if the card has none; JPKI_ERR_NOT_VERIFIED if it needs a login; JPKI_ERR_DATA
 * if it is no X.509 certificate or not for RSA of 2048 bits.
 */
int contents_load_certificate(
    struct reader *reader, enum jpki_role role, enum jpki_certificate which);

/*
 * Read the certificate up to the end of the public key, unless that is known, within a transaction
 * that has selected the application. JPKI_OK; JPKI_ERR_NO_CARD if it is another card than the one
 * that is known; JPKI_ERR_NOT_FOUND if the card has no such certificate; JPKI_ERR_NOT_VERIFIED if
 * it needs a login; JPKI_ERR_DATA if there is no RSA key of 2048 bits in it. After JPKI_OK,
 * contents_public_key returns the key, which stays owned by `key`; before, it returns NULL.
 */
int contents_load_public_key(struct reader *reader, enum jpki_role role);
const struct certificate *contents_public_key(const struct key *key);

/* Is the public key known without asking the card? If so, contents_public_key returns it. */
bool contents_knows_public_key(struct reader *reader, enum jpki_role role);

/*
 * Is a key's own certificate available now, from memory or from the card? A private one is not if
 * the card was locked (after a signature with a context-specific login) before anybody asked for
 * it.
 */
bool contents_has_certificate(const struct key *key);

/*
 * The tries left of a PIN of a key, to be shown, in *tries; asks the card, in a transaction of its
 * own, if its last answer is too old for that. JPKI_OK, or an error: then *tries, which is set
 * always, is the last known count, or 0.
 */
int contents_tries(struct reader *reader, enum jpki_role role, unsigned *tries);

/*
 * Bring the tries left of a PIN in reader->tries up to date, to act on them, within a transaction
 * that has selected the application of the PIN. With `now` the card is asked in any case; without,
 * only if its last answer is not recent. JPKI_OK; the errors are those of jpki_card_tries.
 */
int contents_ask_tries(struct reader *reader, enum jpki_role role, bool now);

/* Note what the card said about the tries. */
void contents_set_tries(struct reader *reader, enum jpki_role role, unsigned tries);

/* Is the card's last answer about the tries recent enough to be shown? */
bool contents_shows_tries(const struct reader *reader, enum jpki_role role);

/* Do we offer PSS for the key? A setting decides, or else what the card has answered. */
bool contents_offers_pss(const struct key *key);

#endif
