/* SPDX-License-Identifier: BSD-2-Clause */
#include <jansson.h>

#include "build_folder.h"
#include "file.h"
#include "portal_extension.h"
#include "portal_ids.h"
#include "portal_manifest.h"
#include "portal_system.h"
#include "text.h"

static bool
is_in_build_folder(void)
{
	char *folder = build_folder("/tools/jpki");
	bool is = folder != NULL;

	text_free(&folder);
	return is;
}

char *
portal_system_manifest(const struct portal_browser *browser, const char *program)
{
	json_t *ids = json_pack(
	    "[o]", portal_id_in_manifest(portal_extension_id(browser->kind), browser->kind));
	struct portal_manifest manifest = {0};
	char *path = NULL;

	if (browser->system_manifests != NULL && !is_in_build_folder() &&
	    portal_manifest_read_in(&manifest, browser, browser->system_manifests, PORTAL_HOST) ==
		0 &&
	    manifest.file.exists && portal_manifest_is_right(&manifest, program, ids))
		path = text_format("%s", manifest.file.path);
	json_decref(ids);
	portal_manifest_free(&manifest);
	return path;
}

bool
portal_system_extension(const struct portal_browser *browser)
{
	const char *box;

	return browser->system_extension != NULL && !is_in_build_folder() &&
	       is_there(browser->system_extension) &&
	       portal_browser_presence(browser, &box) == PORTAL_THERE;
}
