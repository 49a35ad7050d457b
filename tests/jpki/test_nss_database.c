/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "nss_database.h"
#include "text.h"

/* A folder of its own for each test, in which it works; the database's is ".". */
static char folder[64];

static void
put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/jpki-test-XXXXXX");
	return mkdtemp(folder) == NULL ? -1 : chdir(folder);
}

static int
tear_down(void **state)
{
	static const char *const names[] = {"cert9.db", "key4.db"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(names[i]);
	return chdir("/") == 0 ? rmdir(folder) : -1; /* nothing else may be left */
}

static void
one_is_made(void **state)
{
	(void)state;
	assert_false(nss_database_exists("."));
	assert_true(nss_database_make("."));
	assert_true(nss_database_exists("."));
	assert_false(nss_database_is_open("."));
}

/* As of a program that was faster. */
static void
one_that_is_there_is_not_made_again(void **state)
{
	char text[8] = "";
	FILE *file;

	(void)state;
	put("cert9.db", "first");
	assert_false(nss_database_make("."));
	file = fopen("cert9.db", "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "first");
	assert_false(is_there("key4.db"));
}

static void
one_is_removed_as_it_was(void **state)
{
	char *before;

	(void)state;
	put("cert9.db", "first");
	put("key4.db", "");
	before = nss_database_state(".");
	put("key4.db", "more");
	nss_database_remove(".", before);
	assert_true(is_there("cert9.db"));
	text_free(&before);
	before = nss_database_state(".");
	nss_database_remove(".", before);
	assert_false(nss_database_exists("."));
	text_free(&before);
}

static void
one_that_is_open_stays(void **state)
{
	char *before;
	int number;

	(void)state;
	put("cert9.db", "");
	put("key4.db", "");
	before = nss_database_state(".");
	number = open("key4.db", O_RDONLY);
	assert_true(nss_database_is_open("."));
	nss_database_remove(".", before);
	assert_true(is_there("key4.db"));
	close(number);
	assert_false(nss_database_is_open("."));
	text_free(&before);
}

/* Who opens it just then waits for a moment, and nobody is ended by that. */
static void
looking_disturbs_nobody(void **state)
{
	sigset_t before;
	pid_t child;

	(void)state;
	put("cert9.db", "");
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			close(open("cert9.db", O_RDONLY));
	}
	for (int i = 0; i < 20000; i++) {
		if (i % 2 == 0)
			(void)nss_database_is_open(".");
		signals_hold(&before);
		(void)nss_database_is_open(".");
		signals_release(&before);
	}
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(one_is_made),
	    TEST(one_that_is_there_is_not_made_again),
	    TEST(one_is_removed_as_it_was),
	    TEST(one_that_is_open_stays),
	    TEST(looking_disturbs_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
