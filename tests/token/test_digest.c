/* SPDX-License-Identifier: BSD-2-Clause */

/* Digesting, against OpenSSL. */

#include <openssl/evp.h>

#include "../common/module.h"

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
#define DIGESTS LENGTH_OF(digests)

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

	memset(data, 'x', sizeof(data));
	forget_exchanges();
	for (size_t i = 0; i < DIGESTS; i++)
		for (size_t j = 0; j < LENGTH_OF(sizes); j++) {
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
mechanisms_are_checked(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_MECHANISM mechanism = {CKM_SHA256, data, 1};

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
	    TEST(mechanisms_are_checked),
	};

	return RUN(tests);
}
