/* SPDX-License-Identifier: BSD-2-Clause */

/* A module that is loaded and not used touches neither OpenSSL nor the card. */

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "../common/module.h"
#include "../common/scheme.h"

/* The linker puts __wrap_f where f is called, and f where __real_f is. */
int __real_OPENSSL_init_crypto(uint64_t options, const OPENSSL_INIT_SETTINGS *settings);
int __real_OPENSSL_atexit(void (*handler)(void));
int __real_ERR_set_mark(void);
OSSL_LIB_CTX *__real_OSSL_LIB_CTX_new(void);
int __wrap_OPENSSL_init_crypto(uint64_t options, const OPENSSL_INIT_SETTINGS *settings);
int __wrap_OPENSSL_atexit(void (*handler)(void));
int __wrap_ERR_set_mark(void);
OSSL_LIB_CTX *__wrap_OSSL_LIB_CTX_new(void);

static unsigned touched, contexts;

int
__wrap_OPENSSL_init_crypto(uint64_t options, const OPENSSL_INIT_SETTINGS *settings)
{
	touched++;
	return __real_OPENSSL_init_crypto(options, settings);
}

int
__wrap_OPENSSL_atexit(void (*handler)(void))
{
	touched++;
	return __real_OPENSSL_atexit(handler);
}

int
__wrap_ERR_set_mark(void)
{
	touched++;
	return __real_ERR_set_mark();
}

OSSL_LIB_CTX *
__wrap_OSSL_LIB_CTX_new(void)
{
	touched++;
	contexts++;
	return __real_OSSL_LIB_CTX_new();
}

static void
who_only_looks_touches_nothing(void **state)
{
	CK_SLOT_ID slot;
	CK_ULONG count;
	CK_INFO info;

	touched = 0;
	forget_exchanges();
	assert_ok(p11->C_Initialize(NULL));
	assert_ok(p11->C_GetInfo(&info));
	assert_ok(p11->C_GetSlotList(CK_FALSE, NULL, &count));
	assert_rv(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
	assert_ok(p11->C_Finalize(NULL));
	assert_int_equal(touched, 0);
	assert_int_equal(exchanges(), 0);
}

static void
make_signature(CK_SESSION_HANDLE session, const struct scheme *scheme)
{
	CK_BYTE signature[SIGNATURE_SIZE];

	assert_ok(sign_message(session, scheme, signature));
}

/* Of what a program commonly does, checking a PSS signature alone needs one: once in a run. */
static void
the_context_is_made_when_it_is_needed(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	contexts = 0;
	make_signature(session, sha256_pkcs1);
	assert_int_equal(contexts, 0);
	for (int i = 0; i < 2; i++) {
		make_signature(session, sha256_pss);
		assert_int_equal(contexts, 1);
	}
	assert_ok(p11->C_Finalize(NULL));
	assert_true(start_module());
	make_signature(open_user_session(JPKI_AUTHENTICATION), sha256_pss);
	assert_int_equal(contexts, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_STOPPED(who_only_looks_touches_nothing),
	    TEST(the_context_is_made_when_it_is_needed),
	};

	return RUN(tests);
}
