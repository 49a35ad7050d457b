/* SPDX-License-Identifier: BSD-2-Clause */

/* Several threads at once. */

#include <pthread.h>
#include <stdatomic.h>

#include "../common/scheme.h"

#define THREADS 8
#define ROUNDS 15

static atomic_int unexpected;
static _Atomic(CK_SESSION_HANDLE) common;

/* All in one session, which one of them closes again and again: nobody is hurt. */
static void *
share_a_session(void *context)
{
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	const int *number = context;

	for (int round = 0; round < 100 * ROUNDS; round++) {
		CK_SESSION_HANDLE session = atomic_load(&common);
		CK_BYTE digest[HASH_SIZE];
		CK_ULONG length = sizeof(digest);

		if (*number == 0 && round % 10 == 0) {
			if (p11->C_CloseSession(session) != CKR_OK)
				atomic_fetch_add(&unexpected, 1);
			atomic_store(&common, open_session(JPKI_AUTHENTICATION));
		}
		(void)p11->C_DigestInit(session, &sha256);
		(void)p11->C_DigestUpdate(session, digest, 0);
		(void)p11->C_SignUpdate(session, digest, 0);
		(void)p11->C_DigestFinal(session, digest, &length);
	}
	return NULL;
}

static void
run_threads(void *(*what)(void *))
{
	int numbers[THREADS];
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, what, &numbers[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void
many_threads_in_one_session(void **state)
{
	atomic_store(&unexpected, 0);
	atomic_store(&common, open_session(JPKI_AUTHENTICATION));
	run_threads(share_a_session);
	assert_int_equal(atomic_load(&unexpected), 0);
	assert_ok(p11->C_CloseSession(atomic_load(&common)));
}

#define LIVES 300

static atomic_bool done;

/* As two libraries in one program do, each with a life of the module of its own in mind. */
static void *
live(void *context)
{
	CK_SESSION_HANDLE session;
	CK_RV rv;

	for (int life = 0; life < LIVES; life++) {
		rv = p11->C_Initialize(NULL);
		if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
			atomic_fetch_add(&unexpected, 1);
		rv = pkcs11_open_session(pkcs11_list(p11), 0, 0, &session);
		if (rv != CKR_OK && rv != CKR_CRYPTOKI_NOT_INITIALIZED)
			atomic_fetch_add(&unexpected, 1);
		rv = p11->C_Finalize(NULL);
		if (rv != CKR_OK && rv != CKR_CRYPTOKI_NOT_INITIALIZED)
			atomic_fetch_add(&unexpected, 1);
	}
	return NULL;
}

/* Nobody told the others that it stops. */
static void *
call_on(void *context)
{
	CK_SESSION_HANDLE session;
	CK_SLOT_INFO info;
	CK_SLOT_ID slot;
	CK_ULONG count;

	while (!atomic_load(&done)) {
		(void)p11->C_GetSlotList(CK_TRUE, NULL, &count);
		(void)p11->C_GetSlotInfo(0, &info);
		(void)p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL);
		if (pkcs11_open_session(pkcs11_list(p11), 1, 0, &session) == CKR_OK)
			(void)login_with(session, PASSWORD);
	}
	return NULL;
}

static void
starting_and_stopping_meet(void **state)
{
	pthread_t lives[4], callers[2];

	atomic_store(&done, false);
	atomic_store(&unexpected, 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&callers[i], NULL, call_on, NULL), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&lives[i], NULL, live, NULL), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(lives[i], NULL), 0);
	atomic_store(&done, true);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(callers[i], NULL), 0);
	assert_int_equal(atomic_load(&unexpected), 0);
	(void)p11->C_Finalize(NULL);
	assert_false(vcard_pin_verified(card, VCARD_PIN_SIGNATURE));
	assert_int_equal(vcard_pin_tries(card, VCARD_PIN_SIGNATURE), 5);
	assert_true(start_module());
	assert_signs(open_user_session(JPKI_AUTHENTICATION), JPKI_AUTHENTICATION, sha256_pkcs1);
}

/* A card that nobody has asked yet what it is takes its time to tell. */
#define FIRST_LOOK_US 20000

static void *
open_session_somewhere(void *context)
{
	CK_SESSION_HANDLE session;

	*(CK_RV *)context =
	    pkcs11_open_session(pkcs11_list(p11), slot_of(JPKI_AUTHENTICATION), 0, &session);
	return NULL;
}

/* Who asks for the token while another thread is finding out that it is one. */
static void
assert_token_is_found_meanwhile(void)
{
	const struct vcard_delays slow = {.exchange = FIRST_LOOK_US}, none = {0};
	struct deadline deadline = {0};
	CK_TOKEN_INFO info;
	pthread_t thread;
	CK_RV opened, rv;

	vcard_delays_set(card, &slow);
	forget_exchanges();
	assert_int_equal(pthread_create(&thread, NULL, open_session_somewhere, &opened), 0);
	while (exchanges() == 0)
		wait_a_moment(&deadline);
	rv = p11->C_GetTokenInfo(slot_of(JPKI_AUTHENTICATION), &info);
	assert_int_equal(pthread_join(thread, NULL), 0);
	vcard_delays_set(card, &none);
	assert_ok(opened);
	assert_ok(rv);
}

static void
tokens_are_there_for_all_threads_at_once(void **state)
{
	assert_token_is_found_meanwhile();
}

/* The thread that waits for events has seen the card come, but asked it nothing. */
static void
new_tokens_are_there_for_all_threads_at_once(void **state)
{
	CK_SLOT_ID slot;

	assert_true(token_present(JPKI_AUTHENTICATION));
	reinsert();
	assert_ok(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
	assert_token_is_found_meanwhile();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(tokens_are_there_for_all_threads_at_once),
	    TEST(new_tokens_are_there_for_all_threads_at_once),
	    TEST(many_threads_in_one_session),
	    TEST(starting_and_stopping_meet),
	};

	return RUN(tests);
}
