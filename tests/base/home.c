/* SPDX-License-Identifier: BSD-2-Clause */
#include "home.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/store.h"

char home[32];

const char *
below(const char *path)
{
	static char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", home, path);
	return full;
}

const char *
in_folder(const char *name)
{
	static char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s/.cache/jpki/%s", home, name);
	return full;
}

int
make_home(void **state)
{
	strcpy(home, "/tmp/jpki-store-XXXXXX");
	(void)umask(S_IWGRP | S_IWOTH);
	if (mkdtemp(home) == NULL || unsetenv("XDG_CACHE_HOME") != 0)
		return -1;
	return setenv("HOME", home, 1);
}

int
drop_home(void **state)
{
	return remove_tree(home);
}

bool
is_there(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

mode_t
mode_of(const char *path)
{
	struct stat info;

	assert_int_equal(lstat(path, &info), 0);
	return info.st_mode & ~S_IFMT;
}

int
opened(void)
{
	int folder = store_open(true);

	assert_true(folder >= 0);
	return folder;
}

bool
put(int folder, const char *name, const char *text)
{
	return store_write(folder, name, text, strlen(text), MOST, AGE);
}

void
assert_holds(int folder, const char *name, const char *text)
{
	char bytes[64];
	size_t length = store_read(folder, name, bytes, sizeof(bytes) - 1, NULL);

	bytes[length] = '\0';
	assert_string_equal(bytes, text);
}

void
place(const char *name, const char *text, mode_t mode)
{
	int file = open(in_folder(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(file, mode), 0);
	assert_int_equal(close(file), 0);
}

static bool
count_one(int folder, const char *name, void *context)
{
	++*(unsigned *)context;
	return true;
}

unsigned
count(int folder)
{
	unsigned all = 0;

	store_each(folder, count_one, &all);
	return all;
}

int
in_child(bool (*holds)(void))
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(holds() ? 0 : 1);
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

void
needs_root(void)
{
	if (geteuid() != 0)
		skip();
}

void
give_away(const char *path)
{
	assert_int_equal(lchown(path, STRANGER, STRANGER), 0);
}
