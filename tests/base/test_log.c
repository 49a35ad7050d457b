/* SPDX-License-Identifier: BSD-2-Clause */

/* The log itself, and its file. */

#include "../common/unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

static char path[] = "/tmp/jpki-log-XXXXXX";
static char *text; /* all that has been logged */

static int
make_file(void **state)
{
	int file = mkstemp(path);

	return file < 0 ? -1 : close(file);
}

static int
drop_file(void **state)
{
	free(text);
	return unlink(path);
}

static void
read_log(void)
{
	free(text);
	text = read_file_text(path, NULL);
}

#define assert_logged(what, times) assert_int_equal(times_in(text, what), times)

static void
levels(void **state)
{
	assert_int_equal(log_level_of("trace"), LOG_TRACE);
	assert_int_equal(log_level_of("TRACE"), -1);
	assert_int_equal(log_level_of(""), -1);
	for (enum log_level level = LOG_OFF; level < LOG_LEVELS; level++) {
		assert_int_equal(truncate(path, 0), 0);
		log_start(level, path);
		log_line(LOG_ERROR, "one");
		log_line(LOG_INFO, "two");
		log_line(LOG_TRACE, "three");
		read_log();
		assert_logged("\n", level);
		log_stop();
	}
}

static void
lines_are_short_and_harmless(void **state)
{
	char long_text[2000];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_int_equal(truncate(path, 0), 0);
	log_start(LOG_INFO, path);
	log_line(LOG_INFO, "%s", long_text);
	log_line(LOG_INFO, "a\nb\x1b[31m\x7f\xc2\x9b利用者");
	log_stop();
	read_log();
	assert_logged("\n", 2);
	assert_true(strchr(text, '\n') - text <= 500);
	assert_logged("a?b?[31m???利用者\n", 1);
}

/* A daemon closes all files, and opens its own: those are not ours to write to, or to close. */
static void
another_s_file_is_left_alone(void **state)
{
	char other[] = "/tmp/jpki-other-XXXXXX";
	struct stat info;
	int file, first = dup(STDERR_FILENO);

	assert_true(first >= 0);
	assert_int_equal(close(first), 0);
	log_start(LOG_INFO, path);
	assert_int_equal(close(first), 0); /* the lowest number that is free was the log's */
	file = mkstemp(other);
	assert_int_equal(file, first);
	log_line(LOG_INFO, "a line");
	log_stop();
	assert_int_equal(fstat(file, &info), 0);
	assert_int_equal(info.st_size, 0);
	assert_int_equal(close(file), 0);
	assert_int_equal(unlink(other), 0);
}

static void
a_new_file_is_its_owner_s(void **state)
{
	struct stat info;

	assert_int_equal(unlink(path), 0);
	log_start(LOG_INFO, path);
	log_stop();
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(levels),
	    cmocka_unit_test(lines_are_short_and_harmless),
	    cmocka_unit_test(another_s_file_is_left_alone),
	    cmocka_unit_test(a_new_file_is_its_owner_s),
	};

	return cmocka_run_group_tests(tests, make_file, drop_file);
}
