/* SPDX-License-Identifier: BSD-2-Clause */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build_folder.h"
#include "message.h"
#include "module_file.h"
#include "place.h"
#include "text.h"

char *
module_path(const char *folder, const char *file)
{
	char *found, *path;

	if (folder != NULL)
		found = place_absolute(folder);
	else
		found = build_folder("/src");
	path = text_format("%s/%s", found != NULL ? found : JPKI_MODULE_FOLDER, file);
	text_free(&found);
	return path;
}

/* Load the module and unload it, so that a missing library is found here, and not by a program
 * that would say nothing about it. */
static int
try_to_load(const char *path)
{
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const void *entry;

	if (module == NULL) {
		complain(_("%s cannot be loaded: %s"), path, dlerror());
		return -1;
	}
	entry = dlsym(module, "C_GetFunctionList");
	if (entry == NULL)
		complain(_("%s is not a PKCS#11 module"), path);
	(void)dlclose(module);
	return entry != NULL ? 0 : -1;
}

int
module_check(const char *path)
{
	if (access(path, R_OK) != 0) {
		complain(_("cannot read the module %s: %s"), path, strerror(errno));
		advise(
		    "%s", _("Install the modules, or name the folder they are in with --modules."));
		return -1;
	}
	return try_to_load(path);
}
