/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_CACHE_H
#define READER_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "reader/reader.h"

/*
 * What does not change on a card is read from it once, and kept in files of this user's own
 * (base/store.h): EF 0006, that there is a signature certificate, the authentication certificate,
 * the certificates of both authorities, and which commands it takes. All of it is public. The
 * signature certificate, which tells of a person, and whatever a PIN was needed for, never come
 * here.
 *
 * A file is good for a card whose authentication certificate begins with the same 256 bytes, and
 * for CACHE_AGE_S from the first writing. What is wrong with it costs no more than the reading.
 *
 * Another file per model has what cards of that model have refused.
 */

#define CACHE_CARDS_MAX 32
#define CACHE_AGE_S ((time_t)90 * 24 * 3600)

/*
 * The first block of the authentication certificate has been read: fill in what is known of this
 * card: EF 0006, what EF 0008 told of the signature certificate, the bytes of certificates. False
 * if it is not known, or a setting has it so.
 */
bool cache_recall(struct reader *reader);

/*
 * Write what is known of the card now, if that is more than is written already. What other programs
 * have read of it meanwhile stays, and is known here from now on.
 */
void cache_keep(struct reader *reader);

/*
 * What it said of this card was wrong. To be called before the first bytes of the authentication
 * certificate are thrown away: they tell which file it is.
 */
void cache_drop(struct reader *reader);

/* Has a card of this model refused PSS with that key; it has now. */
bool cache_refuses_pss(const char *model, enum jpki_role role);
void cache_note_pss_refused(const char *model, enum jpki_role role);

/* A file, to be shown. */
struct cached {
	bool of_model; /* of what a model refuses; else of one card */
	time_t written;
	char model[17], serial[17];
	bool certificate;    /* the whole authentication certificate */
	bool ca[JPKI_ROLES]; /* its authority's, and the other one's */
	bool refuses_pss[JPKI_ROLES];
};

/* Call that for each file that is of use; false ends it. */
void cache_each(bool (*each)(const struct cached *cached, void *context), void *context);

/*
 * Remove all of ours that is in the folder. Returns of how many cards and models it was; *done is
 * false if something stays.
 */
unsigned cache_clear(bool *done);

#endif
