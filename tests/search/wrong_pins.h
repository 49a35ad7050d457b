/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_WRONG_PINS_H
#define SEARCH_WRONG_PINS_H

#include <stdbool.h>

#include <jpki/pin.h>

/*
 * What a card has refused since it was put in: for each key the PINs, and the tries that the card
 * said were left. Kept with the card and not with the module, which is to know it past its end.
 */

void wrong_pins_reset(void);

/* The card answered the module so; it has heard that when it goes on (wrong_pins_settle). */
void wrong_pins_note(int card, enum jpki_role role, const char *pin, unsigned tries, bool truthful);
void wrong_pins_forget(int card, enum jpki_role role);
/*
 * A PIN leaves for a card, wherever it comes to; and its answer was lost on its way, or was none:
 * if the card has a try less than it said before, it may have refused it.
 */
void wrong_pins_sent(int card, enum jpki_role role, const char *pin);
void wrong_pins_unheard(void);
void wrong_pins_settle(void);

/* The card, or a fault, said something of the tries that may not be so. */
void wrong_pins_doubt(int card, enum jpki_role role);
/* Has a count gone up? Then what was refused may be right now. */
void wrong_pins_follow(void);
/* The card was taken out. */
void wrong_pins_gone(int card);

/* Must the PIN not be sent any more? */
bool wrong_pins_holds(int card, enum jpki_role role, const char *pin);
/* May it be called wrong without the card? */
bool wrong_pins_known(int card, enum jpki_role role, const char *pin);

#endif
