/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "profiles.h"

/* A folder with the folders "one", "two" and "a; b" in it. */
struct fixture {
	char folder[64];
	struct profiles profiles;
};

static const char *const made[] = {"one", "two", "a ;b"};

static char *
path_of(const struct fixture *fixture, const char *name)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", fixture->folder, name) > 0);
	return path;
}

static int
set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->folder, "/tmp/jpki-profiles-XXXXXX");
	assert_non_null(mkdtemp(fixture->folder));
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		char *path = path_of(fixture, made[i]);

		assert_int_equal(mkdir(path, 0700), 0);
		free(path);
	}
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		char *path = path_of(fixture, made[i]);

		(void)rmdir(path);
		free(path);
	}
	(void)rmdir(fixture->folder);
	profiles_free(&fixture->profiles);
	free(fixture);
	return 0;
}

/* The names of the folders that are used, each behind a space. */
static void
assert_used(struct fixture *fixture, const char *expected)
{
	char used[256] = "";

	for (size_t i = 0; i < fixture->profiles.count; i++) {
		const struct profile *row = &fixture->profiles.rows[i];

		if (profiles_is_used(&fixture->profiles, row))
			snprintf(used + strlen(used), sizeof(used) - strlen(used), " %s",
			    strrchr(row->folder, '/') + 1);
	}
	assert_string_equal(used, expected);
}

static void
add(struct fixture *fixture, const char *profiles, const char *installs)
{
	profiles_add(&fixture->profiles, fixture->folder, profiles, installs);
}

static void
one_without_a_path_is_none(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, "[Profile0]\nName=x\nIsRelative=1\nPath=\nDefault=1\n[Install1]\nDefault=\n",
	    "[1]\nDefault=\n");
	assert_int_equal(fixture->profiles.count, 0);
}

static void
the_profile_of_an_installation_is_used(void **state)
{
	add(*state,
	    "[Profile1]\nName=a\nIsRelative=1\nPath=one\nDefault=1\n\n"
	    "[Profile0]\nName=b\nIsRelative=1\nPath=two\n\n"
	    "[General]\nStartWithLastProfile=1\nVersion=2\n\n"
	    "[InstallABC]\nDefault=two\nLocked=1\n",
	    "");
	assert_used(*state, " two");
}

static void
each_installation_has_its_own(void **state)
{
	add(*state,
	    "[InstallABC]\nDefault=two\n[Profile0]\nName=b\nPath=two\n[InstallDEF]\nDefault=one\n",
	    "[ABC]\nDefault=two\nLocked=1\n");
	assert_used(*state, " two one");
}

static void
installs_ini_tells_of_installations_too(void **state)
{
	add(*state, "[Profile0]\nName=a\nPath=one\nDefault=1\n[Profile1]\nName=b\nPath=two\n",
	    "[ABC]\nDefault=two\nLocked=1\n");
	assert_used(*state, " two");
}

static void
else_the_default_one_is_used(void **state)
{
	add(*state, "[Profile0]\nPath=one\nName=a\n[Profile1]\nPath=two\nDefault=1\n", "");
	assert_used(*state, " two");
}

static void
else_the_only_one_is_used(void **state)
{
	add(*state, "[General]\nVersion=2\n[Profile0]\nName=a\nPath=one\n", "");
	assert_used(*state, " one");
}

static void
of_several_none_is_used(void **state)
{
	add(*state, "[Profile0]\nPath=one\n[Profile1]\nPath=two\n", "");
	assert_used(*state, "");
}

static void
an_installation_without_its_profile_does_not_count(void **state)
{
	add(*state, "[Profile0]\nPath=one\nDefault=1\n[InstallABC]\nDefault=gone\n", "");
	assert_used(*state, " one");
}

static void
a_profile_that_is_gone_is_no_choice(void **state)
{
	add(*state, "[Profile0]\nPath=one\n[Profile1]\nPath=gone\n", "");
	assert_used(*state, " one");
}

static void
paths_are_relative_or_absolute(void **state)
{
	struct fixture *fixture = *state;
	const struct profile *rows;
	char *path = path_of(fixture, "one");

	add(fixture,
	    "[Profile0]\nName=a\nIsRelative=0\nPath=/elsewhere/x y\n"
	    "[Profile1]\nName=b\nIsRelative=1\nPath=one\n",
	    "");
	rows = fixture->profiles.rows;
	assert_string_equal(rows[0].folder, "/elsewhere/x y");
	assert_string_equal(rows[0].name, "a");
	assert_string_equal(rows[1].folder, path);
	free(path);
}

/* inih alone would cut it at the semicolon. */
static void
names_may_be_anything(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, "[Profile0]\r\nName=\xe9\x8d\xb5 \"x\" \\y\r\nPath=a ;b\r\nDefault=1\r\n", "");
	assert_string_equal(fixture->profiles.rows[0].name, "\xe9\x8d\xb5 \"x\" \\y");
	assert_used(fixture, " a ;b");
}

/* inih alone has room for 200 bytes. */
static void
paths_may_be_long(void **state)
{
	struct fixture *fixture = *state;
	char text[3072], path[2048];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	snprintf(text, sizeof(text), "[Profile0]\nIsRelative=0\nPath=%s\nDefault=1\n", path);
	add(fixture, text, "");
	assert_string_equal(fixture->profiles.rows[0].folder, path);
	assert_true(fixture->profiles.rows[0].is_default);
}

static void
nonsense_is_passed_over(void **state)
{
	add(*state,
	    "nonsense\n[Profile0\nPath=lost\n[\n]\n=\n[Profile1]\nno value\n=x\n"
	    "Path=one\nDefault=1\n;Path=two\n[Profile2]\nName=no path\nDefault=1\n",
	    "more\n[x]\nnonsense\n");
	assert_used(*state, " one");
}

static void
nothing_gives_nothing(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, "", "");
	assert_int_equal(fixture->profiles.count, 0);
	assert_int_equal(profiles_read(&fixture->profiles, fixture->folder), 0);
	assert_int_equal(profiles_read(&fixture->profiles, "/nonexistent"), 0);
	assert_int_equal(fixture->profiles.count, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_profile_of_an_installation_is_used),
	    TEST(each_installation_has_its_own),
	    TEST(installs_ini_tells_of_installations_too),
	    TEST(else_the_default_one_is_used),
	    TEST(else_the_only_one_is_used),
	    TEST(of_several_none_is_used),
	    TEST(an_installation_without_its_profile_does_not_count),
	    TEST(a_profile_that_is_gone_is_no_choice),
	    TEST(paths_are_relative_or_absolute),
	    TEST(names_may_be_anything),
	    TEST(paths_may_be_long),
	    TEST(one_without_a_path_is_none),
	    TEST(nonsense_is_passed_over),
	    TEST(nothing_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
