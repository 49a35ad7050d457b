/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds an extension in the profiles of a browser, by the files that the browser has written. A
 * temporary add-on of Firefox is in no file, and is not found. */
#ifndef JPKI_TOOL_PORTAL_EXTENSION_H
#define JPKI_TOOL_PORTAL_EXTENSION_H

#include <stdbool.h>
#include <stddef.h>

#include "portal_browsers.h"

/* A profile that has the extension. */
struct portal_place {
	char *profile; /* its name */
	bool enabled;
	bool packaged; /* the browser has it from a folder for all users, and lists it here */
	bool there;    /* and its files are there, by the path in that list */
	bool barred;   /* such a one that may work on no site yet */
};

struct portal_places {
	struct portal_place *rows;
	size_t count;
};

/* The id of our extension in a browser of that kind. */
const char *portal_extension_id(enum portal_kind kind);

/* Find the profiles that have the extension with this id. A profile that cannot be read counts as
 * not having it; for a file that was told. The caller frees *places. */
void portal_extension_find(
    struct portal_places *places, const struct portal_browser *browser, const char *id);
void portal_places_free(struct portal_places *places);

#endif
