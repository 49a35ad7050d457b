/* SPDX-License-Identifier: BSD-2-Clause */

/* Verifying, which is done here and not on the card. */

#include "../common/scheme.h"

static CK_BYTE signature[SIGNATURE_SIZE];

static CK_RV
begin_verification(CK_SESSION_HANDLE session, const struct scheme *scheme)
{
	CK_MECHANISM mechanism = pkcs11_mechanism(scheme->type);

	return p11->C_VerifyInit(session, &mechanism, find_one(session, CKO_PUBLIC_KEY));
}

static CK_RV
verify(CK_SESSION_HANDLE session, const struct scheme *scheme, CK_BYTE *data, CK_ULONG length,
    CK_ULONG signature_length)
{
	assert_ok(begin_verification(session, scheme));
	return p11->C_Verify(session, data, length, signature, signature_length);
}

static void
every_mechanism_verifies(void **state)
{
	enum jpki_role role = role_of(state);
	CK_SESSION_HANDLE session = open_user_session(role);

	for (size_t i = 0; i < SCHEMES; i++) {
		CK_BYTE *data = message_copy();

		assert_ok(sign_message(session, &schemes[i], signature));
		assert_ok(verify(session, &schemes[i], data, sizeof(message), 256));
		data[5] ^= 1;
		assert_rv(verify(session, &schemes[i], data, sizeof(message), 256),
		    CKR_SIGNATURE_INVALID);
		data[5] ^= 1;
		signature[100] ^= 1;
		assert_rv(verify(session, &schemes[i], data, sizeof(message), 256),
		    CKR_SIGNATURE_INVALID);
	}
}

static void
schemes_are_not_mixed_up(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	for (size_t i = 0; i < SCHEMES; i++) {
		assert_ok(sign_message(session, &schemes[i], signature));
		for (size_t j = 0; j < SCHEMES; j++)
			if (verify(session, &schemes[j], message_copy(), sizeof(message), 256) !=
			    (i == j ? CKR_OK : CKR_SIGNATURE_INVALID))
				fail_msg("%zu as %zu", i, j);
	}
}

static void
verifying_needs_neither_login_nor_card(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	assert_ok(sign_message(session, sha256_pss, signature));
	assert_ok(p11->C_Logout(session));
	forget_exchanges();
	assert_ok(verify(session, sha256_pss, message_copy(), sizeof(message), 256));
	assert_int_equal(exchanges(), 0);
}

/* The key comes with the certificate, which is read when it is needed. */
static void
certificate_is_read_for_it(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	memset(signature, 1, sizeof(signature));
	assert_rv(verify(session, sha256_pkcs1, message_copy(), sizeof(message), 256),
	    CKR_SIGNATURE_INVALID);
}

static void
parts_can_be_verified(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	for (size_t i = 0; i < SCHEMES; i++) {
		assert_ok(sign_message(session, &schemes[i], signature));
		for (int damage = 0; damage < 2; damage++) {
			signature[0] ^= damage;
			assert_ok(begin_verification(session, &schemes[i]));
			assert_ok(p11->C_VerifyUpdate(session, message_copy(), 7));
			assert_ok(p11->C_VerifyUpdate(session, message_copy() + 7, 25));
			assert_rv(p11->C_VerifyFinal(session, signature, 256),
			    damage ? CKR_SIGNATURE_INVALID : CKR_OK);
			assert_rv(p11->C_VerifyFinal(session, signature, 256),
			    CKR_OPERATION_NOT_INITIALIZED);
		}
	}
}

static void
lengths_are_checked(void **state)
{
	static const CK_ULONG wrong[] = {0, 1, 255, 257, 512};
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_BYTE data[512] = {0};

	assert_ok(sign_message(session, sha256_pkcs1, signature));
	for (size_t i = 0; i < LENGTH_OF(wrong); i++) {
		assert_ok(begin_verification(session, sha256_pkcs1));
		assert_rv(p11->C_Verify(session, message_copy(), sizeof(message), data, wrong[i]),
		    CKR_SIGNATURE_LEN_RANGE);
	}
	assert_rv(verify(session, raw_pkcs1, data, 246, 256), CKR_DATA_LEN_RANGE);
	assert_rv(verify(session, raw_pss, data, 31, 256), CKR_DATA_LEN_RANGE);
	assert_rv(verify(session, raw_pss, data, 33, 256), CKR_DATA_LEN_RANGE);
}

/* The signature token's public key is a private object: a verification with it ends at logout. */
static void
logout_takes_the_key_away(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);

	assert_ok(begin_verification(session, sha256_pkcs1));
	assert_ok(p11->C_Logout(session));
	forget_exchanges();
	assert_rv(p11->C_Verify(session, message_copy(), HASH_SIZE, signature, sizeof(signature)),
	    CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(exchanges(), 0);
}

static void
signing_and_verifying_run_side_by_side(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_BYTE made[SIGNATURE_SIZE];

	assert_ok(sign_message(session, sha256_pkcs1, signature));
	assert_ok(begin_verification(session, sha256_pkcs1));
	assert_ok(sign_message(session, sha256_pkcs1, made));
	assert_memory_equal(made, signature, sizeof(made));
	assert_ok(p11->C_Verify(session, message_copy(), sizeof(message), signature, 256));
}

static void
keys_and_mechanisms_are_checked(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE sign = open_session(JPKI_SIGNATURE);
	CK_OBJECT_HANDLE key = find_one(session, CKO_PUBLIC_KEY);
	CK_MECHANISM mechanism = pkcs11_mechanism(CKM_SHA256_RSA_PKCS),
		     digest = {CKM_SHA256, NULL, 0};
	CK_MECHANISM pss = {CKM_SHA256_RSA_PKCS_PSS, NULL, 0};

	assert_rv(p11->C_VerifyInit(session, &mechanism, 12345), CKR_KEY_HANDLE_INVALID);
	assert_rv(p11->C_VerifyInit(sign, &mechanism, key), CKR_KEY_HANDLE_INVALID);
	assert_rv(p11->C_VerifyInit(session, &digest, key), CKR_MECHANISM_INVALID);
	assert_rv(p11->C_VerifyInit(session, &pss, key), CKR_MECHANISM_PARAM_INVALID);
	assert_int_not_equal(
	    p11->C_VerifyInit(session, &mechanism, find_one(session, CKO_PRIVATE_KEY)), CKR_OK);
	assert_int_not_equal(
	    p11->C_VerifyInit(session, &mechanism, find_one(session, CKO_CERTIFICATE)), CKR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    ROLE_TEST(every_mechanism_verifies),
	    TEST(schemes_are_not_mixed_up),
	    TEST(verifying_needs_neither_login_nor_card),
	    TEST(certificate_is_read_for_it),
	    TEST(parts_can_be_verified),
	    TEST(lengths_are_checked),
	    TEST(logout_takes_the_key_away),
	    TEST(signing_and_verifying_run_side_by_side),
	    TEST(keys_and_mechanisms_are_checked),
	};

	return RUN(tests);
}
