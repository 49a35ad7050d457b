/* SPDX-License-Identifier: BSD-2-Clause */

/* Readers and cards as they come and go, and what they are. */

#include "../common/clock.h"
#include "fixture.h"

#include <errno.h>

#include <openssl/crypto.h>

static void
not_started(void **state)
{
	uint8_t bytes[JPKI_CERTIFICATE_MAX] = {0};
	size_t length = sizeof(bytes);
	enum jpki_holds what;
	char text[JPKI_READER_NAME_SIZE];
	uint64_t seen = 0, there;
	unsigned one, two;
	bool yes;

	assert_rv(jpki_stop(), JPKI_ERR_STOPPED);
	assert_rv(jpki_readers(&length), JPKI_ERR_STOPPED);
	assert_rv(jpki_reader_name(0, text), JPKI_ERR_STOPPED);
	assert_rv(jpki_reader_card(0, &what, &there), JPKI_ERR_STOPPED);
	assert_rv(jpki_wait(&seen, -1), JPKI_ERR_STOPPED);
	assert_rv(jpki_cancel(), JPKI_ERR_STOPPED);
	assert_rv(jpki_card_text(1, text, text), JPKI_ERR_STOPPED);
	assert_rv(jpki_keys(1, &one), JPKI_ERR_STOPPED);
	assert_rv(jpki_certificate(1, JPKI_SIGNATURE, JPKI_CERTIFICATE, bytes, &length),
	    JPKI_ERR_STOPPED);
	assert_rv(jpki_tries(1, JPKI_SIGNATURE, &one, &two), JPKI_ERR_STOPPED);
	assert_rv(jpki_login(1, JPKI_SIGNATURE, bytes, 6, NULL), JPKI_ERR_STOPPED);
	assert_rv(jpki_is_logged_in(1, JPKI_SIGNATURE, &yes), JPKI_ERR_STOPPED);
	assert_rv(jpki_logout(1, JPKI_SIGNATURE), JPKI_ERR_STOPPED);
	assert_rv(jpki_change_pin(1, JPKI_SIGNATURE, bytes, 6, bytes, 6, NULL), JPKI_ERR_STOPPED);
	assert_rv(jpki_sign(1, JPKI_SIGNATURE, JPKI_SIGN_PKCS1, bytes, 1, bytes), JPKI_ERR_STOPPED);
	assert_rv(
	    jpki_sign_with_pin(1, JPKI_SIGNATURE, bytes, 6, JPKI_SIGN_PKCS1, bytes, 1, bytes, NULL),
	    JPKI_ERR_STOPPED);
}

static void
start_and_stop(void **state)
{
	assert_rv(jpki_start(0), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_start(JPKI_ALL_ROLES + 1), JPKI_ERR_ARGUMENT);
	for (int round = 0; round < 2; round++) {
		assert_ok(jpki_start(JPKI_ROLE(JPKI_SIGNATURE)));
		assert_rv(jpki_start(JPKI_ALL_ROLES), JPKI_ERR_RUNNING);
		assert_ok(jpki_stop());
		assert_rv(jpki_stop(), JPKI_ERR_STOPPED);
	}
}

static size_t
readers(void)
{
	size_t count;

	assert_ok(jpki_readers(&count));
	return count;
}

static void
readers_come_and_go(void **state)
{
	char name[JPKI_READER_NAME_SIZE];
	enum jpki_holds what;
	uint64_t there;

	assert_ok(jpki_start(JPKI_ALL_ROLES));
	assert_int_equal(readers(), 0);
	assert_rv(jpki_reader_name(0, name), JPKI_ERR_NO_READER);
	assert_rv(jpki_reader_card(0, &what, &there), JPKI_ERR_NO_READER);
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(readers(), 1);
	assert_int_equal(holds(0), JPKI_HOLDS_NOTHING);
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(readers(), 2);
	assert_ok(jpki_reader_name(1, name));
	assert_string_equal(name, READER_2);
	assert_int_equal(inprocess_remove_reader(READER), 0);
	assert_int_equal(readers(), 2);
	assert_int_equal(holds(0), JPKI_HOLDS_NO_READER);
	assert_ok(jpki_reader_name(0, name));
	assert_string_equal(name, READER);
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(holds(0), JPKI_HOLDS_NOTHING);
}

