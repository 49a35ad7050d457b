/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <jpki/error.h>

#include "base/error.h"

static const int errors[] = {
#define ERROR(name, word, code, sentence) name,
#include "base/errors.h"
#undef ERROR
};

static bool
is_known(int error)
{
	for (size_t i = 0; i < LENGTH_OF(errors); i++)
		if (errors[i] == error)
			return true;
	return false;
}

static void
each_error_has_a_text_of_its_own(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(errors); i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(jpki_strerror(errors[i]), jpki_strerror(errors[j]));
}

static void
texts_are_one_line_without_a_full_stop(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(errors); i++) {
		const char *text = jpki_strerror(errors[i]);

		assert_true(strlen(text) > 0);
		assert_null(strchr(text, '\n'));
		assert_int_not_equal(text[strlen(text) - 1], '.');
	}
}

static void
other_numbers_are_said_to_be_unknown(void **state)
{
	for (int error = -300; error <= 300; error++)
		if (!is_known(error)) {
			assert_string_equal(jpki_strerror(error), "unknown error");
			assert_string_equal(error_name(error), "no number of jpki/error.h");
			assert_string_equal(error_word(error), "unknown");
		}
}

static void
names_and_words_are_those_of_the_table(void **state)
{
	assert_string_equal(error_name(JPKI_OK), "JPKI_OK");
	assert_string_equal(error_name(JPKI_ERR_HELD), "JPKI_ERR_HELD");
	assert_string_equal(error_word(JPKI_ERR_BUFFER), "the program");
	assert_string_equal(error_word(JPKI_ERR_MEMORY), "the system");
	assert_string_equal(error_word(JPKI_ERR_HELD), "the way to the card");
	assert_string_equal(error_word(JPKI_ERR_PIN_WRONG), "the card");
	assert_string_equal(error_word(JPKI_ERR_PIN_REFUSED), "not sent to the card");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_error_has_a_text_of_its_own),
	    cmocka_unit_test(texts_are_one_line_without_a_full_stop),
	    cmocka_unit_test(names_and_words_are_those_of_the_table),
	    cmocka_unit_test(other_numbers_are_said_to_be_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
