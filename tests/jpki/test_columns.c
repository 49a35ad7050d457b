/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include "columns.h"
#include "text.h"

static void
is_shown_as(const char *text, const char *expected)
{
	char *clean = columns_clean(text, strlen(text));

	assert_string_equal(clean, expected);
	text_free(&clean);
}

static void
what_nobody_sees_is_shown(void **state)
{
	static const char *const unseen[] = {"\u200b", "\u200c", "\u200d", "\u200e", "\u200f",
	    "\u2028", "\u2029", "\u202a", "\u202e", "\u2060", "\u2064", "\u2066", "\u2069",
	    "\ufeff", "\u00ad", "\u061c", "\u034f", "\u180e", "\u3164", "\uffa0", "\ufff9",
	    "\U000e0001", "\U000e0041", "\U000e007f", "\x1b", "\x7f", "\xff"};

	for (size_t i = 0; i < LENGTH_OF(unseen); i++) {
		char *name = text_format("番号%s花子", unseen[i]);

		is_shown_as(name, "番号?花子");
		text_free(&name);
	}
}

static void
names_stay_as_they_are(void **state)
{
	static const char *const names[] = {"番号　花子", "葛\U000e0100飾", "辻\U000e0101",
	    "神\ufe00", "𠮟る", "佐々\U000e0100木", "か\u3099", "é", "Müller"};

	for (size_t i = 0; i < LENGTH_OF(names); i++)
		is_shown_as(names[i], names[i]);
}

/* A form of what has none, or another one behind it, means nothing. */
static void
selectors_belong_to_ideographs(void **state)
{
	is_shown_as("\U000e0100葛", "?葛");
	is_shown_as("A\U000e0100", "A?");
	is_shown_as("A\ufe0f", "A?");
	is_shown_as("葛\U000e0100\U000e0101", "葛\U000e0100?");
	is_shown_as("葛\U000e01f0", "葛?");
	assert_int_equal(columns_of("葛\U000e0100飾"), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_nobody_sees_is_shown),
	    cmocka_unit_test(names_stay_as_they_are),
	    cmocka_unit_test(selectors_belong_to_ideographs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