static void
no_service(void **state)
{
	size_t count = 99;

	inprocess_service(false);
	assert_rv(jpki_readers(&count), JPKI_ERR_NO_SERVICE);
	assert_int_equal(count, 1);
	assert_int_equal(holds(0), JPKI_HOLDS_NO_READER);
	inprocess_service(true);
	assert_int_equal(readers(), 1);
	assert_int_equal(holds(0), JPKI_HOLDS_CARD);
	assert_int_not_equal(card_in(0), number);
}

static void
who_is_in_a_reader(void **state)
{
	static const struct {
		const char *quirk, *value;
		enum jpki_holds holds;
	} kinds[] = {
	    {NULL, NULL, JPKI_HOLDS_CARD},
	    {"label", "android", JPKI_HOLDS_ANDROID},
	    {"label", "iphone", JPKI_HOLDS_IPHONE},
	    {"label", "resident", JPKI_HOLDS_RESIDENT},
	    {"token-info", "missing", JPKI_HOLDS_NEW_KIND},
	    {"application", "absent", JPKI_HOLDS_OTHER},
	    {"application", "foreign", JPKI_HOLDS_OTHER},
	};

	for (size_t i = 0; i < LENGTH_OF(kinds); i++) {
		swap_card(kinds[i].quirk, kinds[i].value);
		assert_int_equal(holds(0), kinds[i].holds);
	}
	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(inprocess_insert(READER, NULL), 0);
	assert_int_equal(holds(0), JPKI_HOLDS_MUTE);
	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(holds(0), JPKI_HOLDS_NOTHING);
}

static void
a_card_that_another_program_has(void **state)
{
	unsigned roles;

	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(inprocess_exclusive(READER, true), 0);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_int_equal(holds(0), JPKI_HOLDS_UNKNOWN);
	assert_rv(jpki_keys(card_in(0), &roles), JPKI_ERR_BUSY);
	assert_int_equal(inprocess_exclusive(READER, false), 0);
	assert_int_equal(holds(0), JPKI_HOLDS_CARD);
}

static void
model_and_serial_number(void **state)
{
	char model[JPKI_TEXT_SIZE], serial[JPKI_TEXT_SIZE];

	assert_ok(jpki_card_text(number, model, serial));
	assert_string_equal(serial, SERIAL);
	assert_true(strlen(model) > 0);
	swap_card("token-info", "binary");
	assert_ok(jpki_card_text(number, model, serial));
	assert_string_equal(model, "");
	assert_string_equal(serial, "");
	swap_card("application", "absent");
	assert_rv(jpki_card_text(number, model, serial), JPKI_ERR_NOT_JPKI);
}

static unsigned
keys(void)
{
	unsigned roles;

	assert_ok(jpki_keys(number, &roles));
	return roles;
}

static void
keys_of_a_card(void **state)
{
	unsigned left, most;

	assert_int_equal(keys(), JPKI_ALL_ROLES);
	swap_card("signature-certificate", "absent");
	assert_int_equal(keys(), JPKI_ROLE(JPKI_AUTHENTICATION));
	assert_rv(jpki_tries(number, JPKI_SIGNATURE, &left, &most), JPKI_ERR_NO_KEY);
	assert_rv(login(JPKI_SIGNATURE, "ABC123", NULL), JPKI_ERR_NO_KEY);
	swap_card("label", "resident");
	assert_int_equal(keys(), 0);
	swap_card("application", "absent");
	assert_rv(jpki_keys(number, &left), JPKI_ERR_NOT_JPKI);
	assert_rv(login(JPKI_SIGNATURE, "ABC123", NULL), JPKI_ERR_NOT_JPKI);
}

