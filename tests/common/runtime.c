/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * In place of the product's (base/runtime.h): a folder of this process alone, removed at its end.
 * The spare one is there if a test makes it.
 */

#include "base/runtime.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/jpki-test-XXXXXX";
static pid_t owner;

static void
empty(const char *path)
{
	DIR *list = opendir(path);
	const struct dirent *entry;

	while (list != NULL && (entry = readdir(list)) != NULL)
		(void)unlinkat(dirfd(list), entry->d_name, 0);
	if (list != NULL)
		(void)closedir(list);
}

static void
remove_folder(void)
{
	char spare[64];

	if (owner != getpid())
		return;
	if (runtime_spare_folder(spare, sizeof(spare))) {
		empty(spare);
		(void)rmdir(spare);
	}
	empty(folder);
	(void)rmdir(folder);
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
runtime_spare_folder(char *path, size_t size)
{
	return snprintf(path, size, "%s/spare", folder) < (int)size && access(path, F_OK) == 0;
}

bool
runtime_folder(char *path, size_t size)
{
	return snprintf(path, size, "%s", folder) < (int)size;
}
