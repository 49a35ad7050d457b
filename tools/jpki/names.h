/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of keys, PINs and cards. All strings are constant. */
#ifndef JPKI_TOOL_NAMES_H
#define JPKI_TOOL_NAMES_H

#include <stdbool.h>

#include <jpki/jpki.h>

/* The name of a key, in the person's language. */
const char *name_of_key(enum jpki_role role);
/* The name of a key within a sentence. */
const char *name_of_key_within(enum jpki_role role);
/* The name of its PIN. */
const char *name_of_pin(enum jpki_role role);
/* The name of the PINs of these keys (JPKI_ROLE bits, at least one). */
const char *name_of_pins(unsigned roles);
/* The name of what is in a reader. */
const char *name_of_holds(enum jpki_holds holds);

/* The words for scripts: "auth", "sign"; "card", "android" and so on. */
const char *word_of_key(enum jpki_role role);
const char *word_of_holds(enum jpki_holds holds);

/* Does it have keys? */
bool holds_keys(enum jpki_holds holds);

/* The key for "auth" or "sign"; false for another word. */
bool key_of_word(const char *word, enum jpki_role *role);

#endif
