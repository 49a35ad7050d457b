/* SPDX-License-Identifier: BSD-2-Clause */
/* The sites that may ask. */
#ifndef JPKI_PORTAL_ORIGIN_H
#define JPKI_PORTAL_ORIGIN_H

#include <stdbool.h>

/* Is it a site of the list: one that is built in, or one of portal.conf (the system's, then the
 * person's own)? As a browser writes an origin (HTML, 7.1.1): "https://host", lower case, with a
 * port where that is not 443, and nothing behind it. */
bool origin_is_listed(const char *origin);

/* Is it written like that? */
bool origin_is_written_well(const char *origin);

#endif
