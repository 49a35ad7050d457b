/* SPDX-License-Identifier: BSD-2-Clause */

/* Which cards have which tokens, and what C_GetTokenInfo and the mechanism list say of them. */

#include "../common/clock.h"
#include "../common/module.h"

static CK_TOKEN_INFO
token_info(enum jpki_role role)
{
	CK_TOKEN_INFO info;

	memset(&info, 0xff, sizeof(info));
	assert_ok(p11->C_GetTokenInfo(slot_of(role), &info));
	return info;
}

static void
assert_tokens(bool authentication, bool signature)
{
	assert_int_equal(token_present(JPKI_AUTHENTICATION), authentication);
	assert_int_equal(token_present(JPKI_SIGNATURE), signature);
}

static void
info_comes_from_the_card(void **state)
{
	CK_TOKEN_INFO info = token_info(JPKI_AUTHENTICATION);

	assert_padded(info.label, "JPKI User Authentication");
	assert_padded(info.manufacturerID, "JPKI-TEST");
	assert_padded(info.model, "JPKI-TEST");
	assert_padded(info.serialNumber, SERIAL);
	assert_int_equal(
	    info.flags, CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED);
	assert_int_equal(info.ulMinPinLen, 4);
	assert_int_equal(info.ulMaxPinLen, 4);
	assert_int_equal(info.hardwareVersion.major, 0);
	assert_int_equal(info.hardwareVersion.minor, 3);
	assert_int_equal(info.firmwareVersion.minor, 1);
	info = token_info(JPKI_SIGNATURE);
	assert_padded(info.label, "JPKI Digital Signature");
	assert_padded(info.serialNumber, SERIAL);
	assert_int_equal(info.ulMinPinLen, 6);
	assert_int_equal(info.ulMaxPinLen, 16);
}

