/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether an extension is in the profiles of a browser: in what the browser has written there. An
 * add-on that Firefox has for the time alone is in no file, and is not seen. */
#ifndef JPKI_TOOL_PORTAL_EXTENSION_H
#define JPKI_TOOL_PORTAL_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>

#include "portal_browsers.h"

/* A profile that has it. */
struct portal_place {
	char *profile; /* its name */
	bool enabled;
};

struct portal_places {
	struct portal_place *rows;
	size_t count;
};

/* Our extension, as a browser of that kind names it. */
const char *portal_extension_id(enum portal_kind kind);

/* The profiles that have the extension of this name. What cannot be read has none; it was told if
 * it is a file. To be freed. */
void portal_extension_find(
    struct portal_places *places, const struct portal_browser *browser, const char *id);
void portal_places_free(struct portal_places *places);

#endif
