/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the application has in OpenSSL's error queue stays there alone, whatever the call. OpenSSL
 * 3.5 raises errors even while it frees, where memory is short: here freeing always raises some.
 */

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include "fixture.h"

/* The linker puts __wrap_f where f is called, and f where __real_f is. */
void __real_EVP_MD_CTX_free(EVP_MD_CTX *context);
int __real_OSSL_PROVIDER_unload(OSSL_PROVIDER *provider);
void __real_OSSL_LIB_CTX_free(OSSL_LIB_CTX *context);
void __wrap_EVP_MD_CTX_free(EVP_MD_CTX *context);
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
__wrap_EVP_MD_CTX_free(EVP_MD_CTX *context)
{
	raise_error();
	__real_EVP_MD_CTX_free(context);
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

static CK_SESSION_HANDLE
open_digesting_session(void)
{
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	assert_ok(p11->C_DigestInit(session, &sha256));
	return session;
}

static void
finalize(CK_SESSION_HANDLE session)
{
	(void)session;
	assert_ok(p11->C_Finalize(NULL));
}

static void
close_session(CK_SESSION_HANDLE session)
{
	assert_ok(p11->C_CloseSession(session));
}

static void
close_all_sessions(CK_SESSION_HANDLE session)
{
	(void)session;
	assert_ok(p11->C_CloseAllSessions(slot_of(JPKI_AUTHENTICATION)));
}

static void
find_the_card_gone(CK_SESSION_HANDLE session)
{
	(void)session;
	inprocess_eject(READER);
	assert_false(token_present(JPKI_AUTHENTICATION));
}

static void
find_another_card(CK_SESSION_HANDLE session)
{
	reinsert();
	assert_rv(p11->C_Logout(session), CKR_DEVICE_REMOVED);
}

static void
wait_for_an_event(CK_SESSION_HANDLE session)
{
	CK_SLOT_ID slot;

	(void)session;
	inprocess_eject(READER);
	assert_ok(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
}

/* Each of them ends a digest. */
static void (*const ends[])(CK_SESSION_HANDLE) = {
    finalize,
    close_session,
    close_all_sessions,
    find_the_card_gone,
    find_another_card,
    wait_for_an_event,
};

/* One time with an empty queue, one with an error of the application's. */
static void
calls_leave_no_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		for (int own = 0; own < 2; own++) {
			CK_SESSION_HANDLE session;

			start_over();
			session = open_digesting_session();
			ERR_clear_error();
			if (own)
				ERR_raise(ERR_LIB_USER, 1);
			raised = 0;
			ends[i](session);
			assert_true(raised > 0);
			assert_int_equal(ERR_GET_LIB(ERR_get_error()), own ? ERR_LIB_USER : 0);
			assert_int_equal(ERR_get_error(), 0);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(calls_leave_no_error),
	};

	return RUN(tests);
}
