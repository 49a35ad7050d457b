/* SPDX-License-Identifier: BSD-2-Clause */
/* Do what is asked for, with the card and a person: in a process that does nothing else. */
#ifndef JPKI_PORTAL_WORK_H
#define JPKI_PORTAL_WORK_H

#include <jansson.h>

#include "request.h"

/* The answer, to be given back (json_decref()); *word is what has become of it. The card is locked
 * again by then. `terminal`: window.h. */
json_t *work_do(const struct request *request, const char *terminal, enum word *word);

#endif
