/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <unistd.h>

#include "base/clock.h"

static void
the_clock_does_not_go_back(void **state)
{
	uint64_t before = clock_now_ms();

	usleep(5000);
	assert_true(clock_now_ms() >= before + 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_clock_does_not_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
