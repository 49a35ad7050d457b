/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_CONTENTS_H
#define READER_CONTENTS_H

#include "reader/reader.h"

/*
 * What is on the card: what it is, its certificates, the tries that are left. Nothing is read
 * before somebody needs it, and nothing twice.
 */

/*
 * The key, or NULL if the card that is there has none for that role. Asks the card what it is, once
 * after it was put in.
 */
struct key *contents_key(struct reader *reader, enum jpki_role role);

/* The parsed certificate; read from the card if need be. It belongs to the key. */
int contents_certificate(struct reader *reader, enum jpki_role role, enum jpki_certificate which,
    struct certificate **certificate);

/* The same within a transaction that began with a select. */
int contents_load_certificate(
    struct reader *reader, enum jpki_role role, enum jpki_certificate which);

/*
 * As little of the certificate as has the public key, within a transaction that has selected the
 * application, unless it is known already; then contents_public_key gives it, before that NULL. It
 * belongs to the key.
 */
int contents_load_public_key(struct reader *reader, enum jpki_role role);
const struct certificate *contents_public_key(const struct key *key);

/* Is it to be had without the card? Then contents_public_key gives it. */
bool contents_knows_public_key(struct reader *reader, enum jpki_role role);

/*
 * Is a key's own certificate to be had? A private one that nobody has asked for is left on the card
 * when a signature with a PIN of its own is made right after the login.
 */
bool contents_has_certificate(const struct key *key);

/* Tries left of a PIN, to be shown; asks the card if what it said last is too old for that. */
int contents_tries(struct reader *reader, enum jpki_role role, unsigned *tries);

/*
 * The same to act on, within a transaction that has selected the application of the PIN: what is
 * known if it is recent, unless `now`.
 */
int contents_ask_tries(struct reader *reader, enum jpki_role role, bool now);

/* Note what the card said about the tries. */
void contents_set_tries(struct reader *reader, enum jpki_role role, unsigned tries);

/* Is what it said last recent enough to be shown? */
bool contents_shows_tries(const struct reader *reader, enum jpki_role role);

/* Does the key sign with PSS? The card decides, unless a setting does. */
bool contents_offers_pss(const struct key *key);

#endif