static void
answer_late(void *unused)
{
	clock_skip_ms(4000);
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_OK, answer_late, NULL);
}

/* Who asks is not kept waiting again and again; later it is asked anew. */
static void
a_slow_card_that_fails(void **state)
{
	clock_stop();
	reinsert();
	for (unsigned i = 1; i <= VCARD_FAULTS_MAX; i++)
		assert_int_equal(vcard_fault_add(card, VCARD_FAULT_SW, i, 0x6f00, NULL), 0);
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_OK, answer_late, NULL);
	vcard_ledger_mark(card);
	assert_int_equal(holds(0), JPKI_HOLDS_UNKNOWN);
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_SELECT), 0);
	inprocess_plan(INPROCESS_TRANSMIT, 0, JPKI_OK, NULL, NULL);
	vcard_faults_clear(card);
	assert_int_equal(holds(0), JPKI_HOLDS_UNKNOWN);
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_SELECT), 0);
	clock_skip_ms(30000);
	assert_int_equal(holds(0), JPKI_HOLDS_CARD);
	clock_go();
}

static void
lose_power_at(unsigned exchange)
{
	vcard_faults_clear(card);
	assert_int_equal(vcard_fault_add(card, VCARD_FAULT_POWER_LOSS, exchange, 0, NULL), 0);
}

/* It is one without certificates then, for whoever does not ask twice. */
static void
a_card_that_loses_its_power_unnoticed(void **state)
{
	unsigned left, most;

	for (unsigned i = 1; i <= 8; i++) {
		reinsert();
		lose_power_at(i);
		number = card_in(0);
		assert_int_equal(keys(), JPKI_ALL_ROLES);
		assert_ok(jpki_tries(number, JPKI_AUTHENTICATION, &left, &most));
		assert_int_equal(left, most);
	}
	assert_int_equal(pins_sent(), 0);
}

static void
a_key_that_is_not_wanted_is_not_looked_at(void **state)
{
	bool yes;

	assert_ok(jpki_stop());
	assert_ok(jpki_start(JPKI_ROLE(JPKI_AUTHENTICATION)));
	number = card_in(0);
	assert_int_equal(keys(), JPKI_ROLE(JPKI_AUTHENTICATION));
	assert_rv(jpki_is_logged_in(number, JPKI_SIGNATURE, &yes), JPKI_ERR_NO_KEY);
	assert_rv(login(JPKI_SIGNATURE, "ABC123", NULL), JPKI_ERR_NO_KEY);
	assert_int_equal(pins_sent(), 0);
}

static void
assert_certificate(enum jpki_role role, enum jpki_certificate which)
{
	uint8_t der[JPKI_CERTIFICATE_MAX];
	unsigned char *expected = NULL;
	int size = i2d_X509(certificate_of(role, which), &expected);
	size_t length = sizeof(der);

	assert_ok(jpki_certificate(number, role, which, der, &length));
	assert_int_equal(length, size);
	assert_memory_equal(der, expected, length);
	OPENSSL_free(expected);
}

static void
certificates(void **state)
{
	uint8_t der[JPKI_CERTIFICATE_MAX];
	size_t length = sizeof(der);

	assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
	assert_certificate(JPKI_SIGNATURE, JPKI_CA_CERTIFICATE);
	assert_rv(jpki_certificate(number, JPKI_SIGNATURE, JPKI_CERTIFICATE, der, &length),
	    JPKI_ERR_NOT_VERIFIED);
	assert_ok(login(JPKI_SIGNATURE, "ABC123", NULL));
	assert_certificate(JPKI_SIGNATURE, JPKI_CERTIFICATE);
	assert_ok(jpki_logout(number, JPKI_SIGNATURE));
	assert_rv(jpki_certificate(number, JPKI_SIGNATURE, JPKI_CERTIFICATE, der, &length),
	    JPKI_ERR_NOT_VERIFIED);
	swap_card("ca-certificates", "absent");
	assert_rv(jpki_certificate(number, JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE, der, &length),
	    JPKI_ERR_NOT_FOUND);
}

