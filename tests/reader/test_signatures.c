/* SPDX-License-Identifier: BSD-2-Clause */

/* Signing through the public functions, in a login and with a PIN of its own. */

#include "../common/clock.h"
#include "../common/signatures.h"
#include "base/clock.h"
#include "fixture.h"
#include "reader/settings.h"

#define HASH_SIZE 32
#define WINDOW_MS 10000

static const uint8_t hash[HASH_SIZE] = {1, 2, 3};
static uint8_t signature[JPKI_SIGNATURE_SIZE];

static bool
verifies(enum jpki_role role, enum jpki_signature_form form, const uint8_t *data, size_t length)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate_of(role, JPKI_CERTIFICATE));

	return rsa_signature_verifies(
	    key, form == JPKI_SIGN_PSS_SHA256, NULL, data, length, signature);
}

static int
sign(enum jpki_role role, enum jpki_signature_form form, size_t length)
{
	static const uint8_t zeros[JPKI_SIGN_DATA_MAX + 1];

	memset(signature, 0, sizeof(signature));
	return jpki_sign(number, role, form, length == HASH_SIZE ? hash : zeros, length, signature);
}

static int
sign_with(enum jpki_role role, const char *pin, enum jpki_try *spent)
{
	memset(signature, 0, sizeof(signature));
	return jpki_sign_with_pin(number, role, (const uint8_t *)pin, strlen(pin), JPKI_SIGN_PKCS1,
	    hash, sizeof(hash), signature, spent);
}

static size_t
made(void)
{
	return vcard_ledger_count(card, VCARD_EVENT_SIGN);
}

static void
both_forms(void **state)
{
	enum jpki_role role = role_of(state);

	assert_rv(sign(role, JPKI_SIGN_PKCS1, HASH_SIZE), JPKI_ERR_NOT_VERIFIED);
	assert_ok(login(role, pin_of(role), NULL));
	assert_ok(sign(role, JPKI_SIGN_PKCS1, HASH_SIZE));
	assert_true(verifies(role, JPKI_SIGN_PKCS1, hash, HASH_SIZE));
	assert_ok(sign(role, JPKI_SIGN_PSS_SHA256, HASH_SIZE));
	assert_true(verifies(role, JPKI_SIGN_PSS_SHA256, hash, HASH_SIZE));
	assert_ok(jpki_logout(number, role));
	assert_rv(sign(role, JPKI_SIGN_PKCS1, HASH_SIZE), JPKI_ERR_NOT_VERIFIED);
}

static void
two_keys_at_once(void **state)
{
	for (int role = 0; role < JPKI_ROLES; role++)
		assert_ok(login(role, pin_of(role), NULL));
	for (int role = 0; role < JPKI_ROLES; role++) {
		assert_ok(sign(role, JPKI_SIGN_PKCS1, HASH_SIZE));
		assert_true(verifies(role, JPKI_SIGN_PKCS1, hash, HASH_SIZE));
		assert_false(verifies(1 - role, JPKI_SIGN_PKCS1, hash, HASH_SIZE));
	}
}

static void
data_of_any_size_that_fits(void **state)
{
	static const struct {
		enum jpki_signature_form form;
		size_t length;
		int rv;
	} cases[] = {
	    {JPKI_SIGN_PKCS1, 0, JPKI_ERR_ARGUMENT},
	    {JPKI_SIGN_PKCS1, 1, JPKI_OK},
	    {JPKI_SIGN_PKCS1, JPKI_SIGN_DATA_MAX, JPKI_OK},
	    {JPKI_SIGN_PKCS1, JPKI_SIGN_DATA_MAX + 1, JPKI_ERR_ARGUMENT},
	    {JPKI_SIGN_PSS_SHA256, HASH_SIZE - 1, JPKI_ERR_ARGUMENT},
	    {JPKI_SIGN_PSS_SHA256, HASH_SIZE + 1, JPKI_ERR_ARGUMENT},
	    {(enum jpki_signature_form)2, HASH_SIZE, JPKI_ERR_ARGUMENT},
	};

	assert_ok(login(JPKI_AUTHENTICATION, "1234", NULL));
	for (size_t i = 0; i < LENGTH_OF(cases); i++)
		assert_rv(sign(JPKI_AUTHENTICATION, cases[i].form, cases[i].length), cases[i].rv);
	assert_rv(jpki_sign(number, JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1, NULL, 1, signature),
	    JPKI_ERR_ARGUMENT);
	assert_rv(jpki_sign(number, JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1, hash, 1, NULL),
	    JPKI_ERR_ARGUMENT);
	assert_int_equal(made(), 2);
}

static void
a_card_without_pss(void **state)
{
	swap_card("sign-forms", "pkcs1");
	assert_ok(login(JPKI_AUTHENTICATION, "1234", NULL));
	for (int round = 0; round < 2; round++)
		assert_rv(sign(JPKI_AUTHENTICATION, JPKI_SIGN_PSS_SHA256, HASH_SIZE),
		    JPKI_ERR_UNSUPPORTED);
	assert_ok(sign(JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1, HASH_SIZE));
}

