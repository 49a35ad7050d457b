/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <stdio.h>
#include <sys/stat.h>

#include "folder.h"
#include "profiles.h"

static struct profiles profiles;

/* A folder with these in it. */
static int
set_up(void **state)
{
	if (make_folder(state) != 0)
		return -1;
	return mkdir("one", 0700) | mkdir("two", 0700) | mkdir("a ;b", 0700);
}

static int
tear_down(void **state)
{
	profiles_free(&profiles);
	return drop_folder(state);
}

/* The names of the folders that are used, each behind a space. */
static void
assert_used(const char *expected)
{
	char used[256] = "";

	for (size_t i = 0; i < profiles.count; i++) {
		const struct profile *row = &profiles.rows[i];

		if (profiles_is_used(&profiles, row))
			snprintf(used + strlen(used), sizeof(used) - strlen(used), " %s",
			    strrchr(row->folder, '/') + 1);
	}
	assert_string_equal(used, expected);
}

static void
add(const char *profiles_ini, const char *installs_ini)
{
	profiles_add(&profiles, folder, profiles_ini, installs_ini);
}

static const struct {
	const char *name, *profiles, *installs, *used;
} choices[] = {
    {"the profile of an installation is used",
	"[Profile1]\nName=a\nIsRelative=1\nPath=one\nDefault=1\n\n"
	"[Profile0]\nName=b\nIsRelative=1\nPath=two\n\n"
	"[General]\nStartWithLastProfile=1\nVersion=2\n\n"
	"[InstallABC]\nDefault=two\nLocked=1\n",
	"", " two"},
    {"each installation has its own",
	"[InstallABC]\nDefault=two\n[Profile0]\nName=b\nPath=two\n[InstallDEF]\nDefault=one\n",
	"[ABC]\nDefault=two\nLocked=1\n", " two one"},
    {"installs.ini tells of installations too",
	"[Profile0]\nName=a\nPath=one\nDefault=1\n[Profile1]\nName=b\nPath=two\n",
	"[ABC]\nDefault=two\nLocked=1\n", " two"},
    {"else the default one is used",
	"[Profile0]\nPath=one\nName=a\n[Profile1]\nPath=two\nDefault=1\n", "", " two"},
    {"else the only one is used", "[General]\nVersion=2\n[Profile0]\nName=a\nPath=one\n", "",
	" one"},
    {"of several none is used", "[Profile0]\nPath=one\n[Profile1]\nPath=two\n", "", ""},
    {"an installation without its profile does not count",
	"[Profile0]\nPath=one\nDefault=1\n[InstallABC]\nDefault=gone\n", "", " one"},
    {"a profile that is gone is no choice", "[Profile0]\nPath=one\n[Profile1]\nPath=gone\n", "",
	" one"},
    {"nonsense is passed over",
	"nonsense\n[Profile0\nPath=lost\n[\n]\n=\n[Profile1]\nno value\n=x\n"
	"Path=one\nDefault=1\n;Path=two\n[Profile2]\nName=no path\nDefault=1\n",
	"more\n[x]\nnonsense\n", " one"},
};

static void
which_one_is_used(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(choices); i++) {
		print_message("# %s\n", choices[i].name);
		add(choices[i].profiles, choices[i].installs);
		assert_used(choices[i].used);
		profiles_free(&profiles);
	}
}

static void
one_without_a_path_is_none(void **state)
{
	add("[Profile0]\nName=x\nIsRelative=1\nPath=\nDefault=1\n[Install1]\nDefault=\n",
	    "[1]\nDefault=\n");
	assert_int_equal(profiles.count, 0);
}

static void
paths_are_relative_or_absolute(void **state)
{
	const struct profile *rows;
	char path[sizeof(folder) + 4];

	add("[Profile0]\nName=a\nIsRelative=0\nPath=/elsewhere/x y\n"
	    "[Profile1]\nName=b\nIsRelative=1\nPath=one\n",
	    "");
	snprintf(path, sizeof(path), "%s/one", folder);
	rows = profiles.rows;
	assert_string_equal(rows[0].folder, "/elsewhere/x y");
	assert_string_equal(rows[0].name, "a");
	assert_string_equal(rows[1].folder, path);
}

/* inih alone would cut it at the semicolon. */
static void
names_may_be_anything(void **state)
{
	add("[Profile0]\r\nName=\xe9\x8d\xb5 \"x\" \\y\r\nPath=a ;b\r\nDefault=1\r\n", "");
	assert_string_equal(profiles.rows[0].name, "\xe9\x8d\xb5 \"x\" \\y");
	assert_used(" a ;b");
}

/* inih alone has room for 200 bytes. */
static void
paths_may_be_long(void **state)
{
	char text[3072], path[2048];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	snprintf(text, sizeof(text), "[Profile0]\nIsRelative=0\nPath=%s\nDefault=1\n", path);
	add(text, "");
	assert_string_equal(profiles.rows[0].folder, path);
	assert_true(profiles.rows[0].is_default);
}

static void
nothing_gives_nothing(void **state)
{
	add("", "");
	assert_int_equal(profiles.count, 0);
	assert_int_equal(profiles_read(&profiles, folder), 0);
	assert_int_equal(profiles_read(&profiles, "/nonexistent"), 0);
	assert_int_equal(profiles.count, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(which_one_is_used),
	    TEST(paths_are_relative_or_absolute),
	    TEST(names_may_be_anything),
	    TEST(paths_may_be_long),
	    TEST(one_without_a_path_is_none),
	    TEST(nothing_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