static void
certificates_of_a_card_that_loses_its_power_unnoticed(void **state)
{
	for (unsigned i = 1; i <= 6; i++) {
		reinsert();
		number = card_in(0);
		lose_power_at(i);
		assert_certificate(JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE);
		lose_power_at(i);
		assert_certificate(JPKI_AUTHENTICATION, JPKI_CERTIFICATE);
	}
}

static void
room_for_a_certificate(void **state)
{
	int size = i2d_X509(certificate_of(JPKI_AUTHENTICATION, JPKI_CERTIFICATE), NULL);
	uint8_t der[JPKI_CERTIFICATE_MAX] = {0};
	size_t length = 0;

	assert_rv(jpki_certificate(number, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, NULL, &length),
	    JPKI_ERR_BUFFER);
	assert_int_equal(length, size);
	length = (size_t)size - 1;
	assert_rv(jpki_certificate(number, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, der, &length),
	    JPKI_ERR_BUFFER);
	assert_int_equal(length, size);
	assert_int_equal(der[0], 0);
	assert_ok(jpki_certificate(number, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, der, &length));
	assert_int_equal(der[size], 0);
}

static void
assert_gone(uint64_t gone)
{
	uint8_t bytes[JPKI_CERTIFICATE_MAX] = {0};
	char text[JPKI_TEXT_SIZE];
	size_t length = sizeof(bytes);
	enum jpki_try spent = JPKI_TRY_SPENT;
	unsigned one, two;
	bool yes;

	assert_rv(jpki_card_text(gone, text, text), JPKI_ERR_NO_CARD);
	assert_rv(jpki_keys(gone, &one), JPKI_ERR_NO_CARD);
	assert_rv(jpki_certificate(gone, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, bytes, &length),
	    JPKI_ERR_NO_CARD);
	assert_rv(jpki_tries(gone, JPKI_AUTHENTICATION, &one, &two), JPKI_ERR_NO_CARD);
	assert_rv(jpki_login(gone, JPKI_AUTHENTICATION, (const uint8_t *)"1234", 4, &spent),
	    JPKI_ERR_NO_CARD);
	assert_int_equal(spent, JPKI_TRY_KEPT);
	assert_rv(jpki_is_logged_in(gone, JPKI_AUTHENTICATION, &yes), JPKI_ERR_NO_CARD);
	assert_rv(jpki_logout(gone, JPKI_AUTHENTICATION), JPKI_ERR_NO_CARD);
	assert_rv(jpki_change_pin(gone, JPKI_AUTHENTICATION, (const uint8_t *)"1234", 4,
		      (const uint8_t *)"4321", 4, NULL),
	    JPKI_ERR_NO_CARD);
	assert_rv(jpki_sign(gone, JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1, bytes, 1, bytes),
	    JPKI_ERR_NO_CARD);
	assert_rv(jpki_sign_with_pin(gone, JPKI_AUTHENTICATION, (const uint8_t *)"1234", 4,
		      JPKI_SIGN_PKCS1, bytes, 1, bytes, NULL),
	    JPKI_ERR_NO_CARD);
}

static void
a_card_that_has_gone(void **state)
{
	assert_ok(login(JPKI_AUTHENTICATION, "1234", NULL));
	vcard_ledger_mark(card);
	assert_int_equal(inprocess_eject(READER), 0);
	assert_gone(number);
	assert_gone(0);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_gone(number);
	assert_int_not_equal(card_in(0), number);
	number = card_in(0);
	assert_false(logged_in(JPKI_AUTHENTICATION));
	assert_ok(jpki_stop());
	assert_ok(jpki_start(JPKI_ALL_ROLES));
	assert_gone(number);
	assert_int_equal(pins_sent(), 0);
}

