/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_VERDICT_H
#define JPKI_TOOL_VERDICT_H

#include <stdbool.h>

#include "state.h"

/* The most important thing to say about a card. */
struct verdict {
	bool is_bad;	    /* something cannot be used */
	char *line;	    /* the caller frees it */
	const char *advice; /* translated, or NULL */
};

struct verdict verdict_of_card(const struct card_state *state);

#endif
