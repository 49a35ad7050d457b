/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the application has in OpenSSL's error queue stays there alone, whatever the call. OpenSSL
 * 3.5 raises errors even while it frees, where memory is short: here freeing always raises some.
 */

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "../common/module.h"
#include "../common/scheme.h"

/* The linker puts __wrap_f where f is called, and f where __real_f is. */
void __real_ASN1_item_free(ASN1_VALUE *value, const ASN1_ITEM *type);
void __real_RSA_free(RSA *key);
void __real_X509_SIG_free(X509_SIG *info);
int __real_OSSL_PROVIDER_unload(OSSL_PROVIDER *provider);
void __real_OSSL_LIB_CTX_free(OSSL_LIB_CTX *context);
void __wrap_ASN1_item_free(ASN1_VALUE *value, const ASN1_ITEM *type);
void __wrap_RSA_free(RSA *key);
void __wrap_X509_SIG_free(X509_SIG *info);
int __wrap_OSSL_PROVIDER_unload(OSSL_PROVIDER *provider);
void __wrap_OSSL_LIB_CTX_free(OSSL_LIB_CTX *context);

static unsigned raised;

static void
raise_error(void)
{
	raised++;
	ERR_raise(ERR_LIB_CRYPTO, ERR_R_MALLOC_FAILURE);
}

void
__wrap_ASN1_item_free(ASN1_VALUE *value, const ASN1_ITEM *type)
{
	raise_error();
	__real_ASN1_item_free(value, type);
}

void
__wrap_RSA_free(RSA *key)
{
	raise_error();
	__real_RSA_free(key);
}

void
__wrap_X509_SIG_free(X509_SIG *info)
{
	raise_error();
	__real_X509_SIG_free(info);
}

int
__wrap_OSSL_PROVIDER_unload(OSSL_PROVIDER *provider)
{
	raise_error();
	return __real_OSSL_PROVIDER_unload(provider);
}

void
__wrap_OSSL_LIB_CTX_free(OSSL_LIB_CTX *context)
{
	raise_error();
	__real_OSSL_LIB_CTX_free(context);
}

static void
log_in(CK_SESSION_HANDLE session)
{
	assert_ok(login_with(session, PIN));
}

static void
read_a_certificate(CK_SESSION_HANDLE session)
{
	CK_ATTRIBUTE subject = {CKA_SUBJECT, NULL, 0};

	assert_ok(p11->C_GetAttributeValue(session, find_ca(session), &subject, 1));
}

static void
make_a_signature(CK_SESSION_HANDLE session)
{
	CK_BYTE signature[SIGNATURE_SIZE];

	assert_ok(sign_message(session, sha256_pkcs1, signature));
}

static void
see_a_wrong_signature(CK_SESSION_HANDLE session)
{
	CK_MECHANISM mechanism = pkcs11_mechanism(CKM_SHA256_RSA_PKCS);
	CK_BYTE signature[SIGNATURE_SIZE] = {0};

	assert_ok(p11->C_VerifyInit(session, &mechanism, find_one(session, CKO_PUBLIC_KEY)));
	assert_rv(p11->C_Verify(session, message_copy(), HASH_SIZE, signature, SIGNATURE_SIZE),
	    CKR_SIGNATURE_INVALID);
}

static void
make_a_pss_signature(CK_SESSION_HANDLE session)
{
	CK_BYTE signature[SIGNATURE_SIZE];

	assert_ok(sign_message(session, sha256_pss, signature));
}

static void
finalize(CK_SESSION_HANDLE session)
{
	assert_ok(p11->C_Finalize(NULL));
}

/* One after the other: each of them uses OpenSSL, but for the login. */
static void (*const calls[])(CK_SESSION_HANDLE) = {
    read_a_certificate,
    log_in,
    make_a_signature,
    see_a_wrong_signature,
    make_a_pss_signature,
    finalize,
};

/* One time with an empty queue, one with an error of the application's. */
static void
calls_leave_no_error(void **state)
{
	for (int own = 0; own < 2; own++) {
		CK_SESSION_HANDLE session;

		start_over();
		session = open_session(JPKI_AUTHENTICATION);
		for (size_t i = 0; i < LENGTH_OF(calls); i++) {
			ERR_clear_error();
			if (own)
				ERR_raise(ERR_LIB_USER, 1);
			raised = 0;
			calls[i](session);
			assert_true(raised > 0 || calls[i] == log_in);
			assert_int_equal(ERR_GET_LIB(ERR_get_error()), own ? ERR_LIB_USER : 0);
			assert_int_equal(ERR_get_error(), 0);
		}
	}
}

/* Nothing else has used OpenSSL in that call when the key is taken from the certificate. */
static void
a_key_alone_leaves_no_error(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	ERR_clear_error();
	raised = 0;
	make_a_pss_signature(session);
	assert_true(raised > 0);
	assert_int_equal(ERR_get_error(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(calls_leave_no_error),
	    TEST(a_key_alone_leaves_no_error),
	};

	return RUN(tests);
}
