/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include "weak.h"

static struct jpki_secret *
typed(const char *text)
{
	struct jpki_secret *pin = jpki_secret_new(strlen(text));

	memcpy(pin->bytes, text, strlen(text));
	pin->length = strlen(text);
	return pin;
}

static const char *
reason(enum jpki_role role, const char *text)
{
	struct jpki_secret *pin = typed(text);
	const char *found = weak_reason(role, pin);

	jpki_secret_free(&pin);
	return found;
}

static void
pins_that_are_tried_first(void **state)
{
	static const char *const weak[] = {
	    "0000", "1234", "4321", "0123", "1212", "1990", "2024", "0229", "3112", "１２３４"};
	static const char *const good[] = {"5739", "9137", "2051", "8642", "５７３９"};

	for (size_t i = 0; i < LENGTH_OF(weak); i++)
		assert_non_null(reason(JPKI_AUTHENTICATION, weak[i]));
	for (size_t i = 0; i < LENGTH_OF(good); i++)
		assert_null(reason(JPKI_AUTHENTICATION, good[i]));
}

static void
passwords_that_are_tried_first(void **state)
{
	static const char *const weak[] = {"password1", "PASSWORD1", "AAAAA1", "ABC123", "123456A",
	    "A123456", "1AAAAA", "abc123abc123", "QWERTY123", "1QAZ2WSX", "PASSW0RD", "PASSW0RD1",
	    "SAKURA1990", "MYNUMBER2024", "ZYX987", "ＡＢＣ１２３", "JPKI1234", "ABCDEF1"};
	static const char *const good[] = {"K7TQ2M", "HANAKO58", "XYZ78K", "1A2B3C", "PASSAGE17",
	    "B0NSAI4EVER", "QX1990", "AB12CD34", "ABC124"};

	for (size_t i = 0; i < LENGTH_OF(weak); i++)
		assert_non_null(reason(JPKI_SIGNATURE, weak[i]));
	for (size_t i = 0; i < LENGTH_OF(good); i++)
		assert_null(reason(JPKI_SIGNATURE, good[i]));
}

/* Of births: by the western calendar, and in the years of eras. */
static void
passwords_with_a_date(void **state)
{
	static const char *const weak[] = {"A19900315", "19900315A", "TARO19900315", "TANAKA900315",
	    "S450312", "h020304", "R060229X", "Ｍ４５０１３１", "K20001231Q", "A1B900315"};
	static const char *const good[] = {"K19901315", "K19900230", "K18991231", "K21000101",
	    "S451312", "S450132", "K1990031", "K199003157", "K9003X15", "K1234500315"};

	for (size_t i = 0; i < LENGTH_OF(weak); i++)
		assert_string_equal(reason(JPKI_SIGNATURE, weak[i]),
		    "It could be a date: a birthday is tried first.");
	for (size_t i = 0; i < LENGTH_OF(good); i++)
		assert_null(reason(JPKI_SIGNATURE, good[i]));
}

static bool
same(const char *one, const char *other)
{
	struct jpki_secret *first = typed(one), *second = typed(other);
	bool is = weak_same(first, second);

	jpki_secret_free(&first);
	jpki_secret_free(&second);
	return is;
}

static void
what_is_the_same_to_a_card(void **state)
{
	assert_true(same("4821", "4821"));
	assert_true(same("４８２１", "4821"));
	assert_true(same("newpass77", "NewPass77"));
	assert_true(same("ＮｅｗＰａｓｓ７７", "newpass77"));
	assert_false(same("4821", "4822"));
	assert_false(same("4821", "48211"));
	assert_false(same("newpass77", "newpass7"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pins_that_are_tried_first),
	    cmocka_unit_test(passwords_that_are_tried_first),
	    cmocka_unit_test(passwords_with_a_date),
	    cmocka_unit_test(what_is_the_same_to_a_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
