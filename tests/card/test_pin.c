/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

#define AUTHENTICATION JPKI_AUTHENTICATION
#define SIGNATURE JPKI_SIGNATURE
#define BYTES(text) text, sizeof(text) - 1

/* What the card has to have for its PIN so that what was typed is the right one. */
static const struct {
	enum jpki_role role;
	const char *typed;
	size_t length;
	const char *accepted;
} accepted[] = {
    {AUTHENTICATION, BYTES("1234"), "1234"},
    {AUTHENTICATION, BYTES("0000"), "0000"},
    {AUTHENTICATION, BYTES("１２３４"), "1234"},
    {AUTHENTICATION, BYTES("０９０９"), "0909"},
    {AUTHENTICATION, BYTES("1２3４"), "1234"},
    {SIGNATURE, BYTES("ABC123"), "ABC123"},
    {SIGNATURE, BYTES("abc123"), "ABC123"},
    {SIGNATURE, BYTES("aBcXyZ"), "ABCXYZ"},
    {SIGNATURE, BYTES("AZaz09"), "AZAZ09"},
    {SIGNATURE, BYTES("123456"), "123456"},
    {SIGNATURE, BYTES("ＡＢＣ１２３"), "ABC123"},
    {SIGNATURE, BYTES("ａｂｃ１２３"), "ABC123"},
    {SIGNATURE, BYTES("ＡＺａｚ０９"), "AZAZ09"},
    {SIGNATURE, BYTES("aＢｃ1２3"), "ABC123"},
    {SIGNATURE, BYTES("ABCDEFGH12345678"), "ABCDEFGH12345678"},
    {SIGNATURE, BYTES("ＡＢＣＤＥＦＧＨ１２３４５６７８"), "ABCDEFGH12345678"},
};

