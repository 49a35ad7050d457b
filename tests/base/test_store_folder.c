/* SPDX-License-Identifier: BSD-2-Clause */

/* The folder for small files: where it is, whose it is, and who may look into it. */

#include "home.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/store.h"

static void
assert_none(void)
{
	int folder = store_open(true);

	if (folder >= 0)
		fail_msg("%d was opened", folder);
}

/* ------------------------------------------------------------------------ where the folder is */

static void
only_its_owner_may_look_into_it(void **state)
{
	static const mode_t masks[] = {0, S_IWGRP | S_IWOTH, S_IRWXG | S_IRWXO};

	for (size_t i = 0; i < LENGTH_OF(masks); i++) {
		int folder;

		(void)umask(masks[i]);
		folder = opened();
		assert_true(put(folder, "card-1", "text"));
		assert_int_equal(mode_of(below("/.cache")), S_IRWXU);
		assert_int_equal(mode_of(below("/.cache/jpki")), S_IRWXU);
		assert_int_equal(mode_of(in_folder("card-1")), S_IRUSR | S_IWUSR);
		assert_holds(folder, "card-1", "text");
		assert_int_equal(close(folder), 0);
		assert_int_equal(drop_home(state) | make_home(state), 0);
	}
}

static void
it_is_not_made_to_look(void **state)
{
	assert_int_equal(store_open(false), -1);
	assert_false(is_there(below("/.cache")));
}

static void
assert_path(const char *expected)
{
	char path[PATH_MAX];

	assert_int_equal(store_path(path), expected != NULL);
	if (expected != NULL)
		assert_string_equal(path, expected);
}

static void
where_it_is(void **state)
{
	assert_path(below("/.cache/jpki"));
	assert_int_equal(setenv("XDG_CACHE_HOME", below("/elsewhere"), 1), 0);
	assert_path(below("/elsewhere/jpki"));
	assert_int_equal(close(opened()), 0);
	assert_true(is_there(below("/elsewhere/jpki")));
	assert_int_equal(setenv("XDG_CACHE_HOME", below("/slashes//"), 1), 0);
	assert_int_equal(close(opened()), 0);
	assert_true(is_there(below("/slashes/jpki")));
	assert_false(is_there(below("/.cache")));
}

/* XDG base directory specification: what is empty is not set, what is relative is not taken. */
static void
what_is_no_path_is_not_taken(void **state)
{
	static const char *const paths[] = {"", "cache", "./cache", "../cache", "~/.cache"};

	for (size_t i = 0; i < LENGTH_OF(paths); i++) {
		assert_int_equal(setenv("XDG_CACHE_HOME", paths[i], 1), 0);
		assert_path(below("/.cache/jpki"));
	}
	for (size_t i = 0; i < LENGTH_OF(paths); i++) {
		assert_int_equal(setenv("HOME", paths[i], 1), 0);
		assert_path(NULL);
		assert_none();
	}
}

static void
without_a_home_there_is_none(void **state)
{
	assert_int_equal(unsetenv("HOME"), 0);
	assert_path(NULL);
	assert_none();
	assert_int_equal(setenv("HOME", below("/not/there"), 1), 0);
	assert_none();
	assert_false(is_there(below("/not")));
}

static void
a_path_that_is_too_long(void **state)
{
	char path[PATH_MAX + 64];

	for (size_t length = PATH_MAX - 32; length < PATH_MAX + 8; length++) {
		char made[PATH_MAX];

		memset(path, '/', length);
		memcpy(path, home, strlen(home));
		path[length] = '\0';
		assert_int_equal(setenv("HOME", path, 1), 0);
		assert_int_equal(store_path(made), length + strlen("/.cache/jpki") < PATH_MAX);
		assert_int_equal(setenv("XDG_CACHE_HOME", path, 1), 0);
		if (length < PATH_MAX) /* else ~/.cache is no better */
			assert_int_equal(store_path(made), length + strlen("/jpki") < PATH_MAX);
		else
			assert_false(store_path(made));
		assert_int_equal(unsetenv("XDG_CACHE_HOME"), 0);
	}
	memset(path, 'x', PATH_MAX);
	path[0] = '/';
	path[300] = '\0';
	assert_int_equal(setenv("HOME", path, 1), 0);
	assert_none();
}

static void
what_is_no_folder_is_none(void **state)
{
	assert_int_equal(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0);
	assert_none();
	assert_int_equal(setenv("XDG_CACHE_HOME", home, 1), 0);
	assert_int_equal(mknod(below("/jpki"), S_IFREG | S_IRWXU, 0), 0);
	assert_none();
	assert_int_equal(unlink(below("/jpki")), 0);
	assert_int_equal(mkfifo(below("/jpki"), S_IRWXU), 0);
	assert_none();
}

