/* SPDX-License-Identifier: BSD-2-Clause */

/* How operations end (section 5.2): what digesting, signing and verifying have in common. */

#include "../common/module.h"

static CK_BYTE data[32], value[256];

/* One kind of operation, each call with good arguments but for those it is given. */
struct kind {
	const char *name;
	CK_RV (*begin)(CK_SESSION_HANDLE session);
	CK_RV (*once)(CK_SESSION_HANDLE session, CK_BYTE *in, CK_BYTE *out, CK_ULONG *length);
	CK_RV (*update)(CK_SESSION_HANDLE session, CK_BYTE *in);
	CK_RV (*final)(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *length);
};

static CK_RV
begin_digest(CK_SESSION_HANDLE session)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};

	return p11->C_DigestInit(session, &mechanism);
}

static CK_RV
digest(CK_SESSION_HANDLE session, CK_BYTE *in, CK_BYTE *out, CK_ULONG *length)
{
	return p11->C_Digest(session, in, sizeof(data), out, length);
}

static CK_RV
digest_more(CK_SESSION_HANDLE session, CK_BYTE *in)
{
	return p11->C_DigestUpdate(session, in, sizeof(data));
}

static CK_RV
digest_last(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *length)
{
	return p11->C_DigestFinal(session, out, length);
}

static CK_RV
begin_signature(CK_SESSION_HANDLE session)
{
	return pkcs11_sign_init(
	    pkcs11_list(p11), session, CKM_SHA256_RSA_PKCS, find_one(session, CKO_PRIVATE_KEY));
}

static CK_RV
sign(CK_SESSION_HANDLE session, CK_BYTE *in, CK_BYTE *out, CK_ULONG *length)
{
	return p11->C_Sign(session, in, sizeof(data), out, length);
}

static CK_RV
sign_more(CK_SESSION_HANDLE session, CK_BYTE *in)
{
	return p11->C_SignUpdate(session, in, sizeof(data));
}

static CK_RV
sign_last(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *length)
{
	return p11->C_SignFinal(session, out, length);
}

static CK_RV
begin_verification(CK_SESSION_HANDLE session)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};

	return p11->C_VerifyInit(session, &mechanism, find_one(session, CKO_PUBLIC_KEY));
}

static CK_RV
verify(CK_SESSION_HANDLE session, CK_BYTE *in, CK_BYTE *signature, CK_ULONG *length)
{
	return p11->C_Verify(session, in, sizeof(data), signature, length != NULL ? *length : 256);
}

static CK_RV
verify_more(CK_SESSION_HANDLE session, CK_BYTE *in)
{
	return p11->C_VerifyUpdate(session, in, sizeof(data));
}

static CK_RV
verify_last(CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG *length)
{
	return p11->C_VerifyFinal(session, signature, length != NULL ? *length : 256);
}

/* Verifying puts nothing out: it asks for no length. */
#define WITH_OUTPUT 2
static const struct kind kinds[] = {
    {"digest", begin_digest, digest, digest_more, digest_last},
    {"sign", begin_signature, sign, sign_more, sign_last},
    {"verify", begin_verification, verify, verify_more, verify_last},
};
#define KINDS LENGTH_OF(kinds)

static void
assert_ended(const struct kind *kind, CK_SESSION_HANDLE session)
{
	CK_ULONG length = sizeof(value);

	if (kind->once(session, data, value, &length) != CKR_OPERATION_NOT_INITIALIZED ||
	    kind->update(session, data) != CKR_OPERATION_NOT_INITIALIZED ||
	    kind->final(session, value, &length) != CKR_OPERATION_NOT_INITIALIZED)
		fail_msg("%s goes on", kind->name);
}

static void
bad_arguments_end_it(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_ULONG length = sizeof(value);

	for (size_t i = 0; i < KINDS; i++) {
		const struct kind *kind = &kinds[i];
		CK_BYTE *out = i < WITH_OUTPUT ? value : NULL;

		assert_ended(kind, session);
		assert_ok(kind->begin(session));
		assert_rv(kind->once(session, NULL, value, &length), CKR_ARGUMENTS_BAD);
		assert_ended(kind, session);
		assert_ok(kind->begin(session));
		assert_rv(kind->once(session, data, out, NULL), CKR_ARGUMENTS_BAD);
		assert_ended(kind, session);
		assert_ok(kind->begin(session));
		assert_rv(kind->update(session, NULL), CKR_ARGUMENTS_BAD);
		assert_ended(kind, session);
		assert_ok(kind->begin(session));
		assert_rv(kind->final(session, out, NULL), CKR_ARGUMENTS_BAD);
		assert_ended(kind, session);
	}
	assert_int_equal(signatures_made(), 0);
}

/* ... but only that of the session that was meant. */
static void
bad_arguments_leave_others_alone(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_ULONG length = sizeof(value);

	for (size_t i = 0; i < KINDS; i++) {
		assert_ok(kinds[i].begin(session));
		assert_rv(kinds[i].once(session + 1, NULL, value, &length), CKR_ARGUMENTS_BAD);
		assert_ok(kinds[i].update(session, data));
	}
}

