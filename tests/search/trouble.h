/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_TROUBLE_H
#define SEARCH_TROUBLE_H

#include <stdbool.h>

/* Does a fault, an error or an event wait, or does another program hold a card? */
bool trouble_waits(void);
/* Does the module have a transaction with the card in a place? */
bool trouble_in_transaction(int place);
/* Nothing waits any more. */
void trouble_clear(void);
/*
 * Whether readers come back with another card, unseen: the model cannot tell what the module
 * notices of that, so only a mutant is looked for in this way.
 */
void others_exchange_readers(bool may);
/* The sequence is over: all other programs end. */
void others_end(void);
/* A fault took the card out of its reader. */
void trouble_ejected(int card);

#endif
