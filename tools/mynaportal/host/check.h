/* SPDX-License-Identifier: BSD-2-Clause */
/* The check of the extension's own page: is everything there that is needed? */
#ifndef JPKI_PORTAL_CHECK_H
#define JPKI_PORTAL_CHECK_H

#include <jansson.h>

/* The answer to a check. `started` is the result of jpki_start(). It contains no personal data.
 * The caller owns it. */
json_t *check_answer(int started);

#endif
