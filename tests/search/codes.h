/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_CODES_H
#define SEARCH_CODES_H

#include <stdbool.h>

#include "token/cryptoki.h"

/* May the function answer that? Coarse: what the specification lists for it. */
bool code_allowed(const char *function, CK_RV rv);

#endif
