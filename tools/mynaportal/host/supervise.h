/* SPDX-License-Identifier: BSD-2-Clause */
/* Native messaging on standard input and output, until the browser goes. */
#ifndef JPKI_PORTAL_SUPERVISE_H
#define JPKI_PORTAL_SUPERVISE_H

#include "caller.h"

/* Answer the requests of this extension. Returns the exit status. */
int supervise(enum caller caller);

/* Do one request, as of a page with this origin, from a terminal, and print the answer. Returns
 * the exit status. */
int supervise_one(const char *origin, const char *message);

#endif
