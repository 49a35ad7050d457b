/* SPDX-License-Identifier: BSD-2-Clause */
/* What matters most of a card. */
#include "../common/unit.h"

#include <stdlib.h>

#include "text.h"
#include "verdict.h"

#define PIN "the PIN for user authentication (4 digits)"
#define PASSWORD "the password for digital signature (6 to 16 letters and digits)"
#define UNKNOWN (-1)
#define NO_KEY (-2)

static const struct row {
	int left[JPKI_ROLES];
	bool is_bad;
	const char *line, *advice; /* what that begins with */
} rows[] = {
    {{3, 5}, false, "The card can be used.", NULL},
    {{10, 10}, false, "The card can be used.", NULL},
    {{0, 5}, true, "Blocked: " PIN ".", "Whoever knows the other one"},
    {{0, 1}, true, "Blocked: " PIN ".\nOnly one try is left: " PASSWORD ".", "Whoever knows"},
    {{1, 0}, true, "Blocked: " PASSWORD ".\nOnly one try is left: " PIN ".", "Whoever knows"},
    {{0, 0}, true, "Blocked: " PIN " and " PASSWORD ".", "Only the town office"},
    {{0, NO_KEY}, true, "Blocked: " PIN ".", "Only the town office"},
    {{0, UNKNOWN}, true, "Blocked: " PIN ".", "Whoever knows"},
    {{1, 5}, false, "Only one try is left: " PIN ".", "Another wrong one"},
    {{1, 1}, false, "Only one try is left for each: " PIN " and " PASSWORD ".", "Another wrong"},
    {{3, UNKNOWN}, true,
	"It cannot be asked how many tries are left, so it is not sent: " PASSWORD ".", "Take the"},
    {{NO_KEY, 5}, false, "The card has no certificate for user authentication.",
	"The town office issues"},
    {{NO_KEY, 1}, false, "Only one try is left: " PASSWORD ".", "Another wrong one"},
    {{NO_KEY, NO_KEY}, true, "The card has no certificate.", "The town office issues"},
    {{UNKNOWN, UNKNOWN}, true,
	"It cannot be asked how many tries are left, so it is not sent: " PIN " and " PASSWORD ".",
	"Take the card out"},
};

static struct key_state
key_with(int left)
{
	return (struct key_state){.is_there = left != NO_KEY,
	    .tries_error = left == UNKNOWN ? JPKI_ERR_STATUS : JPKI_OK,
	    .left = left >= 0 ? (unsigned)left : 0,
	    .maximum = 3,
	    .certificate_error = JPKI_ERR_NOT_VERIFIED};
}

static void
tries_matter(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		const struct row *row = &rows[i];
		struct card_state card = {.keys = {key_with(row->left[0]), key_with(row->left[1])}};
		struct verdict verdict = verdict_of_card(&card);

		assert_string_equal(verdict.line, row->line);
		assert_int_equal(verdict.is_bad, row->is_bad);
		if (row->advice == NULL)
			assert_null(verdict.advice);
		else
			assert_memory_equal(verdict.advice, row->advice, strlen(row->advice));
		text_free(&verdict.line);
	}
}

static void
assert_tries(int error, unsigned left, const char *expected)
{
	char *text = state_tries_text(error, left, 3);

	assert_string_equal(text, expected);
	text_free(&text);
}

static void
tries_in_words(void **state)
{
	assert_tries(JPKI_OK, 3, "3 of 3 tries left");
	assert_tries(JPKI_OK, 10, "10 tries left");
	assert_tries(JPKI_OK, 0, "blocked: no try left");
	assert_tries(JPKI_ERR_STATUS, 3, "cannot be asked for now");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tries_matter),
	    cmocka_unit_test(tries_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