static void
memory_is_unknown(void **state)
{
	CK_TOKEN_INFO info = token_info(JPKI_AUTHENTICATION);

	assert_int_equal(info.ulTotalPublicMemory, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(info.ulFreePublicMemory, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(info.ulTotalPrivateMemory, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(info.ulFreePrivateMemory, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(info.ulMaxSessionCount, CK_EFFECTIVELY_INFINITE);
	assert_int_equal(info.ulMaxRwSessionCount, CK_EFFECTIVELY_INFINITE);
}

static void
sessions_are_counted(void **state)
{
	CK_SESSION_HANDLE read_write = open_rw_session(JPKI_SIGNATURE);
	CK_TOKEN_INFO info;

	(void)open_session(JPKI_SIGNATURE);
	(void)open_session(JPKI_AUTHENTICATION);
	info = token_info(JPKI_SIGNATURE);
	assert_int_equal(info.ulSessionCount, 2);
	assert_int_equal(info.ulRwSessionCount, 1);
	assert_ok(p11->C_CloseSession(read_write));
	info = token_info(JPKI_SIGNATURE);
	assert_int_equal(info.ulSessionCount, 1);
	assert_int_equal(info.ulRwSessionCount, 0);
}

static void
flags_tell_the_tries(void **state)
{
	const CK_FLAGS all = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;
	enum jpki_role role = role_of(state);
	unsigned max = vcard_pin_tries_max(card_pin_of(role));

	for (unsigned tries = 0; tries <= max; tries++) {
		CK_FLAGS expected = tries < max ? CKF_USER_PIN_COUNT_LOW : 0;

		expected |= tries == 1 ? CKF_USER_PIN_FINAL_TRY : 0;
		expected |= tries == 0 ? CKF_USER_PIN_LOCKED : 0;
		swap_card(NULL, NULL);
		assert_int_equal(vcard_pin_set_tries(card, card_pin_of(role), tries, NULL), 0);
		assert_int_equal(token_flags(role) & all, expected);
		assert_int_equal(token_flags(1 - role) & all, 0);
		assert_int_equal(pins_sent(), 0);
	}
}

static void
flags_follow_the_module(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	assert_rv(login_with(session, "9999"), CKR_PIN_INCORRECT);
	assert_true(token_flags(JPKI_AUTHENTICATION) & CKF_USER_PIN_COUNT_LOW);
	assert_rv(login_with(session, "9998"), CKR_PIN_INCORRECT);
	assert_true(token_flags(JPKI_AUTHENTICATION) & CKF_USER_PIN_FINAL_TRY);
	assert_ok(login_with(session, PIN));
	assert_false(token_flags(JPKI_AUTHENTICATION) & CKF_USER_PIN_COUNT_LOW);
}

/* A try that another program has spent is shown after ten seconds; until then nothing is asked. */
static void
flags_follow_others_in_time(void **state)
{
	assert_false(token_flags(JPKI_AUTHENTICATION) & CKF_USER_PIN_COUNT_LOW);
	assert_int_equal(vcard_pin_set_tries(card, card_pin_of(JPKI_AUTHENTICATION), 2, NULL), 0);
	forget_exchanges();
	clock_skip_ms(9000);
	assert_false(token_flags(JPKI_AUTHENTICATION) & CKF_USER_PIN_COUNT_LOW);
	assert_int_equal(exchanges(), 0);
	clock_skip_ms(1000);
	assert_true(token_flags(JPKI_AUTHENTICATION) & CKF_USER_PIN_COUNT_LOW);
	assert_int_equal(exchanges(), 2); /* select, tries */
}

static void
old_resident_cards_are_no_tokens(void **state)
{
	swap_card("label", "resident");
	assert_tokens(false, false);
}

static void
phones_hide_their_certificate(void **state)
{
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE certificate;
	CK_ULONG size;

	swap_card("label", "android");
	assert_tokens(true, true);
	session = open_session(JPKI_AUTHENTICATION);
	/* nor that of its CA: ssh would take that for all there is, and not log in */
	assert_int_equal(find_class(session, CKO_CERTIFICATE, NULL, 0), 0);
	assert_int_equal(find_class(session, CKO_PUBLIC_KEY, NULL, 0), 0);
	assert_ok(login_with(session, PIN));
	assert_int_equal(find_class(session, CKO_CERTIFICATE, NULL, 0), 2);
	assert_true(get_bool(session, find_one(session, CKO_CERTIFICATE), CKA_PRIVATE));
	assert_true(get_bool(session, find_one(session, CKO_PUBLIC_KEY), CKA_PRIVATE));
	certificate = find_one(session, CKO_CERTIFICATE);
	assert_ok(p11->C_Logout(session));
	assert_int_equal(find_class(session, CKO_CERTIFICATE, NULL, 0), 0);
	assert_rv(p11->C_GetObjectSize(session, certificate, &size), CKR_OBJECT_HANDLE_INVALID);
	swap_card("label", "iphone");
	assert_tokens(true, true);
}

static void
each_insertion_is_looked_at_anew(void **state)
{
	assert_tokens(true, true);
	swap_card("application", "absent");
	assert_tokens(false, false);
	swap_card("signature-certificate", "absent");
	assert_tokens(true, false);
	swap_card(NULL, NULL);
	assert_tokens(true, true);
}

struct expected_mechanism {
	CK_MECHANISM_TYPE type;
	CK_ULONG bits;
	CK_FLAGS flags;
};
#define SIGNS 2048, CKF_HW | CKF_SIGN | CKF_VERIFY

static const struct expected_mechanism expected[] = {
    {CKM_RSA_PKCS, SIGNS},
    {CKM_SHA1_RSA_PKCS, SIGNS},
    {CKM_SHA224_RSA_PKCS, SIGNS},
    {CKM_SHA256_RSA_PKCS, SIGNS},
    {CKM_SHA384_RSA_PKCS, SIGNS},
    {CKM_SHA512_RSA_PKCS, SIGNS},
    {CKM_RSA_PKCS_PSS, SIGNS},
    {CKM_SHA256_RSA_PKCS_PSS, SIGNS},
    {CKM_SHA_1, 0, CKF_DIGEST},
    {CKM_SHA224, 0, CKF_DIGEST},
    {CKM_SHA256, 0, CKF_DIGEST},
    {CKM_SHA384, 0, CKF_DIGEST},
    {CKM_SHA512, 0, CKF_DIGEST},
};
#define MECHANISMS LENGTH_OF(expected)

static void
mechanisms_are_listed(void **state)
{
	CK_MECHANISM_TYPE list[MECHANISMS + 1];
	CK_ULONG count = 0;
	enum jpki_role role = role_of(state);

	assert_ok(p11->C_GetMechanismList(slot_of(role), NULL, &count));
	assert_int_equal(count, MECHANISMS);
	count = MECHANISMS - 1;
	assert_rv(p11->C_GetMechanismList(slot_of(role), list, &count), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(count, MECHANISMS);
	list[MECHANISMS] = 99;
	assert_ok(p11->C_GetMechanismList(slot_of(role), list, &count));
	for (size_t i = 0; i < MECHANISMS; i++)
		assert_int_equal(list[i], expected[i].type);
	assert_int_equal(list[MECHANISMS], 99);
}

static void
mechanisms_are_described(void **state)
{
	static const CK_MECHANISM_TYPE unknown[] = {CKM_RSA_X_509, CKM_AES_CBC,
	    CKM_SHA384_RSA_PKCS_PSS, CKM_RSA_PKCS_OAEP, CKM_VENDOR_DEFINED};
	CK_MECHANISM_INFO info;

	for (size_t i = 0; i < MECHANISMS; i++) {
		assert_ok(p11->C_GetMechanismInfo(0, expected[i].type, &info));
		assert_int_equal(info.ulMinKeySize, expected[i].bits);
		assert_int_equal(info.ulMaxKeySize, expected[i].bits);
		assert_int_equal(info.flags, expected[i].flags);
	}
	/* what CKA_KEY_GEN_MECHANISM names, not in the list, and of no use to any function */
	assert_ok(p11->C_GetMechanismInfo(0, CKM_RSA_PKCS_KEY_PAIR_GEN, &info));
	assert_int_equal(info.ulMinKeySize, 2048);
	assert_int_equal(info.ulMaxKeySize, 2048);
	assert_int_equal(info.flags, 0);
	for (size_t i = 0; i < LENGTH_OF(unknown); i++)
		assert_rv(p11->C_GetMechanismInfo(0, unknown[i], &info), CKR_MECHANISM_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(info_comes_from_the_card),
	    TEST(memory_is_unknown),
	    TEST(sessions_are_counted),
	    ROLE_TEST(flags_tell_the_tries),
	    TEST(flags_follow_the_module),
	    TEST(flags_follow_others_in_time),
	    TEST(old_resident_cards_are_no_tokens),
	    TEST(phones_hide_their_certificate),
	    TEST(each_insertion_is_looked_at_anew),
	    ROLE_TEST(mechanisms_are_listed),
	    TEST(mechanisms_are_described),
	};

	return RUN(tests);
}
