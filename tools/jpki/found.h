/* SPDX-License-Identifier: BSD-2-Clause */
/* The card that a verb uses. */
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

/* Start libjpki, with both keys; jpki_stop ends it. STATUS_DONE, or what went wrong was told. */
int found_start(void);

/* Start libjpki and find the only card that has keys, in the reader of --reader if that is given.
 * STATUS_DONE. If there is none, or more than one, that was told, and what to do. */
int found_card(const struct words *words, struct found *found);

/* Whether --reader means a reader of this name: the option is the name or a part of it, regardless
 * of case. Without the option every reader is meant. */
bool found_is_meant(const struct words *words, const char *name);

/* Of the contents of two readers, neither with keys: does the first say more about why there is no
 * card to use? */
bool found_tells_more(enum jpki_holds one, enum jpki_holds other);

/* Tell that there is no reader, or none of `readers` that is meant. Returns the exit status. */
int found_tell_no_reader(const struct words *words, size_t readers);

#endif
