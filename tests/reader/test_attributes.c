/* SPDX-License-Identifier: BSD-2-Clause */

/* The holder's attributes and the manufacture number through the public functions. */

#include <jpki/card.h>

#include "../common/clock.h"
#include "fixture.h"
#include "reader/refusal.h"

/* INS (ISO 7816-4, 11.5.6). */
#define SELECT 0xA4
#define VERIFY 0x20

#define RIGHT_PIN "5678"
#define WRONG_PIN "8765"

static struct jpki_attributes attributes;

static int
give(const char *pin, enum jpki_try *spent)
{
	return jpki_attributes(number, (const uint8_t *)pin, strlen(pin), &attributes, spent);
}

static unsigned
left(void)
{
	return vcard_pin_tries(card, VCARD_PIN_INPUT_AID);
}

static void
set_left(unsigned count)
{
	assert_int_equal(vcard_pin_set_tries(card, VCARD_PIN_INPUT_AID, count, NULL), 0);
}

static unsigned
left_told(void)
{
	unsigned count = 99, most = 99;

	assert_ok(jpki_attributes_tries(number, &count, &most));
	assert_int_equal(most, 3);
	return count;
}

static bool
all_locked(void)
{
	for (enum vcard_pin pin = 0; pin < VCARD_PINS; pin++)
		if (vcard_pin_verified(card, pin))
			return false;
	return true;
}

/* Tries of the keys, which nothing here may cost. */
static void
assert_keys_untouched(void)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		assert_int_equal(tries(role), tries_max(role));
}

static void
assert_nothing_told(void)
{
	static const struct jpki_attributes none;

	assert_memory_equal(&attributes, &none, sizeof(none));
}

static size_t
power_cuts(void)
{
	return vcard_ledger_count(card, VCARD_EVENT_POWER_OFF);
}

static size_t
exchanges(void)
{
	return vcard_ledger_totals(card).exchanges;
}

static void
assert_attributes(void)
{
	const char *told[VCARD_ATTRIBUTES] = {
	    attributes.name, attributes.address, attributes.birth_date, attributes.sex};
	char text[VCARD_ATTRIBUTE_SIZE];

	for (enum vcard_attribute i = 0; i < VCARD_ATTRIBUTES; i++) {
		vcard_attribute(card, i, text);
		assert_string_equal(told[i], text);
	}
}

static void
they_are_read_and_the_card_is_locked(void **state)
{
	enum jpki_try spent = JPKI_TRY_SPENT;

	vcard_ledger_mark(card);
	assert_ok(give(RIGHT_PIN, &spent));
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_attributes();
	/* SELECT twice, tries, VERIFY, the file */
	assert_int_equal(exchanges(), 5);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(power_cuts(), 1);
	assert_true(all_locked());
	assert_int_equal(left(), 3);
	assert_keys_untouched();
}

static void
full_width_digits_are_digits(void **state)
{
	assert_ok(give("５６７８", NULL));
	assert_ok(jpki_check_attributes_pin((const uint8_t *)"５６７８", strlen("５６７８")));
}

static void
a_wrong_pin_costs_one_try_of_its_own(void **state)
{
	enum jpki_try spent = JPKI_TRY_KEPT;

	assert_int_equal(left_told(), 3);
	vcard_ledger_mark(card);
	assert_rv(give(WRONG_PIN, &spent), JPKI_ERR_PIN_WRONG);
	assert_int_equal(spent, JPKI_TRY_SPENT);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(power_cuts(), 1);
	assert_int_equal(left(), 2);
	assert_int_equal(left_told(), 2);
	assert_nothing_told();
	assert_keys_untouched();
	assert_true(all_locked());
}

static void
what_was_refused_is_not_sent_again(void **state)
{
	enum jpki_try spent = JPKI_TRY_SPENT;

	clock_stop();
	assert_rv(give(WRONG_PIN, NULL), JPKI_ERR_PIN_WRONG);
	for (int round = 0; round < 3; round++) {
		assert_rv(give(WRONG_PIN, &spent), JPKI_ERR_PIN_REFUSED);
		assert_int_equal(spent, JPKI_TRY_KEPT);
		clock_skip_ms(1000);
	}
	assert_int_equal(pins_sent(), 1);
	/* what one PIN is not, another one may be */
	assert_rv(login(JPKI_AUTHENTICATION, WRONG_PIN, NULL), JPKI_ERR_PIN_WRONG);
	assert_int_equal(left(), 2);
	assert_ok(give(RIGHT_PIN, NULL));
	assert_attributes();
}

