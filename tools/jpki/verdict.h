/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_VERDICT_H
#define JPKI_TOOL_VERDICT_H

#include <stdbool.h>

#include "state.h"

/* The one thing that matters most of a card. */
struct verdict {
	bool is_bad;	    /* something cannot be used */
	char *line;	    /* to be freed */
	const char *advice; /* translated, or NULL */
};

struct verdict verdict_of_card(const struct card_state *state);

#endif
