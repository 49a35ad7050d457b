/* SPDX-License-Identifier: BSD-2-Clause */
/* What the process of a request leaves behind: its guard (libjpki), which locks the card, and, when
 * it has died, the window that it had open. */
#ifndef JPKI_PORTAL_HEIRS_H
#define JPKI_PORTAL_HEIRS_H

/* From now on, what is left behind becomes a child of this process. */
void heirs_take(void);

/* End all that was left behind, except guards. There are no other children. */
void heirs_end(void);

/* Have done with those that have ended. There are no other children. */
void heirs_reap(void);

#endif