static void
what_cannot_be_right_is_not_sent(void **state)
{
	static const struct {
		const char *pin;
		int error;
	} cases[] = {{"", JPKI_ERR_PIN_LENGTH}, {"567", JPKI_ERR_PIN_LENGTH},
	    {"56789", JPKI_ERR_PIN_LENGTH}, {"56A8", JPKI_ERR_PIN_CHARACTER}};
	enum jpki_try spent;

	vcard_ledger_mark(card);
	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		spent = JPKI_TRY_SPENT;
		assert_rv(give(cases[i].pin, &spent), cases[i].error);
		assert_int_equal(spent, JPKI_TRY_KEPT);
		assert_rv(
		    jpki_check_attributes_pin((const uint8_t *)cases[i].pin, strlen(cases[i].pin)),
		    cases[i].error);
	}
	assert_int_equal(exchanges(), 0);
}

static void
arguments(void **state)
{
	static const struct jpki_attributes nothing;
	enum jpki_try spent = JPKI_TRY_SPENT;
	char text[JPKI_MANUFACTURE_NUMBER_SIZE];
	unsigned one;

	memset(&attributes, 'x', sizeof(attributes));
	assert_rv(jpki_attributes(number, NULL, 4, &attributes, &spent), JPKI_ERR_ARGUMENT);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_memory_equal(&attributes, &nothing, sizeof(nothing));
	assert_rv(
	    jpki_attributes(number, (const uint8_t *)RIGHT_PIN, 4, NULL, NULL), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_attributes_tries(number, NULL, &one), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_attributes_tries(number, &one, NULL), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_manufacture_number(number, NULL), JPKI_ERR_ARGUMENT);
	/* it is no key */
	assert_rv(login(JPKI_ATTRIBUTES, RIGHT_PIN, NULL), JPKI_ERR_ARGUMENT);
	assert_rv(change_pin(JPKI_ATTRIBUTES, RIGHT_PIN, "1111", NULL), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_tries(number, JPKI_ATTRIBUTES, &one, &one), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_logout(number, JPKI_ATTRIBUTES), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_check_pin(JPKI_ATTRIBUTES, (const uint8_t *)"1234", 4), JPKI_ERR_ARGUMENT);
	assert_int_equal(pins_sent(), 0);
	/* another card, and none */
	assert_rv(jpki_attributes(number + 1, (const uint8_t *)RIGHT_PIN, 4, &attributes, NULL),
	    JPKI_ERR_NO_CARD);
	assert_nothing_told();
	assert_ok(jpki_stop());
	assert_rv(give(RIGHT_PIN, NULL), JPKI_ERR_STOPPED);
	assert_rv(jpki_attributes_tries(number, &one, &one), JPKI_ERR_STOPPED);
	assert_rv(jpki_manufacture_number(number, text), JPKI_ERR_STOPPED);
	assert_int_equal(pins_sent(), 0);
}

static void
blocked(void **state)
{
	enum jpki_try spent = JPKI_TRY_KEPT;

	set_left(1);
	assert_int_equal(left_told(), 1);
	assert_rv(give(WRONG_PIN, &spent), JPKI_ERR_PIN_BLOCKED);
	assert_int_equal(spent, JPKI_TRY_SPENT);
	assert_int_equal(left_told(), 0);
	vcard_ledger_mark(card);
	assert_rv(give(RIGHT_PIN, &spent), JPKI_ERR_PIN_BLOCKED);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_int_equal(pins_sent(), 0);
	assert_int_equal(power_cuts(), 0);
	/* the keys go on working */
	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
	assert_keys_untouched();
}

