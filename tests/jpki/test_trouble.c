/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <jpki/error.h>

#include "trouble.h"

static const struct {
	int error;
	const char *name;
} errors[] = {
#define ERROR(name, word, code, sentence) {name, #name},
#include "base/errors.h"
#undef ERROR
};

/* Of these jpki says what libjpki says: a mistake of the program's own; and of the folder of what
 * is kept, "jpki cache" says it in its own words. */
static const int unsaid[] = {
    JPKI_OK,
    JPKI_ERR_ARGUMENT,
    JPKI_ERR_BUFFER,
    JPKI_ERR_RUNNING,
    JPKI_ERR_STOPPED,
    JPKI_ERR_ENDING,
    JPKI_ERR_NO_FOLDER,
    JPKI_ERR_FOLDER,
    JPKI_ERR_NOT_REMOVED,
};

static bool
is_unsaid(int error)
{
	for (size_t i = 0; i < LENGTH_OF(unsaid); i++)
		if (unsaid[i] == error)
			return true;
	return false;
}

static void
each_error_has_a_row(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(errors); i++) {
		bool has = strcmp(trouble_word(errors[i].error), "failed") != 0;

		if (!has && !is_unsaid(errors[i].error))
			fail_msg("%s has no row in tools/jpki/trouble.c", errors[i].name);
		if (has && is_unsaid(errors[i].error))
			fail_msg("%s has a row now", errors[i].name);
	}
}

static void
rows_say_no_more_than_libjpki_of_what_they_leave_out(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(unsaid); i++) {
		assert_string_equal(trouble_sentence(unsaid[i]), jpki_strerror(unsaid[i]));
		assert_null(trouble_advice(unsaid[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_error_has_a_row),
	    cmocka_unit_test(rows_say_no_more_than_libjpki_of_what_they_leave_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
