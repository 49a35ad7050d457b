/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "message.h"
#include "program.h"

static enum program_end
run_shell(const char *script, int seconds, char **said)
{
	char shell[] = "/bin/sh", option[] = "-c", *text = strdup(script);
	char *argv[] = {shell, option, text, NULL};
	enum program_end end;

	*said = NULL;
	message_divert(said);
	end = program_run(argv, "/dev/null", seconds);
	message_divert(NULL);
	free(text);
	return end;
}

static void
check(const char *script, int seconds, enum program_end end, const char *says)
{
	char *said;

	assert_int_equal(run_shell(script, seconds, &said), end);
	if (says == NULL)
		assert_null(said);
	else
		assert_non_null(strstr(said, says));
	free(said);
	/* nothing is left that could be waited for */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
test_ends(void **state)
{
	check("exit 0", 0, PROGRAM_DONE, NULL);
	check("exit 3", 60, PROGRAM_FAILED, "could not do its part");
	check("kill -9 $$", 60, PROGRAM_FAILED, "could not do its part");
}

static void
test_stuck(void **state)
{
	check("sleep 1000", 1, PROGRAM_STUCK, "had not ended after 1 second, and was stopped");
	check("trap '' TERM; kill -STOP $$", 1, PROGRAM_STUCK, "was stopped");
}

static void
test_we_are_to_end(void **state)
{
	const struct sigaction ignored = {.sa_handler = SIG_IGN}, usual = {.sa_handler = SIG_DFL};
	sigset_t before;

	signals_hold(&before);
	kill(getpid(), SIGTERM);
	check("sleep 1000", 0, PROGRAM_ENDED, NULL);
	check("sleep 1000", 0, PROGRAM_ENDED, NULL); /* the signal still waits */
	sigaction(SIGTERM, &ignored, NULL);
	check("exit 0", 0, PROGRAM_DONE, NULL);
	kill(getpid(), SIGTERM);
	check("exit 0", 0, PROGRAM_DONE, NULL);
	signals_release(&before);
	sigaction(SIGTERM, &usual, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_stuck),
	    cmocka_unit_test(test_we_are_to_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
