/* SPDX-License-Identifier: BSD-2-Clause */

/* The folders for what programs tell each other, below a root of this test's own. */

#include "../common/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/runtime.h"

static char root[32];
static const char *strangers; /* the path of what is another user's */

int __wrap_lstat(const char *path, struct stat *info);
/* what it is called where files may be large */
int __wrap_lstat64(const char *path, struct stat *info) __attribute__((alias("__wrap_lstat")));
int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);

static const char *
below(const char *path)
{
	static char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return full;
}

int
__wrap_lstat(const char *path, struct stat *info)
{
	int result = fstatat(AT_FDCWD, below(path), info, AT_SYMLINK_NOFOLLOW);

	if (strangers != NULL && strcmp(path, strangers) == 0)
		info->st_uid++;
	return result;
}

int
__wrap_mkdir(const char *path, mode_t mode)
{
	return __real_mkdir(below(path), mode);
}

static char session[64], own[64], spare[64];

static int
make_root(void **state)
{
	unsigned long user = geteuid();

	snprintf(session, sizeof(session), "/run/user/%lu", user);
	snprintf(own, sizeof(own), "/run/user/%lu/jpki", user);
	snprintf(spare, sizeof(spare), "/tmp/jpki-%lu", user);
	strcpy(root, "/tmp/jpki-runtime-XXXXXX");
	strangers = NULL;
	if (mkdtemp(root) == NULL)
		return -1;
	return mkdir("/tmp", S_IRWXU) | mkdir("/run", S_IRWXU) | mkdir("/run/user", S_IRWXU);
}

static int
drop_root(void **state)
{
	return remove_tree(root);
}

static bool
is_there(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0;
}

static void
assert_folder(const char *expected)
{
	char path[128] = "";

	assert_true(runtime_folder(path, sizeof(path)));
	assert_string_equal(path, expected);
	assert_true(is_there(path));
}

static void
assert_spare(bool expected)
{
	char path[128] = "";

	assert_int_equal(runtime_spare_folder(path, sizeof(path)), expected);
	if (expected)
		assert_string_equal(path, spare);
}

static void
the_session_has_one(void **state)
{
	assert_int_equal(mkdir(session, S_IRWXU), 0);
	assert_folder(own);
	assert_spare(false);
	assert_false(is_there(spare));
}

static void
without_a_session_the_spare_one_is_made(void **state)
{
	assert_spare(false);
	assert_false(is_there(spare));
	assert_folder(spare);
	assert_spare(true);
	assert_int_equal(mkdir(session, S_IRWXU), 0);
	assert_folder(own);
	assert_spare(true);
}

static void
others_may_not_look_into_either(void **state)
{
	static const mode_t open[] = {S_IRWXU | S_IRGRP, S_IRWXU | S_IWOTH, S_IRWXU | S_IXGRP};
	char path[128];

	assert_int_equal(mkdir(spare, S_IRWXU), 0);
	for (size_t i = 0; i < LENGTH_OF(open); i++) {
		assert_int_equal(chmod(below(spare), open[i]), 0);
		assert_spare(false);
		assert_false(runtime_folder(path, sizeof(path)));
	}
}

static void
nobody_elses_is_taken(void **state)
{
	char path[128];

	assert_int_equal(mkdir(spare, S_IRWXU), 0);
	strangers = spare;
	assert_spare(false);
	assert_false(runtime_folder(path, sizeof(path)));
	assert_int_equal(mkdir(session, S_IRWXU), 0);
	assert_folder(own);
	strangers = session;
	assert_folder(spare);
}

static void
no_link_is_followed(void **state)
{
	char target[PATH_MAX], path[128];

	assert_int_equal(mkdir("/tmp/target", S_IRWXU), 0);
	strcpy(target, below("/tmp/target"));
	assert_int_equal(symlink(target, below(spare)), 0);
	assert_spare(false);
	assert_false(runtime_folder(path, sizeof(path)));
	assert_int_equal(mkdir(session, S_IRWXU), 0);
	assert_int_equal(symlink(target, below(own)), 0);
	assert_false(runtime_folder(path, sizeof(path)));
}

static void
what_is_no_folder_is_none(void **state)
{
	char path[128];

	assert_int_equal(mknod(below(spare), S_IFREG | S_IRUSR | S_IWUSR, 0), 0);
	assert_spare(false);
	assert_false(runtime_folder(path, sizeof(path)));
}

static void
errno_is_kept(void **state)
{
	errno = EXDEV;
	assert_spare(false);
	assert_folder(spare);
	assert_int_equal(errno, EXDEV);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, drop_root)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_session_has_one),
	    TEST(without_a_session_the_spare_one_is_made),
	    TEST(others_may_not_look_into_either),
	    TEST(nobody_elses_is_taken),
	    TEST(no_link_is_followed),
	    TEST(what_is_no_folder_is_none),
	    TEST(errno_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