static void
the_last_try_is_spared(void **state)
{
	enum jpki_try spent = JPKI_TRY_SPENT;

	jpki_spare_last_try(true);
	assert_int_equal(left_told(), 3);
	set_left(1);
	assert_rv(give(WRONG_PIN, &spent), JPKI_ERR_LAST_TRY);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	jpki_spare_last_try(false);
	assert_int_equal(pins_sent(), 0);
	assert_ok(give(RIGHT_PIN, NULL));
}

static void
an_answer_that_is_lost(void **state)
{
	static const enum vcard_fault faults[] = {
	    VCARD_FAULT_EMPTY, VCARD_FAULT_TRUNCATED, VCARD_FAULT_OVERLONG};
	enum jpki_try spent;

	for (size_t i = 0; i < LENGTH_OF(faults); i++) {
		start_over();
		clock_stop();
		assert_int_equal(vcard_fault_add_from(card, faults[i], VERIFY, 1, 0, NULL), 0);
		assert_rv(give(WRONG_PIN, &spent), JPKI_ERR_PIN_WRONG);
		assert_int_equal(spent, JPKI_TRY_SPENT);
		assert_int_equal(left(), 2);
		assert_true(all_locked());
		clock_skip_ms(REFUSAL_MS);
		assert_rv(give(WRONG_PIN, &spent), JPKI_ERR_PIN_REFUSED);
		assert_int_equal(vcard_fault_add_from(card, faults[i], VERIFY, 1, 0, NULL), 0);
		assert_true(give(RIGHT_PIN, &spent) < 0);
		assert_int_equal(spent, JPKI_TRY_KEPT);
		assert_nothing_told();
		assert_true(all_locked());
		assert_ok(give(RIGHT_PIN, &spent));
		assert_int_equal(pins_sent(), 3);
	}
}

/* Another program sends a command. */
static void
send_as_another(const uint8_t *command, size_t length)
{
	uint8_t answer[VCARD_RESPONSE_MAX];
	size_t size = sizeof(answer);

	assert_true(vcard_powered(card));
	assert_int_equal(vcard_exchange(card, command, length, answer, &size), VCARD_ANSWERED);
}

static void
give_as_another(const char *pin)
{
	static const uint8_t select[] = {
	    0x00, 0xA4, 0x04, 0x0C, 10, 0xD3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x08};
	uint8_t verify[] = {0x00, VERIFY, 0x00, 0x91, 4, 0, 0, 0, 0};

	memcpy(verify + 5, pin, 4);
	send_as_another(select, sizeof(select));
	send_as_another(verify, sizeof(verify));
}

/*
 * It was left open, and the card says that in place of the tries, of which most are gone: it is
 * locked, and asked again, before anybody is told, and before a PIN is sent.
 */
static void
what_another_program_has_left_open(void **state)
{
	enum jpki_try spent = JPKI_TRY_SPENT;

	for (int told = 0; told < 2; told++) {
		start_over();
		assert_ok(vcard_quirk_set(card, "verified-count", "9000", NULL));
		assert_ok(vcard_quirk_set(card, "wrong-pin", "keeps", NULL));
		assert_int_equal(left_told(), 3);
		give_as_another(RIGHT_PIN);
		give_as_another(WRONG_PIN);
		give_as_another(WRONG_PIN);
		assert_false(all_locked());
		clock_skip_ms(60000);
		vcard_ledger_mark(card);
		jpki_spare_last_try(told == 0);
		if (told)
			assert_int_equal(left_told(), 1);
		else
			assert_rv(give(WRONG_PIN, &spent), JPKI_ERR_LAST_TRY);
		assert_int_equal(pins_sent(), 0);
		assert_true(all_locked());
		jpki_spare_last_try(false);
		assert_ok(give(RIGHT_PIN, NULL));
		assert_int_equal(pins_sent(), 1);
	}
}

/* The selection is said to be made, and is not: the PIN goes nowhere. */
static void
a_selection_that_was_not_made(void **state)
{
	enum jpki_try spent = JPKI_TRY_SPENT;

	assert_int_equal(vcard_fault_add_from(card, VCARD_FAULT_SW, SELECT, 2, 0x9000, NULL), 0);
	assert_rv(give(RIGHT_PIN, &spent), JPKI_ERR_RESET);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_int_equal(pins_sent(), 0);
	assert_keys_untouched();
	assert_ok(give(RIGHT_PIN, &spent));
}

