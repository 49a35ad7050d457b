/* SPDX-License-Identifier: BSD-2-Clause */
/* Tells a person what is wrong with a card: what happened, whether a try was spent, what to do.
 * One table has a row for each error of libjpki, and for each content of a reader that is not a
 * card with keys. */
#ifndef JPKI_TOOL_TROUBLE_H
#define JPKI_TOOL_TROUBLE_H

#include <stdbool.h>

#include <jpki/jpki.h>

/* Tell an error, and what to do, on standard error. Returns the exit status for it. */
int trouble_tell(int error);

/* Tell that this is in a reader in place of a card with keys. Returns the exit status for it. */
int trouble_tell_holds(enum jpki_holds holds);

/* Tell an error after a PIN of this key was given: also whether that has cost a try, and how many
 * are left, for which the card is asked. Returns the exit status. */
int trouble_tell_pin(uint64_t card, enum jpki_role role, int error, enum jpki_try spent);

/* Tell that the PC/SC service accepts connections but never answers. Returns the exit status. */
int trouble_tell_silent(void);

/* Tell that the card was taken out while the person was asked, even if it is back: no try was
 * spent. Returns the exit status. */
int trouble_tell_taken_out(void);

/* What a person can do about a blocked PIN, translated. The card's other PIN may help to set it
 * again, unless it is known to be blocked too, or there is none. */
const char *trouble_blocked_advice(bool other_may_help);

/* Only the sentence, and only the advice, translated; NULL if there is no advice. */
const char *trouble_sentence(int error);
const char *trouble_advice(int error);

/* The error for what is in a reader; JPKI_OK for a card with keys. */
int trouble_of_holds(enum jpki_holds holds);

/* A word for scripts, such as "no-service", for --json. */
const char *trouble_word(int error);

#endif
