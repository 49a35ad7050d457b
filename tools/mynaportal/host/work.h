/* SPDX-License-Identifier: BSD-2-Clause */
/* Do a request, with the card and a person, in a process that does nothing else. */
#ifndef JPKI_PORTAL_WORK_H
#define JPKI_PORTAL_WORK_H

#include <jansson.h>

#include "request.h"

/* Returns the answer, which the caller frees (json_decref()); *word is the result. The card is
 * locked again by then. `terminal`: see window.h. */
json_t *work_do(const struct request *request, const char *terminal, enum word *word);

#endif