/* Nothing is selected any more when the PIN comes: nobody compares it. */
static void
a_card_that_loses_its_power_unnoticed(void **state)
{
	assert_int_equal(vcard_fault_add_from(card, VCARD_FAULT_POWER_LOSS, VERIFY, 1, 0, NULL), 0);
	assert_rv(give(RIGHT_PIN, NULL), JPKI_ERR_RESET);
	assert_int_equal(pins_sent(), 1);
	assert_int_equal(left(), 3);
	assert_keys_untouched();
	assert_true(all_locked());
	assert_ok(give(RIGHT_PIN, NULL));
}

static void
power_is_cut_whatever_goes_wrong_after_the_pin(void **state)
{
	static const struct {
		const char *quirk, *value;
		enum vcard_fault fault;
		int error;
	} cases[] = {
	    {"attributes", "garbled", VCARD_FAULTS, JPKI_ERR_DATA},
	    {"attributes", "empty", VCARD_FAULTS, JPKI_ERR_DATA},
	    {"attributes", "large", VCARD_FAULT_EMPTY, JPKI_ERR_DATA},
	    {"attributes", "large", VCARD_FAULT_POWER_LOSS, JPKI_ERR_RESET},
	};
	enum jpki_try spent;

	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		start_over();
		swap_card(cases[i].quirk, cases[i].value);
		if (cases[i].fault != VCARD_FAULTS)
			assert_int_equal(
			    vcard_fault_add_from(card, cases[i].fault, VERIFY, 2, 0, NULL), 0);
		assert_rv(give(RIGHT_PIN, &spent), cases[i].error);
		assert_int_equal(spent, JPKI_TRY_KEPT);
		assert_nothing_told();
		assert_true(all_locked());
		assert_int_equal(pins_sent(), 1);
	}
}

static void
taken_out(void *nth)
{
	assert_int_equal(inprocess_eject(READER), 0);
}

static void
a_card_that_is_pulled(void **state)
{
	for (unsigned nth = 1; nth <= 5; nth++) {
		start_over();
		inprocess_plan(INPROCESS_TRANSMIT, nth, JPKI_OK, taken_out, NULL);
		assert_rv(give(RIGHT_PIN, NULL), JPKI_ERR_NO_CARD);
		assert_nothing_told();
		assert_true(all_locked());
		assert_int_equal(inprocess_insert(READER, card), 0);
		assert_rv(give(RIGHT_PIN, NULL), JPKI_ERR_NO_CARD);
		number = card_in(0);
		assert_ok(give(RIGHT_PIN, NULL));
		assert_int_equal(left(), 3);
	}
}

/* ---------------------------------------------------------------- other applications, others */

static void
a_card_without_attributes(void **state)
{
	unsigned one;

	swap_card("attributes", "absent");
	assert_rv(give(RIGHT_PIN, NULL), JPKI_ERR_NOT_FOUND);
	assert_rv(jpki_attributes_tries(number, &one, &one), JPKI_ERR_NOT_FOUND);
	assert_int_equal(pins_sent(), 0);
	assert_string_equal(vcard_application(card), "jpki");
	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
}

static void
a_card_without_keys_has_them(void **state)
{
	swap_card("authentication-certificate", "absent");
	assert_int_equal(vcard_quirk_set(card, "signature-certificate", "absent", NULL), 0);
	assert_ok(give(RIGHT_PIN, NULL));
	assert_attributes();
}

/* As jpki_logout does for the signature key. */
static void
logins_end(void **state)
{
	enum jpki_role role = role_of(state);

	start_over();
	assert_ok(login(role, pin_of(role), NULL));
	assert_ok(give(RIGHT_PIN, NULL));
	assert_false(logged_in(role));
	assert_true(all_locked());
	assert_ok(login(role, pin_of(role), NULL));
	assert_true(logged_in(role));
}

/* Also if the PIN is not sent, since selecting may have undone them. */
static void
so_they_do_if_it_is_not_sent(void **state)
{
	set_left(0);
	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
	assert_rv(give(RIGHT_PIN, NULL), JPKI_ERR_PIN_BLOCKED);
	assert_false(logged_in(JPKI_AUTHENTICATION));
	assert_true(all_locked());
	/* but not for one that could not be right */
	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
	assert_rv(give("56", NULL), JPKI_ERR_PIN_LENGTH);
	assert_true(logged_in(JPKI_AUTHENTICATION));
}

