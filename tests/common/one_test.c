/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs only the tests of a program whose names match JPKI_TEST, a pattern with * and ?. A program
 * that has none of that name says so and counts as skipped: with `meson test` that is most of them.
 */
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The exit status of a skipped test, for meson. */
#define SKIPPED 77

/* The linker has put the one in the other's place (tests/meson.build). */
int __real__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
    CMFixtureFunction setup, CMFixtureFunction teardown);
int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
    CMFixtureFunction setup, CMFixtureFunction teardown);

static int
none_fits(const char *pattern)
{
	const char *output = getenv("CMOCKA_MESSAGE_OUTPUT");

	if (output != NULL && strcmp(output, "TAP") == 0) {
		printf("1..0 # SKIP no test fits JPKI_TEST=%s\n", pattern);
		return 0;
	}
	fprintf(stderr, "no test here fits JPKI_TEST=%s\n", pattern);
	return SKIPPED;
}

int
__wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
    CMFixtureFunction setup, CMFixtureFunction teardown)
{
	const char *pattern = getenv("JPKI_TEST");
	struct CMUnitTest *chosen;
	size_t length = 0;
	int failed;

	if (pattern == NULL)
		return __real__cmocka_run_group_tests(name, tests, count, setup, teardown);
	chosen = calloc(count, sizeof(*chosen));
	if (chosen == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		if (fnmatch(pattern, tests[i].name, 0) == 0)
			chosen[length++] = tests[i];
	failed = length == 0
		     ? none_fits(pattern)
		     : __real__cmocka_run_group_tests(name, chosen, length, setup, teardown);
	free(chosen);
	return failed;
}
