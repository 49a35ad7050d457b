/* SPDX-License-Identifier: BSD-2-Clause */

/* What things cost: exchanges with the card, exactly. */

#include "scheme.h"

/* Blocks of 256 bytes. */
static unsigned
blocks(X509 *x509)
{
	return ((unsigned)i2d_X509(x509, NULL) + 255) / 256;
}

/* SELECT, EF 0006, EF 0008, the head of the authentication certificate, two counters. */
#define PROBE 6u

static void
probing(void **state)
{
	(void)state;
	assert_true(token_present(JPKI_AUTHENTICATION));
	assert_int_equal(exchanges(), PROBE);
	assert_true(token_present(JPKI_SIGNATURE));
	(void)token_flags(JPKI_AUTHENTICATION);
	(void)token_flags(JPKI_SIGNATURE);
	assert_int_equal(exchanges(), PROBE);
}

static void
cold_authentication(void **state)
{
	unsigned rest = blocks(certificate_of(JPKI_AUTHENTICATION)) - 1;
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	(void)state;
	assert_int_equal(exchanges(), PROBE);
	assert_ok(login_with(session, PIN));
	assert_int_equal(exchanges(), PROBE + 2 + rest);
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
	assert_int_equal(exchanges(), PROBE + 2 + rest + 1);
	assert_int_equal(exchanges(), 13);
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pss);
	assert_ok(p11->C_Logout(session));
	assert_ok(p11->C_CloseSession(session));
	assert_int_equal(exchanges(), 14);
}

static void
cold_signature(void **state)
{
	unsigned all = blocks(certificate_of(JPKI_SIGNATURE));
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);

	(void)state;
	assert_int_equal(exchanges(), PROBE);
	assert_ok(login_with(session, PASSWORD));
	assert_int_equal(exchanges(), PROBE + 2 + all);
	assert_signs(session, JPKI_SIGNATURE, sha256_pkcs1);
	assert_int_equal(exchanges(), PROBE + 2 + all + 1);
	assert_int_equal(exchanges(), 15);
	assert_signs(session, JPKI_SIGNATURE, sha256_pss);
	assert_ok(p11->C_Logout(session));
	assert_ok(p11->C_CloseSession(session));
	assert_int_equal(exchanges(), 16);
}

static void
logging_in_again(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	(void)state;
	assert_ok(p11->C_Logout(session));
	forget_exchanges();
	assert_ok(login_with(session, PIN));
	assert_int_equal(exchanges(), 2);
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
	assert_int_equal(exchanges(), 3);
}

static void
context_login_and_signature(void **state)
{
	CK_SESSION_HANDLE session;
	CK_BYTE signature[SIGNATURE_SIZE];

	(void)state;
	set_window(0);
	session = open_user_session(JPKI_SIGNATURE);
	assert_ok(begin_signature(session, sha256_pkcs1));
	forget_exchanges();
	assert_ok(context_login(session, PASSWORD));
	assert_int_equal(exchanges(), 2);
	assert_ok(finish_signature(session, signature));
	assert_int_equal(exchanges(), 3);
}

/* What a browser does before it asks for a PIN. */
static void
showing_both_tokens(void **state)
{
	unsigned expected = PROBE;

	(void)state;
	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_session(role);
		CK_OBJECT_HANDLE found[OBJECTS_ROOM];
		size_t count = find_class(session, CKO_CERTIFICATE, found, OBJECTS_ROOM);
		CK_BYTE value[VALUE_ROOM];

		(void)token_flags(role);
		for (size_t i = 0; i < count; i++)
			(void)get(session, found[i], CKA_VALUE, value, sizeof(value));
		expected += 1 + blocks(ca_of(role));
		if (role == JPKI_AUTHENTICATION)
			expected += 1 + blocks(certificate_of(role)) - 1;
		assert_int_equal(exchanges(), expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(probing),
	    TEST(cold_authentication),
	    TEST(cold_signature),
	    TEST(logging_in_again),
	    TEST(context_login_and_signature),
	    TEST(showing_both_tokens),
	};

	return RUN(tests);
}