/* Another program: another service and connection of the same table. */
struct other {
	struct jpki_service *service;
	struct jpki_card *card;
};

static void
other_logs_in(struct other *other)
{
	struct jpki_pin *pin = NULL;
	unsigned count;

	assert_ok(jpki_transport.start(&other->service));
	assert_ok(jpki_card_new(other->service, READER, &other->card));
	assert_ok(jpki_pin_new(JPKI_AUTHENTICATION, (const uint8_t *)"1234", 4, &pin));
	assert_ok(jpki_card_begin(other->card, JPKI_BEGIN_SELECT, -1));
	assert_ok(jpki_card_verify(other->card, JPKI_AUTHENTICATION, pin, &count));
	assert_ok(jpki_card_end(other->card));
	jpki_pin_free(&pin);
}

static void
other_ends(struct other *other)
{
	jpki_card_free(&other->card);
	jpki_transport.stop(&other->service);
}

static void
another_program_sees_itself_logged_out(void **state)
{
	struct other other;

	other_logs_in(&other);
	assert_false(all_locked());
	assert_ok(give(RIGHT_PIN, NULL));
	assert_true(all_locked());
	assert_rv(jpki_card_begin(other.card, JPKI_BEGIN_TRUST, -1), JPKI_ERR_RESET);
	other_ends(&other);
}

/* What is asked without a PIN leaves it logged in, and its application selected. */
static void
what_is_but_asked_leaves_others_alone(void **state)
{
	char text[JPKI_MANUFACTURE_NUMBER_SIZE];
	uint8_t signature[JPKI_SIGNATURE_SIZE];
	struct other other;

	other_logs_in(&other);
	assert_int_equal(left_told(), 3);
	assert_ok(jpki_manufacture_number(number, text));
	assert_int_equal(power_cuts(), 0);
	vcard_ledger_mark(card);
	assert_ok(jpki_card_begin(other.card, JPKI_BEGIN_TRUST, -1));
	assert_ok(jpki_card_sign(
	    other.card, JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1, (const uint8_t *)"x", 1, signature));
	assert_int_equal(exchanges(), 1);
	other_ends(&other);
}

static bool seen_guarded;

static void
look_for_guard(void *unused)
{
	seen_guarded = inprocess_guarded_by(READER, NULL) && inprocess_guarded_until(READER) != 0;
}

/* The fourth exchange is the VERIFY. It heeds nobody, and does not last for ever. */
static void
a_guard_stands_by_before_the_pin(void **state)
{
	seen_guarded = false;
	inprocess_plan(INPROCESS_TRANSMIT, 4, JPKI_OK, look_for_guard, NULL);
	assert_ok(give(RIGHT_PIN, NULL));
	assert_true(seen_guarded);
}

static void
no_pin_goes_to_another_card(void **state)
{
	uint64_t old = number;

	swap_card(NULL, NULL);
	assert_rv(jpki_attributes(old, (const uint8_t *)RIGHT_PIN, 4, &attributes, NULL),
	    JPKI_ERR_NO_CARD);
	assert_int_equal(pins_sent(), 0);
}

/* ---------------------------------------------------------------- without a PIN */

static void
tries_are_asked_when_somebody_wants_them(void **state)
{
	unsigned one;

	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_SELECT), 1);
	assert_ok(jpki_tries(number, JPKI_AUTHENTICATION, &one, &one));
	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
	assert_ok(jpki_logout(number, JPKI_AUTHENTICATION));
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_SELECT), 3);
	clock_stop();
	assert_int_equal(left_told(), 3);
	set_left(2);
	vcard_ledger_mark(card);
	clock_skip_ms(9999);
	assert_int_equal(left_told(), 3);
	assert_int_equal(exchanges(), 0);
	clock_skip_ms(1);
	assert_int_equal(left_told(), 2);
	assert_string_equal(vcard_application(card), "jpki");
}

