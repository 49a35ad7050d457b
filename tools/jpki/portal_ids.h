/* SPDX-License-Identifier: BSD-2-Clause */
/* Extensions that may start the program, as --official and a manifest name them. */
#ifndef JPKI_TOOL_PORTAL_IDS_H
#define JPKI_TOOL_PORTAL_IDS_H

#include <jansson.h>
#include <stdbool.h>

/* What kind a browser is of: extensions have names of its own there. */
enum portal_kind {
	PORTAL_MOZILLA,
	PORTAL_CHROMIUM,
};

/* Whether it is a list of names, with commas between them, as browsers show them: 32 letters a to p
 * (Chromium), or what Firefox takes, as "name@place". */
bool portal_ids_are_good(const char *list);

/* Those of it that a browser of that kind has, as its manifest has them; to be given back. */
json_t *portal_ids_listed(const char *list, enum portal_kind kind);

/* The same for one, of that kind. */
json_t *portal_id_in_manifest(const char *id, enum portal_kind kind);

/* The name again, of one as the manifest has it; to be freed. */
char *portal_id_of(const char *in_manifest);

#endif
