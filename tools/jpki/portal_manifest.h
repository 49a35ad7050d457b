/* SPDX-License-Identifier: BSD-2-Clause */
/* The manifest of a program that extensions may start: a file of JSON in a folder of the browser's
 * (developer.mozilla.org, "Native manifests"; developer.chrome.com, "Native messaging"). */
#ifndef JPKI_TOOL_PORTAL_MANIFEST_H
#define JPKI_TOOL_PORTAL_MANIFEST_H

#include <jansson.h>

#include "file.h"
#include "portal_browsers.h"

/* Under these names extensions ask for the program: our own extension, and the official one. */
#define PORTAL_HOST "jpki.portal_host"
#define PORTAL_OFFICIAL_HOST "jp.go.myna"

/* A manifest in the folder of a browser. */
struct portal_manifest {
	const struct portal_browser *browser;
	const char *name;
	char *folder;
	struct file file;
	char *link;   /* the path of a link to the file, which a person has made; else NULL */
	json_t *root; /* NULL if the file has no object of JSON */
	int folders;  /* that were made for it, if it is as it was made; else -1 */
};

/* Read the one of a name, which need not be there: 0, or -1 (told). To be freed in any case. */
int portal_manifest_read(
    struct portal_manifest *manifest, const struct portal_browser *browser, const char *name);
void portal_manifest_free(struct portal_manifest *manifest);

/* Whether it lets these extensions, and perhaps others, start the program of this path. */
bool portal_manifest_is_right(
    const struct portal_manifest *manifest, const char *program, const json_t *ids);

/* The extensions that it names, borrowed; NULL if there are none. */
json_t *portal_manifest_ids(const struct portal_manifest *manifest);
/* The program that it names, borrowed; NULL if there is none. */
const char *portal_manifest_program(const struct portal_manifest *manifest);

/* Write it, in the place of one of ours or where there is none: 0 or -1 (told). */
int portal_manifest_write(
    const struct portal_manifest *manifest, const char *program, const json_t *ids);

/* Remove one of ours, with the folders that were made for it: 0 or -1 (told). */
int portal_manifest_remove(const struct portal_manifest *manifest);

#endif
