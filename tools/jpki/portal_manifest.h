/* SPDX-License-Identifier: BSD-2-Clause */
/* The manifest of a program that extensions may start: a JSON file in a folder of the browser
 * (developer.mozilla.org, "Native manifests"; developer.chrome.com, "Native messaging"). */
#ifndef JPKI_TOOL_PORTAL_MANIFEST_H
#define JPKI_TOOL_PORTAL_MANIFEST_H

#include <jansson.h>

#include "file.h"
#include "portal_browsers.h"

/* The names by which extensions ask for the program: our own extension, and the official one. */
#define PORTAL_HOST "jpki.portal_host"
#define PORTAL_OFFICIAL_HOST "jp.go.myna"

/* A manifest in the folder of a browser. */
struct portal_manifest {
	const struct portal_browser *browser;
	const char *name;
	char *folder;
	struct file file;
	char *link;   /* path of a link to the file, which a person has made; else NULL */
	json_t *root; /* NULL if the file is not a JSON object */
	int folders;  /* number of folders made for it, if it is unchanged since; otherwise -1 */
};

/* Read the person's manifest of that name, or the one in a folder; it need not exist. 0, or -1
 * after telling why. The caller frees *manifest in either case. */
int portal_manifest_read(
    struct portal_manifest *manifest, const struct portal_browser *browser, const char *name);
int portal_manifest_read_in(struct portal_manifest *manifest, const struct portal_browser *browser,
    const char *folder, const char *name);
void portal_manifest_free(struct portal_manifest *manifest);

/* Whether it allows these extensions, and perhaps others, to start the program with this path. */
bool portal_manifest_is_right(
    const struct portal_manifest *manifest, const char *program, const json_t *ids);

/* The extensions that it names, which belong to the manifest; NULL if none. */
json_t *portal_manifest_ids(const struct portal_manifest *manifest);
/* The program that it names, which belongs to the manifest; NULL if none. */
const char *portal_manifest_program(const struct portal_manifest *manifest);

/* Write the manifest, replacing one of ours if it exists. 0, or -1 after telling why. */
int portal_manifest_write(
    const struct portal_manifest *manifest, const char *program, const json_t *ids);

/* Remove a manifest of ours, with the folders that were made for it. 0, or -1 after telling why. */
int portal_manifest_remove(const struct portal_manifest *manifest);

#endif
