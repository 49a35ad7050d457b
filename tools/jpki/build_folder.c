/* SPDX-License-Identifier: BSD-2-Clause */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "build_folder.h"
#include "text.h"

/* Where meson puts the programs, below the build folder. */
static const char *const places[] = {"/tools/jpki/jpki", "/tools/mynaportal/host/jpki-portal-host"};

/* The length of the build folder's path in the program's path; 0 if it is not in a build folder. */
static size_t
root_of(const char *program, size_t length)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		size_t size = strlen(places[i]);

		if (length > size && memcmp(program + length - size, places[i], size) == 0)
			return length - size;
	}
	return 0;
}

char *
build_folder(const char *below)
{
	char program[PATH_MAX];
	struct stat info;
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program));
	size_t root;
	char *folder;

	if (length < 0 || length == sizeof(program))
		return NULL;
	root = root_of(program, (size_t)length);
	if (root == 0)
		return NULL;
	folder = text_format("%.*s%s", (int)root, program, below);
	if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode))
		text_free(&folder);
	return folder;
}
