/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_PROGRAMS_H
#define SEARCH_PROGRAMS_H

#include <stdbool.h>

/*
 * Other programs of the same user that have the module, too: they log in, sign, end and are killed
 * as it would have them do (reader/login.h, lock.h, share.h, jpki-guard), each with a service,
 * a connection and an open file of locks of its own. They act as events do (others.c).
 */

void programs_reset(void);

/* One of them goes on: logs in, signs, ends, is killed, or its guard comes. */
void programs_act(int place, unsigned number);
/* One signs with the signature key, and locks the card after it, or is killed before that. */
void programs_sign_alone(int place, unsigned number);
/* One is given a wrong PIN. */
void programs_refused(int place, unsigned number);

/* Those whose card is gone see it. */
void programs_look(void);
/* All end, and the guards of those that were killed come. */
void programs_end(void);
/* The power of a card was cut by somebody else. */
void programs_power_cut(int card);
/* A card was given a wrong PIN of the authentication key, and may have forgotten the right one. */
void programs_forgotten(int card);

/* Is one of them there in a place, or does one have the card unlocked, as far as it knows? */
bool programs_at(int place);
bool programs_hold(int card);
/* Is one logged in for certain with the authentication key? */
bool programs_surely_logged_in(int card);

#endif