static void
nothing_is_asked_while_a_key_is_unlocked(void **state)
{
	char text[JPKI_MANUFACTURE_NUMBER_SIZE];
	unsigned one;

	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
	vcard_ledger_mark(card);
	assert_rv(jpki_attributes_tries(number, &one, &one), JPKI_ERR_LOGGED_IN);
	assert_rv(jpki_manufacture_number(number, text), JPKI_ERR_LOGGED_IN);
	assert_int_equal(exchanges(), 0);
	assert_ok(jpki_logout(number, JPKI_AUTHENTICATION));
	assert_int_equal(left_told(), 3);
	assert_ok(jpki_manufacture_number(number, text));
	/* but what is known is told, however old */
	clock_stop();
	assert_ok(login(JPKI_AUTHENTICATION, pin_of(JPKI_AUTHENTICATION), NULL));
	clock_skip_ms(60000);
	assert_int_equal(left_told(), 3);
	assert_ok(jpki_manufacture_number(number, text));
	assert_true(logged_in(JPKI_AUTHENTICATION));
}

static void
the_number_is_read_once(void **state)
{
	char text[JPKI_MANUFACTURE_NUMBER_SIZE] = "as it was",
	     of_card[VCARD_MANUFACTURE_NUMBER_SIZE];

	vcard_manufacture_number(card, of_card);
	assert_ok(jpki_manufacture_number(number, text));
	assert_string_equal(text, of_card);
	assert_string_equal(vcard_application(card), "jpki");
	vcard_ledger_mark(card);
	memset(text, 0, sizeof(text));
	assert_ok(jpki_manufacture_number(number, text));
	assert_string_equal(text, of_card);
	assert_int_equal(exchanges(), 0);
	/* the next card has its own */
	(void)inprocess_eject(READER);
	card = another_card(SERIAL_2);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_rv(jpki_manufacture_number(number, text), JPKI_ERR_NO_CARD);
	number = card_in(0);
	assert_ok(jpki_manufacture_number(number, text));
	assert_string_not_equal(text, of_card);
}

static void
a_card_without_a_number(void **state)
{
	static const struct {
		const char *kind;
		int error;
	} cases[] = {{"absent", JPKI_ERR_NOT_FOUND}, {"no-record", JPKI_ERR_NOT_FOUND},
	    {"short", JPKI_ERR_DATA}, {"garbled", JPKI_ERR_DATA}};
	char text[JPKI_MANUFACTURE_NUMBER_SIZE] = "as it was";

	for (size_t i = 0; i < LENGTH_OF(cases); i++) {
		swap_card("manufacture-number", cases[i].kind);
		assert_rv(jpki_manufacture_number(number, text), cases[i].error);
		assert_string_equal(text, "as it was");
		assert_string_equal(vcard_application(card), "jpki");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(they_are_read_and_the_card_is_locked),
	    TEST(full_width_digits_are_digits),
	    TEST(a_wrong_pin_costs_one_try_of_its_own),
	    TEST(what_was_refused_is_not_sent_again),
	    TEST(what_cannot_be_right_is_not_sent),
	    TEST(arguments),
	    TEST(blocked),
	    TEST(the_last_try_is_spared),
	    TEST(an_answer_that_is_lost),
	    TEST(what_another_program_has_left_open),
	    TEST(a_selection_that_was_not_made),
	    TEST(a_card_that_loses_its_power_unnoticed),
	    TEST(power_is_cut_whatever_goes_wrong_after_the_pin),
	    TEST(a_card_that_is_pulled),
	    TEST(a_card_without_attributes),
	    TEST(a_card_without_keys_has_them),
	    ROLE_TEST(logins_end),
	    TEST(so_they_do_if_it_is_not_sent),
	    TEST(another_program_sees_itself_logged_out),
	    TEST(what_is_but_asked_leaves_others_alone),
	    TEST(a_guard_stands_by_before_the_pin),
	    TEST(no_pin_goes_to_another_card),
	    TEST(tries_are_asked_when_somebody_wants_them),
	    TEST(nothing_is_asked_while_a_key_is_unlocked),
	    TEST(the_number_is_read_once),
	    TEST(a_card_without_a_number),
	};

	return RUN(tests);
}
