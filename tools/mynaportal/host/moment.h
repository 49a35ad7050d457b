/* SPDX-License-Identifier: BSD-2-Clause */
/* What ends the process of a request from outside, while a person is asked and after that. */
#ifndef JPKI_PORTAL_MOMENT_H
#define JPKI_PORTAL_MOMENT_H

#include <stdbool.h>

/* A window may open now: if the process above ends, SIGTERM comes, of which pinentry.h makes an end
 * of the window. A person may take any time. False: the system cannot. */
bool moment_of_window(void);

/* The PIN is there, and the card may be open from now on: if the process above ends, SIGKILL comes,
 * which also ends one that was stopped; and after so many seconds SIGALRM, if a service does not
 * answer. In either case libjpki's guard locks the card. False: the system cannot. */
bool moment_of_card(unsigned seconds);

/* The card is locked, and the answer is there. */
void moment_over(void);

#endif
