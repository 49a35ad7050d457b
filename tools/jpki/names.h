/* SPDX-License-Identifier: BSD-2-Clause */
/* What keys, PINs and cards are called. */
#ifndef JPKI_TOOL_NAMES_H
#define JPKI_TOOL_NAMES_H

#include <stdbool.h>

#include <jpki/jpki.h>

/* Of a key, in the person's language. */
const char *name_of_key(enum jpki_role role);
/* The same within a sentence. */
const char *name_of_key_within(enum jpki_role role);
/* Of its PIN. */
const char *name_of_pin(enum jpki_role role);
/* Of the PINs of these keys, JPKI_ROLE bits, not none. */
const char *name_of_pins(unsigned roles);
/* What is in a reader. */
const char *name_of_holds(enum jpki_holds holds);

/* The words of scripts: "auth", "sign"; "card", "android" and so on. */
const char *word_of_key(enum jpki_role role);
const char *word_of_holds(enum jpki_holds holds);

/* Is it something that has keys? */
bool holds_keys(enum jpki_holds holds);

/* The key for "auth" or "sign"; false for another word. */
bool key_of_word(const char *word, enum jpki_role *role);

#endif