static void
a_wrong_signature_is_not_given(void **state)
{
	static const uint8_t nothing[JPKI_SIGNATURE_SIZE];

	swap_card("signature", "damaged");
	assert_ok(login(JPKI_AUTHENTICATION, "1234", NULL));
	assert_rv(sign(JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1, HASH_SIZE), JPKI_ERR_DATA);
	assert_memory_equal(signature, nothing, sizeof(nothing));
}

static void
the_window_of_the_signature_key(void **state)
{
	clock_stop();
	assert_ok(login(JPKI_AUTHENTICATION, "1234", NULL));
	assert_true(inprocess_guarded_until(READER) == 0);
	assert_ok(login(JPKI_SIGNATURE, "ABC123", NULL));
	assert_true(inprocess_guarded_until(READER) == clock_now_ms() + WINDOW_MS);
	clock_skip_ms(WINDOW_MS - 1);
	assert_ok(sign(JPKI_SIGNATURE, JPKI_SIGN_PKCS1, HASH_SIZE));
	assert_true(inprocess_guarded_until(READER) == clock_now_ms() + 1);
	assert_true(logged_in(JPKI_SIGNATURE));
	clock_skip_ms(1);
	assert_rv(sign(JPKI_SIGNATURE, JPKI_SIGN_PKCS1, HASH_SIZE), JPKI_ERR_NOT_VERIFIED);
	assert_false(logged_in(JPKI_SIGNATURE));
	assert_true(locked());
	assert_ok(login(JPKI_SIGNATURE, "ABC123", NULL));
	assert_ok(sign(JPKI_SIGNATURE, JPKI_SIGN_PKCS1, HASH_SIZE));
}

/* A login is good for nothing then but to read the certificate. */
static void
a_login_without_a_window(void **state)
{
	settings_now.signature_window_ms = 0;
	assert_ok(login(JPKI_SIGNATURE, "ABC123", NULL));
	assert_rv(sign(JPKI_SIGNATURE, JPKI_SIGN_PKCS1, HASH_SIZE), JPKI_ERR_NOT_VERIFIED);
	assert_false(logged_in(JPKI_SIGNATURE));
	assert_rv(login(JPKI_SIGNATURE, "ABC123", NULL), JPKI_ERR_LOGGED_IN);
	assert_ok(jpki_logout(number, JPKI_SIGNATURE));
	assert_ok(sign_with(JPKI_SIGNATURE, "ABC123", NULL));
	assert_int_equal(pins_sent(), 2);
}

static void
others_reset_the_card(void **state)
{
	assert_ok(login(JPKI_AUTHENTICATION, "1234", NULL));
	assert_int_equal(inprocess_power_cut(READER), 0);
	assert_rv(sign(JPKI_AUTHENTICATION, JPKI_SIGN_PKCS1, HASH_SIZE), JPKI_ERR_NOT_VERIFIED);
	assert_false(logged_in(JPKI_AUTHENTICATION));
	assert_int_equal(pins_sent(), 1);
}

static void
one_signature_with_its_pin(void **state)
{
	static const uint64_t windows[] = {WINDOW_MS, 0};
	enum jpki_try spent;

	for (size_t i = 0; i < LENGTH_OF(windows); i++)
		for (int role = 0; role < JPKI_ROLES; role++) {
			settings_now.signature_window_ms = windows[i];
			spent = JPKI_TRY_SPENT;
			assert_ok(sign_with(role, pin_of(role), &spent));
			assert_int_equal(spent, JPKI_TRY_KEPT);
			assert_true(verifies(role, JPKI_SIGN_PKCS1, hash, HASH_SIZE));
			assert_false(logged_in(role));
			assert_true(locked());
			assert_int_equal(pins_sent(), 1);
			start_over();
		}
}

static void
one_signature_with_a_wrong_pin(void **state)
{
	enum jpki_try spent;

	for (int role = 0; role < JPKI_ROLES; role++) {
		assert_rv(sign_with(role, wrong_pin_of(role), &spent), JPKI_ERR_PIN_WRONG);
		assert_int_equal(spent, JPKI_TRY_SPENT);
		assert_int_equal(pins_sent(), 1);
		assert_ok(login(role, pin_of(role), NULL));
		assert_rv(sign_with(role, pin_of(role), &spent), JPKI_ERR_LOGGED_IN);
		assert_int_equal(spent, JPKI_TRY_KEPT);
		assert_true(logged_in(role));
		assert_int_equal(pins_sent(), 2);
		start_over();
	}
	assert_rv(jpki_sign_with_pin(
		      number, JPKI_SIGNATURE, hash, 6, JPKI_SIGN_PKCS1, hash, 0, signature, &spent),
	    JPKI_ERR_ARGUMENT);
	assert_int_equal(pins_sent(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROLE_TEST(both_forms),
	    TEST(two_keys_at_once),
	    TEST(data_of_any_size_that_fits),
	    TEST(a_card_without_pss),
	    TEST(a_wrong_signature_is_not_given),
	    TEST(the_window_of_the_signature_key),
	    TEST(a_login_without_a_window),
	    TEST(others_reset_the_card),
	    TEST(one_signature_with_its_pin),
	    TEST(one_signature_with_a_wrong_pin),
	};

	return RUN(tests);
}
