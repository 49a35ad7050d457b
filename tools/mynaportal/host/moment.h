/* SPDX-License-Identifier: BSD-2-Clause */
/* What ends the process of a request from outside, while a person is asked for the PIN and after
 * that. */
#ifndef JPKI_PORTAL_MOMENT_H
#define JPKI_PORTAL_MOMENT_H

#include <stdbool.h>

/* A window may open from now on, for any time: if the parent process ends, this one gets SIGTERM,
 * at which pinentry.h closes the window. False if the system cannot do that. */
bool moment_of_window(void);

/* The PIN has been given, and the card may be unlocked from now on. If the parent process ends,
 * this one gets SIGKILL, even if it was stopped; and SIGALRM after `seconds`, in case the service
 * does not answer. In both cases libjpki's guard locks the card. False if the system cannot do
 * that. */
bool moment_of_card(unsigned seconds);

/* The card is locked and the answer is ready: cancel the SIGALRM. */
void moment_over(void);

#endif
