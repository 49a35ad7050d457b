/* SPDX-License-Identifier: BSD-2-Clause */
/* Native messaging on standard input and output, until the browser goes. */
#ifndef JPKI_PORTAL_SUPERVISE_H
#define JPKI_PORTAL_SUPERVISE_H

#include "caller.h"

/* Answer what this extension asks; an exit status. */
int supervise(enum caller caller);

/* One request of a page with this origin, from a terminal: the answer is printed. An exit status.
 */
int supervise_one(const char *origin, const char *message);

#endif
