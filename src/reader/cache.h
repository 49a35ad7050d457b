/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_CACHE_H
#define READER_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "reader/reader.h"

/*
 * Data of a card that does not change is read once and kept in files of the user (base/store.h): EF
 * 0006, whether there is a signature certificate, the authentication certificate, both CA
 * certificates, and which forms of commands the card takes. All of it is public. The signature
 * certificate, which names a person, and anything that needs a PIN, are never stored.
 *
 * A file is valid for a card whose authentication certificate begins with the same 256 bytes, and
 * for CACHE_AGE_S (seconds) from the first writing. A wrong file costs no more than reading the
 * card.
 *
 * One more file for each model says what cards of that model have refused.
 */

#define CACHE_CARDS_MAX 32
#define CACHE_AGE_S ((time_t)90 * 24 * 3600)

/*
 * Call it when the first block of the authentication certificate has been read. Fills in what the
 * file has of this card: EF 0006, what EF 0008 says of the signature certificate, bytes of
 * certificates, forms of commands. False if the card is not known, or the cache is off by a
 * setting.
 */
bool cache_recall(struct reader *reader);

/*
 * Write what is known of the card, if that is more than what was read from the file. What other
 * programs have written meanwhile is kept, and taken over here.
 */
void cache_keep(struct reader *reader);

/*
 * Remove the file of this card, because it was wrong. Call it before the first bytes of the
 * authentication certificate are discarded: they name the file.
 */
void cache_drop(struct reader *reader);

/* Has a card of this model refused PSS with that key? Note that one has. */
bool cache_refuses_pss(const char *model, enum jpki_role role);
void cache_note_pss_refused(const char *model, enum jpki_role role);

/* A file, to be shown. */
struct cached {
	bool of_model; /* the file of a model; else of one card */
	time_t written;
	char model[17], serial[17];
	bool certificate;    /* the whole authentication certificate */
	bool ca[JPKI_ROLES]; /* the whole CA certificate of each role */
	bool refuses_pss[JPKI_ROLES];
};

/* Call `each` for each valid file, until it returns false. */
void cache_each(bool (*each)(const struct cached *cached, void *context), void *context);

/*
 * Remove all our files in the folder. Returns the number of cards and models removed; *done is
 * false if a file could not be removed.
 */
unsigned cache_clear(bool *done);

#endif
