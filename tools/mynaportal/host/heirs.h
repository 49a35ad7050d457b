/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes that the process of a request leaves behind: its guard (libjpki), which locks the
 * card, and, if it has crashed, the window that it had open. */
#ifndef JPKI_PORTAL_HEIRS_H
#define JPKI_PORTAL_HEIRS_H

/* From now on, such processes become children of this process. */
void heirs_take(void);

/* End them all, except guards. The caller has no other children. */
void heirs_end(void);

/* Reap those that have ended. The caller has no other children. */
void heirs_reap(void);

#endif
