/* SPDX-License-Identifier: BSD-2-Clause */
/* How things are, for the extension's own page: is there all that is needed? */
#ifndef JPKI_PORTAL_CHECK_H
#define JPKI_PORTAL_CHECK_H

#include <jansson.h>

/* Words alone, by what jpki_start() has said. */
json_t *check_answer(int started);

#endif