static void
what_was_asked_for_a_length_is_done_at_once(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	for (size_t i = 0; i < WITH_OUTPUT; i++) {
		const struct kind *kind = &kinds[i];
		CK_ULONG length = sizeof(value);

		assert_ok(kind->begin(session));
		assert_ok(kind->once(session, data, NULL, &length));
		assert_rv(kind->final(session, value, &length), CKR_OPERATION_ACTIVE);
		assert_ended(kind, session);
		assert_ok(kind->begin(session));
		length = 1;
		assert_rv(kind->once(session, data, value, &length), CKR_BUFFER_TOO_SMALL);
		assert_rv(kind->update(session, data), CKR_OPERATION_ACTIVE);
		assert_ended(kind, session);
	}
	assert_int_equal(signatures_made(), 0);
}

static void
what_was_begun_in_parts_ends_in_parts(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_ULONG length = sizeof(value);

	for (size_t i = 0; i < KINDS; i++) {
		assert_ok(kinds[i].begin(session));
		assert_ok(kinds[i].update(session, data));
		assert_rv(kinds[i].once(session, data, value, &length), CKR_OPERATION_ACTIVE);
		assert_ended(&kinds[i], session);
	}
	assert_int_equal(signatures_made(), 0);
}

/* A digest, a signature and a verification do not disturb each other. */
static void
one_of_each_kind_at_a_time(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_ULONG length = sizeof(value);

	for (size_t i = 0; i < KINDS; i++)
		assert_ok(kinds[i].begin(session));
	for (size_t i = 0; i < KINDS; i++) {
		assert_rv(kinds[i].begin(session), CKR_OPERATION_ACTIVE);
		assert_ok(kinds[i].update(session, data));
	}
	assert_ok(digest_last(session, value, &length));
	length = sizeof(value);
	assert_ok(sign_last(session, value, &length));
	assert_ok(verify_last(session, value, &length));
}

static void
keys_are_not_digested(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_OBJECT_HANDLE key = find_one(session, CKO_PRIVATE_KEY);
	CK_ULONG length = sizeof(value);

	assert_rv(p11->C_DigestKey(session, key), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok(begin_digest(session));
	assert_ok(digest(session, data, NULL, &length));
	assert_rv(p11->C_DigestKey(session, key), CKR_OPERATION_ACTIVE);
	assert_ended(&kinds[0], session);
	assert_ok(begin_digest(session));
	assert_rv(p11->C_DigestKey(session, key), CKR_KEY_INDIGESTIBLE);
	assert_rv(p11->C_DigestKey(session, find_ca(session)), CKR_KEY_HANDLE_INVALID);
	assert_rv(p11->C_DigestKey(session, CK_INVALID_HANDLE), CKR_KEY_HANDLE_INVALID);
	assert_ok(digest_more(session, data)); /* the digest itself goes on */
	assert_ok(digest_last(session, value, &length));
	assert_ended(&kinds[0], session);
}

/* A PIN that was given for a signature is given up with it. */
static void
bad_arguments_end_a_context_login(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);
	CK_ULONG length = sizeof(value);

	set_window(0);
	assert_ok(begin_signature(session));
	assert_ok(context_login(session, PASSWORD));
	assert_rv(sign(session, data, value, NULL), CKR_ARGUMENTS_BAD);
	assert_true(locked());
	assert_ok(begin_signature(session));
	assert_rv(sign(session, data, value, &length), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(signatures_made(), 0);
}

static void
cancel_ends_operations(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_OBJECT_HANDLE object;
	CK_BYTE bytes[256];
	CK_ULONG length = sizeof(bytes), count;

	assert_ok(begin_digest(session));
	assert_ok(begin_signature(session));
	assert_ok(begin_verification(session));
	assert_ok(p11->C_FindObjectsInit(session, NULL, 0));
	assert_ok(p11->C_SessionCancel(session, 0));
	assert_rv(begin_digest(session), CKR_OPERATION_ACTIVE);
	assert_ok(p11->C_SessionCancel(
	    session, CKF_DIGEST | CKF_SIGN | CKF_VERIFY | CKF_FIND_OBJECTS | CKF_ENCRYPT));
	assert_rv(p11->C_DigestFinal(session, bytes, &length), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(p11->C_SignFinal(session, bytes, &length), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(p11->C_VerifyFinal(session, bytes, length), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(p11->C_FindObjects(session, &object, 1, &count), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(p11->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
	assert_true(user_session(session));
}

/* Version 3.0: an operation is ended by C_...Init without a mechanism. */
static void
init_without_mechanism_ends_operations(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_BYTE bytes[256];
	CK_ULONG length = sizeof(bytes);

	assert_ok(begin_digest(session));
	assert_ok(begin_signature(session));
	assert_ok(begin_verification(session));
	assert_ok(p11->C_DigestInit(session, NULL));
	assert_ok(p11->C_SignInit(session, NULL, CK_INVALID_HANDLE));
	assert_ok(p11->C_VerifyInit(session, NULL, CK_INVALID_HANDLE));
	assert_rv(p11->C_DigestFinal(session, bytes, &length), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(p11->C_SignFinal(session, bytes, &length), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(p11->C_VerifyFinal(session, bytes, length), CKR_OPERATION_NOT_INITIALIZED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(bad_arguments_end_it),
	    TEST(bad_arguments_leave_others_alone),
	    TEST(what_was_asked_for_a_length_is_done_at_once),
	    TEST(what_was_begun_in_parts_ends_in_parts),
	    TEST(one_of_each_kind_at_a_time),
	    TEST(keys_are_not_digested),
	    TEST(bad_arguments_end_a_context_login),
	    TEST(cancel_ends_operations),
	    TEST(init_without_mechanism_ends_operations),
	};

	return RUN(tests);
}
