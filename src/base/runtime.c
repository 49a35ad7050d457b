/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/runtime.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is it a folder of this user, and not a link? With `shown`, others may read it. */
static bool
is_ours(const char *path, bool shown)
{
	struct stat info;

	return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
	       (info.st_mode & (shown ? S_IWGRP | S_IWOTH : S_IRWXG | S_IRWXO)) == 0;
}

static bool
make(const char *path)
{
	return (mkdir(path, S_IRWXU) == 0 || errno == EEXIST) && is_ours(path, false);
}

static bool
name_spare(char *path, size_t size)
{
	return snprintf(path, size, "/tmp/jpki-%lu", (unsigned long)geteuid()) < (int)size;
}

bool
runtime_spare_folder(char *path, size_t size)
{
	int saved = errno;
	bool found = name_spare(path, size) && is_ours(path, false);

	errno = saved;
	return found;
}

bool
runtime_folder(char *path, size_t size)
{
	char parent[64];
	int saved = errno;
	bool found = false;

	snprintf(parent, sizeof(parent), "/run/user/%lu", (unsigned long)geteuid());
	if (is_ours(parent, true) && snprintf(path, size, "%s/jpki", parent) < (int)size)
		found = make(path);
	if (!found && name_spare(path, size))
		found = make(path);
	errno = saved;
	return found;
}
