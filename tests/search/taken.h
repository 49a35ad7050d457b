/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_TAKEN_H
#define SEARCH_TAKEN_H

#include <stdbool.h>

/* What stands in the module's own data of a reader. */

/* Has it a share in the card of that reader, so that others may leave that to it? */
bool taken_share(const char *reader);

#endif
