/* SPDX-License-Identifier: BSD-2-Clause */
/* The sites that may make requests. */
#ifndef JPKI_PORTAL_ORIGIN_H
#define JPKI_PORTAL_ORIGIN_H

#include <stdbool.h>

/* May this site make requests? Yes if it is built in, or in portal.conf (the system's, then the
 * user's). An origin is written as browsers do (HTML, 7.1.1): "https://host", in lower case, with
 * a port unless that is 443, and nothing after it. */
bool origin_is_listed(const char *origin);

/* Is it an origin in that form? */
bool origin_is_written_well(const char *origin);

#endif
