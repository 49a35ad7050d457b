/* SPDX-License-Identifier: BSD-2-Clause */
/* Ids of extensions that may start the program, in the forms of --official and of a manifest. */
#ifndef JPKI_TOOL_PORTAL_IDS_H
#define JPKI_TOOL_PORTAL_IDS_H

#include <jansson.h>
#include <stdbool.h>

/* The kind of a browser: each has its own ids of extensions. */
enum portal_kind {
	PORTAL_MOZILLA,
	PORTAL_CHROMIUM,
};

/* Whether it is a list of ids, separated by commas, as browsers show them: 32 letters a to p
 * (Chromium), or what Firefox accepts, such as "name@place". */
bool portal_ids_are_good(const char *list);

/* The ids of the list for a browser of that kind, in the form of its manifest. The caller frees
 * them (json_decref). */
json_t *portal_ids_listed(const char *list, enum portal_kind kind);

/* One id of that kind in the form of a manifest. The caller frees it (json_decref). */
json_t *portal_id_in_manifest(const char *id, enum portal_kind kind);

/* The id, from its form in a manifest; the caller frees it. */
char *portal_id_of(const char *in_manifest);

#endif
