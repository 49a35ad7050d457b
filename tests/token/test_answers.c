/* SPDX-License-Identifier: BSD-2-Clause */

/* What functions answer that are seldom the ones that meet it first: pkcs11-spec/conformance.md. */

#include "../common/scheme.h"

static CK_BYTE value[VALUE_ROOM];

static CK_RV
update(CK_SESSION_HANDLE session, CK_ULONG length)
{
	return p11->C_SignUpdate(session, value, length);
}

static CK_RV
final(CK_SESSION_HANDLE session)
{
	CK_ULONG length = SIGNATURE_SIZE;

	return p11->C_SignFinal(session, value, &length);
}

static void
final_answers_as_sign_does(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	assert_ok(begin_signature(session, raw_pkcs1));
	assert_rv(final(session), CKR_DATA_LEN_RANGE);
	swap_card("signature", "damaged");
	session = open_user_session(JPKI_AUTHENTICATION);
	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_ok(update(session, 1));
	assert_rv(final(session), CKR_DEVICE_ERROR);
	swap_card("sign-forms", "pkcs1");
	session = open_user_session(JPKI_AUTHENTICATION);
	assert_ok(begin_signature(session, sha256_pss));
	assert_ok(update(session, 1));
	assert_rv(final(session), CKR_MECHANISM_INVALID);
	set_window(0);
	session = open_user_session(JPKI_SIGNATURE);
	assert_ok(begin_signature(session, sha256_pkcs1));
	assert_rv(final(session), CKR_USER_NOT_LOGGED_IN);
}

static void
begin_verification(CK_SESSION_HANDLE session, const struct scheme *scheme)
{
	CK_MECHANISM mechanism = pkcs11_mechanism(scheme->type);

	assert_ok(p11->C_VerifyInit(session, &mechanism, find_one(session, CKO_PUBLIC_KEY)));
}

static void
verification_in_parts(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	begin_verification(session, raw_pkcs1);
	assert_rv(p11->C_VerifyUpdate(session, value, 246), CKR_DATA_LEN_RANGE);
	begin_verification(session, raw_pkcs1);
	assert_rv(p11->C_VerifyFinal(session, value, SIGNATURE_SIZE), CKR_DATA_LEN_RANGE);
	begin_verification(session, sha256_pkcs1);
	assert_rv(p11->C_VerifyFinal(session, value, 255), CKR_SIGNATURE_LEN_RANGE);
}

/* All that read the certificate, first of all. */
static void
assert_reading(CK_SESSION_HANDLE session, CK_RV expected)
{
	CK_OBJECT_HANDLE certificate = find_one(session, CKO_CERTIFICATE);
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};
	CK_ULONG size;

	assert_rv(p11->C_GetAttributeValue(session, certificate, &attribute, 1), expected);
	assert_rv(p11->C_GetObjectSize(session, certificate, &size), expected);
	begin_verification(session, sha256_pkcs1);
	assert_rv(p11->C_Verify(session, value, 1, value, SIGNATURE_SIZE), expected);
	begin_verification(session, sha256_pkcs1);
	assert_rv(p11->C_VerifyFinal(session, value, SIGNATURE_SIZE), expected);
}

static void
certificate_that_is_none(void **state)
{
	swap_card("authentication-certificate", "not-der");
	assert_reading(open_session(JPKI_AUTHENTICATION), CKR_DEVICE_ERROR);
}

static CK_RV
login_user(CK_SESSION_HANDLE session, CK_USER_TYPE type, const char *pin)
{
	CK_BYTE bytes[8];
	CK_ULONG length = 0;

	while (pin[length] != '\0') {
		bytes[length] = (CK_BYTE)pin[length];
		length++;
	}
	return p11->C_LoginUser(session, type, bytes, length, NULL, 0);
}

/* The card is somebody else's for the moment. */
static void
card_is_busy(void **state)
{
	CK_SESSION_HANDLE session = open_rw_session(JPKI_AUTHENTICATION);
	CK_BYTE pin[] = PIN;

	assert_int_equal(inprocess_exclusive(READER, true), 0);
	assert_reading(session, CKR_FUNCTION_FAILED);
	assert_rv(login_with(session, PIN), CKR_FUNCTION_FAILED);
	assert_rv(login_user(session, CKU_USER, PIN), CKR_FUNCTION_FAILED);
	assert_rv(p11->C_SetPIN(session, pin, 4, pin, 4), CKR_FUNCTION_FAILED);
	assert_int_equal(pins_sent(), 0);
	assert_int_equal(inprocess_exclusive(READER, false), 0);
	assert_ok(login_user(session, CKU_USER, PIN));
}

static void
login_user_answers_as_login_does(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	assert_rv(login_user(session, CKU_SO, PIN), CKR_SESSION_READ_ONLY_EXISTS);
	assert_rv(login_user(session, CKU_CONTEXT_SPECIFIC, PIN), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(login_user(session, CKU_USER, "12"), CKR_PIN_INCORRECT);
	assert_ok(login_user(session, CKU_USER, PIN));
	assert_rv(login_user(session, CKU_SO, PIN), CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
	session = open_session(JPKI_SIGNATURE);
	assert_int_equal(vcard_fault_add(card, VCARD_FAULT_SW, 2, 0x6581, NULL), 0);
	assert_rv(login_user(session, CKU_USER, PASSWORD), CKR_DEVICE_ERROR);
	start_over();
	session = open_session(JPKI_SIGNATURE);
	assert_int_equal(vcard_pin_set_tries(card, VCARD_PIN_SIGNATURE, 1, NULL), 0);
	assert_rv(login_user(session, CKU_USER, "WRONG99"), CKR_PIN_LOCKED);
}

/* A card that answers nothing sensible is not asked for ever. */
static void
hopeless_card_is_given_up(void **state)
{
	for (unsigned nth = 1; nth <= VCARD_FAULTS_MAX; nth++)
		assert_int_equal(vcard_fault_add(card, VCARD_FAULT_EMPTY, nth, 0, NULL), 0);
	for (int round = 0; round < 20; round++)
		assert_false(token_present(JPKI_AUTHENTICATION));
	assert_in_range(exchanges(), 1, VCARD_FAULTS_MAX);
	vcard_faults_clear(card);
	reinsert();
	assert_signs(open_user_session(JPKI_AUTHENTICATION), JPKI_AUTHENTICATION, sha256_pss);
}

/* Read by a user: the way to the card fails, and then works again. */
static void
certificate_is_out_of_reach(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};
	CK_OBJECT_HANDLE ca = find_ca(session);

	inprocess_plan(INPROCESS_BEGIN, 1, JPKI_ERR_IO, NULL, NULL);
	assert_rv(p11->C_GetAttributeValue(session, ca, &attribute, 1), CKR_DEVICE_ERROR);
	attribute.ulValueLen = sizeof(value);
	assert_ok(p11->C_GetAttributeValue(session, ca, &attribute, 1));
	assert_int_equal(pins_sent(), 1);
	assert_ok(p11->C_CloseSession(session));
	assert_false(vcard_pin_verified(card, VCARD_PIN_AUTHENTICATION));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(final_answers_as_sign_does),
	    TEST(verification_in_parts),
	    TEST(certificate_that_is_none),
	    TEST(card_is_busy),
	    TEST(certificate_is_out_of_reach),
	    TEST(login_user_answers_as_login_does),
	    TEST(hopeless_card_is_given_up),
	};

	return RUN(tests);
}