/* The folder before it may be one: some have their ~/.cache elsewhere. */
static void
no_link_is_followed(void **state)
{
	char target[PATH_MAX];

	assert_int_equal(mkdir(below("/target"), S_IRWXU), 0);
	strcpy(target, below("/target"));
	assert_int_equal(symlink(target, below("/.cache")), 0);
	assert_int_equal(close(opened()), 0);
	assert_true(is_there(below("/target/jpki")));
	assert_int_equal(rmdir(below("/target/jpki")), 0);
	assert_int_equal(symlink(target, below("/target/jpki")), 0);
	assert_none();
	assert_int_equal(unlink(below("/target/jpki")), 0);
	assert_int_equal(symlink("/not/there", below("/target/jpki")), 0);
	assert_none();
}

static void
one_that_others_may_look_into_is_closed(void **state)
{
	static const mode_t modes[] = {
	    S_IRWXU | S_IRGRP, S_IRWXU | S_IWGRP, S_IRWXU | S_IXOTH, S_IRWXU | S_IRWXG | S_IRWXO};

	assert_int_equal(close(opened()), 0);
	for (size_t i = 0; i < LENGTH_OF(modes); i++) {
		assert_int_equal(chmod(below("/.cache/jpki"), modes[i]), 0);
		assert_int_equal(close(opened()), 0);
		assert_int_equal(mode_of(below("/.cache/jpki")), S_IRWXU);
	}
}

/* It is something else, as /tmp that is mounted there. */
static void
one_that_is_for_all_is_left_alone(void **state)
{
	assert_int_equal(close(opened()), 0);
	assert_int_equal(chmod(below("/.cache/jpki"), S_ISVTX | 0777), 0);
	assert_none();
	assert_int_equal(mode_of(below("/.cache/jpki")), S_ISVTX | 0777);
}

/* ------------------------------------------------------------------------------- who is asking */

static void
somebody_elses_folder(void **state)
{
	needs_root();
	assert_int_equal(close(opened()), 0);
	give_away(below("/.cache/jpki"));
	assert_none();
	assert_int_equal(rmdir(below("/.cache/jpki")), 0);
	give_away(below("/.cache"));
	assert_none();
	assert_false(is_there(below("/.cache/jpki")));
}

/* As with sudo -E: what root makes there, its owner can no more write to. */
static void
somebody_elses_home(void **state)
{
	needs_root();
	give_away(home);
	assert_none();
	assert_false(is_there(below("/.cache")));
	assert_int_equal(setenv("XDG_CACHE_HOME", below("/cache"), 1), 0);
	assert_none();
	assert_false(is_there(below("/cache")));
}

/* What is somebody else's leads nowhere, neither to what is root's nor to what would be made. */
static void
a_link_in_somebody_elses_home(void **state)
{
	char target[PATH_MAX];

	needs_root();
	strcpy(target, below("/target"));
	assert_int_equal(mkdir(target, S_IRWXU), 0);
	assert_int_equal(mkdir(below("/target/jpki"), S_IRWXU), 0);
	assert_int_equal(chmod(below("/target/jpki"), 0755), 0);
	assert_int_equal(mkdir(below("/home"), S_IRWXU), 0);
	assert_int_equal(symlink(target, below("/home/.cache")), 0);
	give_away(below("/home/.cache"));
	give_away(below("/home"));
	assert_int_equal(setenv("HOME", below("/home"), 1), 0);
	assert_none();
	assert_int_equal(mode_of(below("/target/jpki")), 0755);
	assert_int_equal(rmdir(below("/target/jpki")), 0);
	assert_none();
	assert_false(is_there(below("/target/jpki")));
}

static bool
a_stranger_gets_nothing(void)
{
	char bytes[8];
	int folder = open(below("/.cache/jpki"), O_RDONLY | O_DIRECTORY);

	if (setresgid(STRANGER, STRANGER, STRANGER) != 0 ||
	    setresuid(STRANGER, STRANGER, STRANGER) != 0)
		return false;
	return store_open(true) < 0 && store_open(false) < 0 && folder >= 0 &&
	       store_read(folder, "card-open", bytes, sizeof(bytes), NULL) == 0 &&
	       store_read(folder, "card-1", bytes, sizeof(bytes), NULL) == 0;
}

static void
as_somebody_else(void **state)
{
	int folder;

	needs_root();
	folder = opened();
	assert_true(put(folder, "card-1", "text"));
	place("card-open", "text", S_IRUSR | S_IRGRP | S_IROTH);
	assert_int_equal(chmod(home, 0755) | chmod(below("/.cache"), 0777), 0);
	assert_int_equal(chmod(below("/.cache/jpki"), 0777), 0);
	assert_int_equal(in_child(a_stranger_gets_nothing), 0);
	assert_int_equal(close(folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(only_its_owner_may_look_into_it),
	    TEST(it_is_not_made_to_look),
	    TEST(where_it_is),
	    TEST(what_is_no_path_is_not_taken),
	    TEST(without_a_home_there_is_none),
	    TEST(a_path_that_is_too_long),
	    TEST(what_is_no_folder_is_none),
	    TEST(no_link_is_followed),
	    TEST(one_that_others_may_look_into_is_closed),
	    TEST(one_that_is_for_all_is_left_alone),
	    TEST(somebody_elses_folder),
	    TEST(somebody_elses_home),
	    TEST(a_link_in_somebody_elses_home),
	    TEST(as_somebody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
