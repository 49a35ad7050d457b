/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"
#include "folder.h"

char folder[64];

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
	strcpy(folder, "/tmp/jpki-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	return chdir(folder);
}

int
drop_folder(void **state)
{
	assert_int_equal(chdir("/"), 0);
	return remove_tree(folder);
}
