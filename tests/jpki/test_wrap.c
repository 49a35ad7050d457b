/* SPDX-License-Identifier: BSD-2-Clause */
/* Where lines are broken. */
#include "../common/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "wrap.h"

#define TEN "0123456789"
#define FORTY TEN TEN TEN TEN
#define EIGHTY FORTY FORTY

static const struct row {
	const char *text;
	int used, indent;
	const char *printed;
} rows[] = {
    {"", 0, 0, "\n"},
    {"short", 0, 0, "short\n"},
    {EIGHTY, 0, 0, EIGHTY "\n"},
    {"one " EIGHTY, 0, 0, "one\n" EIGHTY "\n"},
    {"one " FORTY " " FORTY, 0, 2, "one " FORTY "\n  " FORTY "\n"},
    {"one\n  two\nthree", 0, 0, "one\n  two\nthree\n"},
    /* a word that is too long is cut */
    {EIGHTY "x", 0, 0, EIGHTY "\nx\n"},
    {"one " EIGHTY "x two", 0, 0, "one\n" EIGHTY "\nx two\n"},
    /* but not a path, which has a line of its own then */
    {"in /" EIGHTY ".", 0, 4, "in\n    /" EIGHTY ".\n"},
    {"/" EIGHTY " is", 4, 4, "/" EIGHTY "\n    is\n"},
    {"in \"/" EIGHTY "\", in /" FORTY ".", 0, 0, "in\n\"/" EIGHTY "\",\nin /" FORTY ".\n"},
    {"in /" FORTY ", in /" FORTY ".", 0, 0, "in /" FORTY ", in\n/" FORTY ".\n"},
    {"/" EIGHTY "\nin", 0, 0, "/" EIGHTY "\nin\n"},
    {"番号は/" EIGHTY "に。", 0, 0, "番号は\n/" EIGHTY "\nに。\n"},
    {"番号は/" EIGHTY "。次", 0, 0, "番号は\n/" EIGHTY "。\n次\n"},
    /* a command is to be copied */
    {"do\n  x " EIGHTY "\nand " EIGHTY, 0, 0, "do\n  x " EIGHTY "\nand\n" EIGHTY "\n"},
    {" x " EIGHTY, 0, 0, " x\n" EIGHTY "\n"},
    /* nothing that is no character, and no end without one */
    {"/\xff" EIGHTY, 0, 0, "/\xff" EIGHTY "\n"},
    {"/", 0, 0, "/\n"},
};

static void
lines_are_broken(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		char *printed;
		size_t length;
		FILE *out = open_memstream(&printed, &length);

		assert_non_null(out);
		wrap_print(out, rows[i].text, rows[i].used, rows[i].indent);
		fclose(out);
		assert_string_equal(printed, rows[i].printed);
		free(printed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