static void
two_cards(void **state)
{
	char model[JPKI_TEXT_SIZE], serial[JPKI_TEXT_SIZE];

	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(inprocess_insert(READER_2, another_card(SERIAL_2)), 0);
	assert_int_equal(readers(), 2);
	assert_ok(jpki_card_text(card_in(1), model, serial));
	assert_string_equal(serial, SERIAL_2);
	number = card_in(1);
	assert_ok(login(JPKI_AUTHENTICATION, "1234", NULL));
	assert_int_equal(pins_sent(), 0);
	number = card_in(0);
	assert_false(logged_in(JPKI_AUTHENTICATION));
}

/* As libpcsclite does where there is no service. */
static void
set_errno(void *context)
{
	errno = ENOENT;
}

static void
errno_is_kept(void **state)
{
	size_t count;

	inprocess_plan(INPROCESS_START, 1, JPKI_OK, set_errno, NULL);
	errno = EXDEV;
	assert_ok(jpki_start(JPKI_ALL_ROLES));
	assert_int_equal(errno, EXDEV);
	inprocess_plan(INPROCESS_READERS_CALL, 1, JPKI_ERR_NO_SERVICE, set_errno, NULL);
	assert_rv(jpki_readers(&count), JPKI_ERR_NO_SERVICE);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(inprocess_insert(READER, card), 0);
	assert_int_equal(readers(), 1);
	number = card_in(0);
	inprocess_plan(INPROCESS_TRANSMIT, 1, JPKI_OK, set_errno, NULL);
	errno = EXDEV;
	assert_ok(login(JPKI_AUTHENTICATION, PIN, NULL));
	assert_int_equal(errno, EXDEV);
	inprocess_plan(INPROCESS_CLOSE, 1, JPKI_OK, set_errno, NULL);
	assert_ok(jpki_stop());
	assert_int_equal(errno, EXDEV);
}

static void
arguments_that_cannot_be(void **state)
{
	enum jpki_role none = (enum jpki_role)JPKI_ROLES;
	uint8_t byte = 0;
	unsigned one;
	uint64_t there;
	bool yes;

	assert_rv(jpki_readers(NULL), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_reader_name(0, NULL), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_reader_card(0, NULL, &there), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_wait(NULL, 0), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_card_text(number, NULL, NULL), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_keys(number, NULL), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_certificate(number, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &byte, NULL),
	    JPKI_ERR_ARGUMENT);
	assert_rv(jpki_tries(number, none, &one, &one), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_is_logged_in(number, none, &yes), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_login(number, none, &byte, 1, NULL), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_login(number, JPKI_SIGNATURE, NULL, 1, NULL), JPKI_ERR_ARGUMENT);
	assert_rv(jpki_logout(number, none), JPKI_ERR_ARGUMENT);
	assert_rv(
	    jpki_change_pin(number, JPKI_SIGNATURE, &byte, 1, NULL, 1, NULL), JPKI_ERR_ARGUMENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_STOPPED(not_started),
	    TEST_STOPPED(start_and_stop),
	    TEST_STOPPED(readers_come_and_go),
	    TEST(no_service),
	    TEST(who_is_in_a_reader),
	    TEST(a_card_that_another_program_has),
	    TEST(model_and_serial_number),
	    TEST(keys_of_a_card),
	    TEST(a_slow_card_that_fails),
	    TEST(a_card_that_loses_its_power_unnoticed),
	    TEST(a_key_that_is_not_wanted_is_not_looked_at),
	    TEST(certificates),
	    TEST(certificates_of_a_card_that_loses_its_power_unnoticed),
	    TEST(room_for_a_certificate),
	    TEST(a_card_that_has_gone),
	    TEST(two_cards),
	    TEST_STOPPED(errno_is_kept),
	    TEST(arguments_that_cannot_be),
	};

	return RUN(tests);
}
