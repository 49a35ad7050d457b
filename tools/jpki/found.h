/* SPDX-License-Identifier: BSD-2-Clause */
/* The card that a verb is about. */
#ifndef JPKI_TOOL_FOUND_H
#define JPKI_TOOL_FOUND_H

#include <jpki/jpki.h>

#include "verb.h"

struct found {
	char reader[JPKI_READER_NAME_SIZE];
	enum jpki_holds holds;
	uint64_t card;
	unsigned keys; /* JPKI_ROLE bits */
};

/* Start libjpki, with both keys. STATUS_DONE, or what went wrong was told. */
int found_start(void);

/* Start it and find the one card that has keys, in the reader of --reader if that is given. If
 * there is none, or more than one, that was told, and what to do. */
int found_card(const struct words *words, struct found *found);

/* Whether a reader is meant by --reader: its name is that, or that is a part of it, in capitals or
 * not. Every reader is, if the option is not given. */
bool found_is_meant(const struct words *words, const char *name);

/* Of what is in two readers, none of it with keys: does the first tell more of why there is no card
 * to use? */
bool found_tells_more(enum jpki_holds one, enum jpki_holds other);

/* Tell that there is no reader, or, of so many, none that is meant; the exit status. */
int found_tell_no_reader(const struct words *words, size_t readers);

#endif
