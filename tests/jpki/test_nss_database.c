/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "folder.h"
#include "nss_database.h"
#include "text.h"

/* The database's folder is the test's, ".". */

static void
one_is_made(void **state)
{
	assert_false(nss_database_exists("."));
	assert_true(nss_database_make("."));
	assert_true(is_there("cert9.db") && is_there("key4.db"));
	assert_int_equal(entries(), 2);
	assert_true(nss_database_exists("."));
	assert_false(nss_database_is_open("."));
}

/* As of a program that was faster. */
static void
one_that_is_there_is_not_made_again(void **state)
{
	write_file_text("cert9.db", "first");
	assert_false(nss_database_make("."));
	assert_text("cert9.db", "first");
	assert_int_equal(entries(), 1);
}

static void
one_is_removed_as_it_was(void **state)
{
	char *before;

	write_file_text("cert9.db", "first");
	write_file_text("key4.db", "");
	before = nss_database_state(".");
	write_file_text("key4.db", "more");
	nss_database_remove(".", before);
	assert_true(is_there("cert9.db"));
	text_free(&before);
	before = nss_database_state(".");
	nss_database_remove(".", before);
	assert_false(nss_database_exists("."));
	assert_int_equal(entries(), 0);
	text_free(&before);
}

static void
one_that_is_open_stays(void **state)
{
	char *before;
	int number;

	write_file_text("cert9.db", "");
	write_file_text("key4.db", "");
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

	write_file_text("cert9.db", "");
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

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, drop_folder)

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