static const struct {
	enum jpki_role role;
	const char *typed;
	size_t length;
	int error;
} refused[] = {
    {AUTHENTICATION, BYTES(""), JPKI_ERR_PIN_LENGTH},
    {AUTHENTICATION, NULL, 0, JPKI_ERR_PIN_LENGTH},
    {AUTHENTICATION, NULL, 4, JPKI_ERR_ARGUMENT},
    {JPKI_CREDENTIALS, BYTES("1234"), JPKI_ERR_ARGUMENT},
    {AUTHENTICATION, BYTES("123"), JPKI_ERR_PIN_LENGTH},
    {AUTHENTICATION, BYTES("12345"), JPKI_ERR_PIN_LENGTH},
    {AUTHENTICATION, BYTES("１２３"), JPKI_ERR_PIN_LENGTH},
    {AUTHENTICATION, BYTES("１２３４５"), JPKI_ERR_PIN_LENGTH},
    {AUTHENTICATION, BYTES("123A"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("123a"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("123Ａ"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("1 23"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("123\n"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("12/4"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("12:4"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("12／4"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("12：4"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("12\0004"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("1234\000"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("一二三四"), JPKI_ERR_PIN_CHARACTER},
    /* Arabic-Indic and bold digits: other digits than those of the card */
    {AUTHENTICATION, BYTES("\u0661\u0662\u0663\u0664"), JPKI_ERR_PIN_CHARACTER},
    {AUTHENTICATION, BYTES("\U0001D7CF234"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC12"), JPKI_ERR_PIN_LENGTH},
    {SIGNATURE, BYTES("ＡＢＣ１２"), JPKI_ERR_PIN_LENGTH},
    {SIGNATURE, BYTES("ABCDEFGH123456789"), JPKI_ERR_PIN_LENGTH},
    {SIGNATURE, BYTES("1234"), JPKI_ERR_PIN_LENGTH},
    {SIGNATURE, BYTES(""), JPKI_ERR_PIN_LENGTH},
    {SIGNATURE, BYTES("ABC-123"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC@123"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC[123"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("abc`123"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("abc{123"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ＡＢＣ＠１２３"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ＡＢＣ［１２３"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ＡＢＣ｀１２３"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ＡＢＣ｛１２３"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC　123"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ÄBC123"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ｱｲｳ123"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC\000123"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC123\000"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("\U0001F600BC123"), JPKI_ERR_PIN_CHARACTER},
    /* UTF-8 cut short, begun in the middle, longer than needed, or none at all */
    {SIGNATURE, BYTES("ABC12\xEF\xBC"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC12\xEF"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC12\xEF\xBC\x20"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC12\xEF\xBC\xD1"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE,
	BYTES("\xBC\x91"
	      "BC123"),
	JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC12\xC0\xB1"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("ABC12\xF0\x8F\xBC\x91"), JPKI_ERR_PIN_CHARACTER},
    {SIGNATURE, BYTES("\xFF\xFF\xFF\xFF\xFF\xFF"), JPKI_ERR_PIN_CHARACTER},
};

static enum vcard_pin
pin_number(enum jpki_role role)
{
	return role == AUTHENTICATION ? VCARD_PIN_AUTHENTICATION : VCARD_PIN_SIGNATURE;
}

static void
what_is_typed_becomes_what_the_card_has(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(accepted); i++) {
		vcard_pin_set(vcard, pin_number(accepted[i].role), accepted[i].accepted, NULL);
		if (whole_login(accepted[i].role, accepted[i].typed) != JPKI_OK)
			fail_msg("%s is not %s", accepted[i].typed, accepted[i].accepted);
	}
	assert_verifies(LENGTH_OF(accepted));
}

static void
what_cannot_be_right_is_no_pin(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(refused); i++) {
		struct jpki_pin *pin = NULL;
		int rv = jpki_pin_new(
		    refused[i].role, (const uint8_t *)refused[i].typed, refused[i].length, &pin);

		if (rv != refused[i].error)
			fail_msg("%s: %d instead of %d",
			    refused[i].typed != NULL ? refused[i].typed : "NULL", rv,
			    refused[i].error);
		assert_null(pin);
	}
}

/* What was typed has no terminator; a sanitizer sees a step too far. */
static void
nothing_is_read_past_the_end(void **state)
{
	struct jpki_pin *pin;

	for (size_t i = 0; i < LENGTH_OF(refused); i++) {
		uint8_t *typed;

		if (refused[i].typed == NULL || refused[i].length == 0)
			continue;
		typed = malloc(refused[i].length);
		assert_non_null(typed);
		memcpy(typed, refused[i].typed, refused[i].length);
		assert_int_equal(jpki_pin_new(refused[i].role, typed, refused[i].length, &pin),
		    refused[i].error);
		free(typed);
	}
}

static void
each_byte_alone(void **state)
{
	uint8_t typed[] = "ABC12?";
	struct jpki_pin *pin;

	for (unsigned c = 0; c < 256; c++) {
		bool good =
		    (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		typed[5] = (uint8_t)c;
		assert_int_equal(jpki_pin_new(SIGNATURE, typed, 6, &pin),
		    good ? JPKI_OK : JPKI_ERR_PIN_CHARACTER);
		if (good)
			jpki_pin_free(&pin);
	}
}

static int
check_new(enum jpki_role role, const char *typed)
{
	struct jpki_pin *pin = pin_of(role, typed);
	int rv = jpki_pin_check_new(pin);

	jpki_pin_free(&pin);
	assert_null(pin);
	jpki_pin_free(&pin);
	return rv;
}

static void
a_new_password_needs_a_letter_and_a_digit(void **state)
{
	assert_int_equal(check_new(SIGNATURE, "ABCDEF"), JPKI_ERR_PIN_CHARACTER);
	assert_int_equal(check_new(SIGNATURE, "123456"), JPKI_ERR_PIN_CHARACTER);
	assert_int_equal(check_new(SIGNATURE, "ＡＢＣＤＥＦ"), JPKI_ERR_PIN_CHARACTER);
	assert_int_equal(check_new(SIGNATURE, "ABCDE1"), JPKI_OK);
	assert_int_equal(check_new(SIGNATURE, "12345a"), JPKI_OK);
	assert_int_equal(check_new(SIGNATURE, "ＡＢＣＤＥ１"), JPKI_OK);
}

static void
a_new_pin_is_any_four_digits(void **state)
{
	assert_int_equal(check_new(AUTHENTICATION, "0000"), JPKI_OK);
	assert_int_equal(check_new(AUTHENTICATION, "１２３４"), JPKI_OK);
}

/* What a child, where a PIN taken before the fork is wiped, gets from using it. */
static int
use_in_child(const struct jpki_pin *pin)
{
	unsigned tries;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		int rv = jpki_card_verify(card, JPKI_AUTHENTICATION, pin, &tries);

		/* a PIN that was sent is no better than success */
		_exit(events(VCARD_EVENT_VERIFY) > 0 ? 0 : -rv);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void
a_pin_does_not_outlive_a_fork(void **state)
{
	struct jpki_pin *pin = pin_of(JPKI_AUTHENTICATION, PIN);
	unsigned tries;

	begin();
	assert_int_not_equal(use_in_child(pin), JPKI_OK);
	assert_int_equal(jpki_card_verify(card, JPKI_AUTHENTICATION, pin, &tries), JPKI_OK);
	jpki_pin_free(&pin);
}

/* An empty VERIFY is a question: its answer says nothing about a PIN. */
static void
a_wiped_pin_is_not_sent_as_a_question(void **state)
{
	static const char *const answers[] = {"63cx", "9000"};
	struct jpki_pin *pin = pin_of(JPKI_AUTHENTICATION, PIN);

	login(JPKI_AUTHENTICATION);
	mark();
	for (size_t i = 0; i < LENGTH_OF(answers); i++) {
		set_quirk(vcard, "verified-count", answers[i]);
		assert_int_equal(use_in_child(pin), JPKI_ERR_ARGUMENT);
	}
	jpki_pin_free(&pin);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(what_is_typed_becomes_what_the_card_has),
	    cmocka_unit_test(what_cannot_be_right_is_no_pin),
	    cmocka_unit_test(nothing_is_read_past_the_end),
	    cmocka_unit_test(each_byte_alone),
	    cmocka_unit_test(a_new_password_needs_a_letter_and_a_digit),
	    cmocka_unit_test(a_new_pin_is_any_four_digits),
	    TEST(a_pin_does_not_outlive_a_fork),
	    TEST(a_wiped_pin_is_not_sent_as_a_question),
	};

	return cmocka_run_group_tests(tests, make_pki, drop_pki);
}
