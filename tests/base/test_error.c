/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <jpki/error.h>

#define LENGTH_OF(array) (sizeof(array) / sizeof((array)[0]))

static const int errors[] = {
    JPKI_OK,
    JPKI_ERR_ARGUMENT,
    JPKI_ERR_MEMORY,
    JPKI_ERR_BUFFER,
    JPKI_ERR_NO_SERVICE,
    JPKI_ERR_NO_READER,
    JPKI_ERR_NO_CARD,
    JPKI_ERR_RUNNING,
    JPKI_ERR_STOPPED,
    JPKI_ERR_ENDING,
    JPKI_ERR_LOGGED_IN,
    JPKI_ERR_PIN_REFUSED,
    JPKI_ERR_LAST_TRY,
    JPKI_ERR_RESET,
    JPKI_ERR_BUSY,
    JPKI_ERR_TIMEOUT,
    JPKI_ERR_CANCELLED,
    JPKI_ERR_IO,
    JPKI_ERR_HELD,
    JPKI_ERR_NOT_ALLOWED,
    JPKI_ERR_MUTE,
    JPKI_ERR_NOT_JPKI,
    JPKI_ERR_NOT_FOUND,
    JPKI_ERR_NOT_VERIFIED,
    JPKI_ERR_PIN_WRONG,
    JPKI_ERR_PIN_BLOCKED,
    JPKI_ERR_UNSUPPORTED,
    JPKI_ERR_LENGTH,
    JPKI_ERR_DATA,
    JPKI_ERR_STATUS,
    JPKI_ERR_NO_KEY,
    JPKI_ERR_PIN_LENGTH,
    JPKI_ERR_NEW_PIN_LENGTH,
    JPKI_ERR_NEW_PIN_CHARACTER,
    JPKI_ERR_PIN_CHARACTER,
    JPKI_ERR_NO_FOLDER,
    JPKI_ERR_FOLDER,
    JPKI_ERR_NOT_REMOVED,
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
	(void)state;
	for (size_t i = 0; i < LENGTH_OF(errors); i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(jpki_strerror(errors[i]), jpki_strerror(errors[j]));
}

static void
texts_are_one_line_without_a_full_stop(void **state)
{
	(void)state;
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
	(void)state;
	for (int error = -300; error <= 300; error++)
		if (!is_known(error))
			assert_string_equal(jpki_strerror(error), "unknown error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_error_has_a_text_of_its_own),
	    cmocka_unit_test(texts_are_one_line_without_a_full_stop),
	    cmocka_unit_test(other_numbers_are_said_to_be_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
