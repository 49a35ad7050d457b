/* SPDX-License-Identifier: BSD-2-Clause */
/* What has gone wrong with a card, said to a person: what happened, whether a try was spent, what
 * to do. One row of a table for each error of libjpki, and for each thing that is no card. */
#ifndef JPKI_TOOL_TROUBLE_H
#define JPKI_TOOL_TROUBLE_H

#include <stdbool.h>

#include <jpki/jpki.h>

/* Tell of an error on standard error, and what to do; the exit status for it. */
int trouble_tell(int error);

/* The same for what is in a reader instead of a card that has keys. */
int trouble_tell_holds(enum jpki_holds holds);

/* The same of whatever went wrong after a PIN of this key was given: with whether that has cost a
 * try, and how many are left, which the card is asked for. */
int trouble_tell_pin(uint64_t card, enum jpki_role role, int error, enum jpki_try spent);

/* The service for card readers takes connections, and never answers. */
int trouble_tell_silent(void);

/* The card was taken out while a person was asked: no try was spent; also if it is in again. */
int trouble_tell_taken_out(void);

/* What a person can do about a PIN that is blocked, translated. The other PIN of the card may serve
 * to set it anew, unless it is known that it is blocked too, or that there is none. */
const char *trouble_blocked_advice(bool other_may_help);

/* The sentence and the advice alone, translated; NULL where there is no advice. */
const char *trouble_sentence(int error);
const char *trouble_advice(int error);

/* What is in a reader as an error; JPKI_OK if it is a card with keys. */
int trouble_of_holds(enum jpki_holds holds);

/* One word for scripts, as "no-service": for --json. */
const char *trouble_word(int error);

#endif
