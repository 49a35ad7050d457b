/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "folder.h"

char folder[64];

void
put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

void
assert_text(const char *name, const char *expected)
{
	struct file file;

	assert_int_equal(file_read(&file, name), 0);
	assert_true(file.exists);
	assert_string_equal(file.text, expected);
	file_free(&file);
}

int
entries(void)
{
	DIR *opened = opendir(".");
	int count = 0;

	assert_non_null(opened);
	while (readdir(opened) != NULL)
		count++;
	closedir(opened);
	return count - 2;
}

int
make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/jpki-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	return chdir(folder);
}

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path);
}

int
drop_folder(void **state)
{
	(void)state;
	assert_int_equal(chdir("/"), 0);
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
