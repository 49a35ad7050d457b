/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_folder.h"
#include "text.h"

/* Where meson puts the program, below the build folder. */
#define PLACE "/tools/jpki/jpki"

char *
build_folder(const char *below)
{
	char program[PATH_MAX];
	struct stat info;
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program));
	size_t root;
	char *folder;

	if (length < (ssize_t)strlen(PLACE) || length == sizeof(program))
		return NULL;
	root = (size_t)length - strlen(PLACE);
	if (memcmp(program + root, PLACE, strlen(PLACE)) != 0)
		return NULL;
	folder = text_format("%.*s%s", (int)root, program, below);
	if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode))
		text_free(&folder);
	return folder;
}
