/* SPDX-License-Identifier: BSD-2-Clause */

/* Digesting, against OpenSSL. */

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "fixture.h"

static const struct {
	CK_MECHANISM_TYPE type;
	const char *name;
	CK_ULONG size;
} digests[] = {
    {CKM_SHA_1, "SHA1", 20},
    {CKM_SHA224, "SHA224", 28},
    {CKM_SHA256, "SHA256", 32},
    {CKM_SHA384, "SHA384", 48},
    {CKM_SHA512, "SHA512", 64},
};
#define DIGESTS (sizeof(digests) / sizeof(digests[0]))

static CK_BYTE data[10000];

static CK_RV
begin(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM mechanism = {type, NULL, 0};

	return p11->C_DigestInit(session, &mechanism);
}

static void
assert_digest(size_t i, size_t length, const CK_BYTE *digest)
{
	unsigned char right[EVP_MAX_MD_SIZE];

	assert_int_equal(EVP_Q_digest(NULL, digests[i].name, NULL, data, length, right, NULL), 1);
	assert_memory_equal(digest, right, digests[i].size);
}

static void
digests_are_right(void **state)
{
	static const CK_ULONG sizes[] = {0, 1, 63, 64, 65, 1000, sizeof(data)};
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);

	(void)state;
	memset(data, 'x', sizeof(data));
	forget_exchanges();
	for (size_t i = 0; i < DIGESTS; i++)
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			CK_BYTE digest[64];
			CK_ULONG length = sizeof(digest);

			assert_ok(begin(session, digests[i].type));
			assert_ok(p11->C_Digest(session, data, sizes[j], digest, &length));
			assert_int_equal(length, digests[i].size);
			assert_digest(i, sizes[j], digest);
		}
	assert_int_equal(exchanges(), 0);
}

static void
parts_make_the_same_digest(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	(void)state;
	for (size_t i = 0; i < DIGESTS; i++) {
		CK_BYTE digest[64];
		CK_ULONG length = sizeof(digest);

		assert_ok(begin(session, digests[i].type));
		assert_ok(p11->C_DigestUpdate(session, data, 1));
		assert_ok(p11->C_DigestUpdate(session, NULL, 0));
		assert_ok(p11->C_DigestUpdate(session, data + 1, 4999));
		assert_ok(p11->C_DigestFinal(session, digest, &length));
		assert_int_equal(length, digests[i].size);
		assert_digest(i, 5000, digest);
	}
}

static void
buffers_of_all_lengths(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	(void)state;
	for (size_t i = 0; i < DIGESTS; i++) {
		CK_ULONG n = digests[i].size, length = 0;

		assert_ok(begin(session, digests[i].type));
		assert_ok(p11->C_Digest(session, data, 10, NULL, &length));
		assert_int_equal(length, n);
		for (CK_ULONG room = n - 1; room <= n + 1; room++) {
			CK_BYTE *digest = malloc(room);

			length = room;
			if (room > n)
				assert_ok(begin(session, digests[i].type));
			assert_rv(p11->C_Digest(session, data, 10, digest, &length),
			    room < n ? CKR_BUFFER_TOO_SMALL : CKR_OK);
			assert_int_equal(length, n);
			if (room >= n)
				assert_digest(i, 10, digest);
			free(digest);
		}
	}
}

static void
final_keeps_the_operation(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_BYTE digest[32];
	CK_ULONG length = 0;

	(void)state;
	assert_ok(begin(session, CKM_SHA256));
	assert_ok(p11->C_DigestUpdate(session, data, 100));
	assert_ok(p11->C_DigestFinal(session, NULL, &length));
	length = 31;
	assert_rv(p11->C_DigestFinal(session, digest, &length), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(length, 32);
	assert_ok(p11->C_DigestFinal(session, digest, &length));
	assert_digest(2, 100, digest);
}

static void
operations_have_a_state(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_BYTE digest[64];
	CK_ULONG length = sizeof(digest);

	(void)state;
	assert_rv(p11->C_Digest(session, data, 1, digest, &length), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(p11->C_DigestUpdate(session, data, 1), CKR_OPERATION_NOT_INITIALIZED);
	assert_rv(p11->C_DigestFinal(session, digest, &length), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok(begin(session, CKM_SHA256));
	assert_rv(begin(session, CKM_SHA256), CKR_OPERATION_ACTIVE);
	assert_ok(p11->C_DigestUpdate(session, data, 1));
	assert_rv(p11->C_Digest(session, data, 1, digest, &length), CKR_OPERATION_ACTIVE);
	assert_rv(p11->C_DigestFinal(session, digest, &length), CKR_OPERATION_NOT_INITIALIZED);
	assert_ok(begin(session, CKM_SHA256));
}

static void
mechanisms_are_checked(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_MECHANISM mechanism = {CKM_SHA256, data, 1};

	(void)state;
	assert_rv(begin(session, CKM_MD5), CKR_MECHANISM_INVALID);
	assert_rv(begin(session, CKM_SHA256_RSA_PKCS), CKR_MECHANISM_INVALID);
	assert_rv(begin(session, CKM_VENDOR_DEFINED), CKR_MECHANISM_INVALID);
	assert_rv(p11->C_DigestInit(session, &mechanism), CKR_MECHANISM_PARAM_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(digests_are_right),
	    TEST(parts_make_the_same_digest),
	    TEST(buffers_of_all_lengths),
	    TEST(final_keeps_the_operation),
	    TEST(operations_have_a_state),
	    TEST(mechanisms_are_checked),
	};

	return RUN(tests);
}
