/* SPDX-License-Identifier: BSD-2-Clause */

/* In place of the product's (base/runtime.h): a folder of this process alone, removed at its end.
 */

#include "base/runtime.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/jpki-test-XXXXXX";
static pid_t owner;

static void
remove_folder(void)
{
	char path[512];
	const struct dirent *entry;
	DIR *list = owner == getpid() ? opendir(folder) : NULL;

	while (list != NULL && (entry = readdir(list)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		(void)unlink(path);
	}
	if (list != NULL) {
		(void)closedir(list);
		(void)rmdir(folder);
	}
}

/* Before the program forks: its children use the same one. */
__attribute__((constructor)) static void
make_folder(void)
{
	if (mkdtemp(folder) == NULL)
		abort();
	owner = getpid();
	(void)atexit(remove_folder);
}

bool
runtime_folder(char *path, size_t size)
{
	return snprintf(path, size, "%s", folder) < (int)size;
}
