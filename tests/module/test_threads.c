/* SPDX-License-Identifier: BSD-2-Clause */

/* Several threads at once. */

#include <pthread.h>
#include <stdatomic.h>

#include "scheme.h"

#include "../common/expire.h"
#include "reader/transaction.h"

#define THREADS 8
#define ROUNDS 15
/* Long enough for the other thread to be seen waiting or not. */
#define SIGNATURE_US 800000

static atomic_bool done;
static atomic_int unexpected;
static CK_OBJECT_HANDLE key;

static void *
sign_slowly(void *context)
{
	CK_MECHANISM mechanism = scheme_mechanism(sha256_pkcs1);
	CK_SESSION_HANDLE session = *(CK_SESSION_HANDLE *)context;
	CK_BYTE signature[SIGNATURE_SIZE], data[] = "data";
	CK_ULONG length = sizeof(signature);

	if (p11->C_SignInit(session, &mechanism, key) != CKR_OK ||
	    p11->C_Sign(session, data, sizeof(data), signature, &length) != CKR_OK)
		atomic_fetch_add(&unexpected, 1);
	atomic_store(&done, true);
	return NULL;
}

static void
slot_queries_do_not_wait_for_a_signature(void **state)
{
	const struct vcard_delays delays = {.signature = SIGNATURE_US};
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	struct deadline deadline = {0};
	CK_MECHANISM_INFO mechanism;
	CK_SLOT_ID slot;
	CK_ULONG count;
	pthread_t thread;

	(void)state;
	key = find_one(session, CKO_PRIVATE_KEY);
	vcard_delays_set(card, &delays);
	atomic_store(&done, false);
	forget_exchanges();
	assert_int_equal(pthread_create(&thread, NULL, sign_slowly, &session), 0);
	while (exchanges() == 0)
		wait_a_moment(&deadline);
	assert_true(token_present(JPKI_AUTHENTICATION));
	assert_true(token_present(JPKI_SIGNATURE));
	(void)token_flags(JPKI_AUTHENTICATION);
	assert_ok(p11->C_GetSlotList(CK_TRUE, NULL, &count));
	assert_ok(p11->C_GetMechanismList(0, NULL, &count));
	assert_ok(p11->C_GetMechanismInfo(0, CKM_RSA_PKCS, &mechanism));
	assert_rv(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(inprocess_insert(READER_2, another_card(SERIAL_2)), 0);
	assert_ok(p11->C_WaitForSlotEvent(0, &slot, NULL));
	assert_in_range(slot, 2, 3);
	assert_false(atomic_load(&done));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(atomic_load(&unexpected), 0);
}

/* That one card is busy does not keep another one in a transaction that has had its time. */
static void
a_signature_does_not_hold_another_card(void **state)
{
	const struct vcard_delays delays = {.signature = SIGNATURE_US};
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	struct deadline deadline = {0};
	CK_TOKEN_INFO info;
	pthread_t thread;
	struct vcard *other = another_card(SERIAL_2);

	(void)state;
	key = find_one(session, CKO_PRIVATE_KEY);
	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(inprocess_insert(READER_2, other), 0);
	(void)token_present(JPKI_AUTHENTICATION);
	transaction_linger_ms = 1;
	assert_ok(p11->C_GetTokenInfo(2, &info));
	transaction_linger_ms = 0;
	vcard_delays_set(card, &delays);
	atomic_store(&done, false);
	forget_exchanges();
	assert_int_equal(pthread_create(&thread, NULL, sign_slowly, &session), 0);
	while (exchanges() == 0)
		wait_a_moment(&deadline);
	while (!expire())
		wait_a_moment(&deadline);
	assert_false(atomic_load(&done));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(atomic_load(&unexpected), 0);
}

/* While the card is busy. */
static void
do_without_the_card(CK_SESSION_HANDLE ours, CK_SESSION_HANDLE other)
{
	CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
	CK_ULONG length = HASH_SIZE, count;
	CK_BYTE digest[HASH_SIZE];
	CK_OBJECT_HANDLE object;

	assert_ok(p11->C_DigestInit(ours, &sha256));
	assert_ok(p11->C_DigestUpdate(ours, message_copy(), HASH_SIZE));
	assert_ok(p11->C_DigestFinal(ours, digest, &length));
	assert_ok(p11->C_SignUpdate(ours, message_copy(), HASH_SIZE));
	assert_ok(p11->C_VerifyUpdate(ours, message_copy(), HASH_SIZE));
	assert_ok(p11->C_FindObjects(ours, &object, 1, &count));
	assert_ok(p11->C_FindObjectsFinal(ours));
	assert_true(user_session(ours));
	assert_true(user_session(open_session(JPKI_AUTHENTICATION)));
	(void)open_session(JPKI_SIGNATURE);
	assert_ok(p11->C_CloseSession(other));
	assert_rv(p11->C_DigestInit(other, &sha256), CKR_SESSION_HANDLE_INVALID);
}

static void
what_needs_no_card_does_not_wait_for_a_signature(void **state)
{
	const struct vcard_delays delays = {.signature = SIGNATURE_US};
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE ours = open_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE other = open_session(JPKI_AUTHENTICATION);
	CK_MECHANISM mechanism = scheme_mechanism(sha256_pkcs1);
	struct deadline deadline = {0};
	pthread_t thread;

	(void)state;
	key = find_one(session, CKO_PRIVATE_KEY);
	assert_ok(p11->C_SignInit(ours, &mechanism, key));
	assert_ok(p11->C_VerifyInit(ours, &mechanism, find_one(ours, CKO_PUBLIC_KEY)));
	assert_ok(p11->C_FindObjectsInit(ours, NULL, 0));
	vcard_delays_set(card, &delays);
	atomic_store(&done, false);
	forget_exchanges();
	assert_int_equal(pthread_create(&thread, NULL, sign_slowly, &session), 0);
	while (exchanges() == 0)
		wait_a_moment(&deadline);
	do_without_the_card(ours, other);
	assert_false(atomic_load(&done));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(atomic_load(&unexpected), 0);
	assert_ok(p11->C_CloseAllSessions(slot_of(JPKI_AUTHENTICATION)));
	assert_true(locked());
}

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

static bool
expected(CK_RV rv)
{
	switch (rv) {
	case CKR_OK:
	case CKR_TOKEN_NOT_PRESENT:
	case CKR_DEVICE_REMOVED:
	case CKR_DEVICE_ERROR:
	case CKR_SESSION_HANDLE_INVALID:
	case CKR_USER_ALREADY_LOGGED_IN:
	case CKR_USER_NOT_LOGGED_IN:
	case CKR_KEY_HANDLE_INVALID:
		return true;
	default:
		return false;
	}
}

static bool
note(CK_RV rv)
{
	if (!expected(rv)) {
		print_message("# 0x%lx\n", rv);
		atomic_fetch_add(&unexpected, 1);
	}
	return rv == CKR_OK;
}

static void
sign_something(CK_SESSION_HANDLE session)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_BYTE signature[SIGNATURE_SIZE], data[] = "data";
	CK_ULONG length = sizeof(signature), count = 0;
	CK_OBJECT_HANDLE object;

	if (!note(p11->C_FindObjectsInit(session, &template, 1)) ||
	    !note(p11->C_FindObjects(session, &object, 1, &count)) ||
	    !note(p11->C_FindObjectsFinal(session)) || count == 0)
		return;
	if (note(p11->C_SignInit(session, &mechanism, object)))
		(void)note(p11->C_Sign(session, data, sizeof(data), signature, &length));
}

static void
one_round(enum jpki_role role)
{
	CK_BYTE pin[] = PIN, password[] = PASSWORD;
	CK_SESSION_HANDLE session;
	CK_SLOT_INFO info;

	(void)note(p11->C_GetSlotInfo(slot_of(role), &info));
	if (!note(p11->C_OpenSession(slot_of(role), CKF_SERIAL_SESSION, NULL, NULL, &session)))
		return;
	if (role == JPKI_AUTHENTICATION)
		(void)note(p11->C_Login(session, CKU_USER, pin, sizeof(pin) - 1));
	else
		(void)note(p11->C_Login(session, CKU_USER, password, sizeof(password) - 1));
	sign_something(session);
	(void)note(p11->C_CloseSession(session));
}

static void *
work(void *context)
{
	const int *number = context;

	for (int round = 0; round < ROUNDS; round++)
		one_round((enum jpki_role)((*number + round) % JPKI_ROLES));
	return NULL;
}

static void *
pull_and_put(void *context)
{
	(void)context;
	while (!atomic_load(&done)) {
		struct deadline deadline = {0};
		unsigned before = exchanges();

		/* let something happen in between */
		while (exchanges() < before + 20 && !atomic_load(&done))
			wait_a_moment(&deadline);
		(void)inprocess_eject(READER);
		(void)inprocess_insert(READER, card);
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
	(void)state;
	atomic_store(&unexpected, 0);
	atomic_store(&common, open_session(JPKI_AUTHENTICATION));
	run_threads(share_a_session);
	assert_int_equal(atomic_load(&unexpected), 0);
	assert_ok(p11->C_CloseSession(atomic_load(&common)));
}

static void
many_threads(void **state)
{
	(void)state;
	atomic_store(&unexpected, 0);
	run_threads(work);
	assert_int_equal(atomic_load(&unexpected), 0);
	assert_true(locked());
	assert_signs(open_user_session(JPKI_AUTHENTICATION), JPKI_AUTHENTICATION, sha256_pkcs1);
}

static void
many_threads_and_a_restless_card(void **state)
{
	pthread_t hand;

	(void)state;
	atomic_store(&unexpected, 0);
	atomic_store(&done, false);
	assert_int_equal(pthread_create(&hand, NULL, pull_and_put, NULL), 0);
	run_threads(work);
	atomic_store(&done, true);
	assert_int_equal(pthread_join(hand, NULL), 0);
	assert_int_equal(atomic_load(&unexpected), 0);
	reinsert();
	assert_signs(open_user_session(JPKI_AUTHENTICATION), JPKI_AUTHENTICATION, sha256_pkcs1);
	assert_int_equal(vcard_pin_tries(card, VCARD_PIN_AUTHENTICATION), 3);
	assert_int_equal(vcard_pin_tries(card, VCARD_PIN_SIGNATURE), 5);
}

#define LIVES 300

/* As two libraries in one program do, each with a life of the module of its own in mind. */
static void *
live(void *context)
{
	CK_SESSION_HANDLE session;
	CK_RV rv;

	(void)context;
	for (int life = 0; life < LIVES; life++) {
		rv = p11->C_Initialize(NULL);
		if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
			atomic_fetch_add(&unexpected, 1);
		rv = p11->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session);
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

	(void)context;
	while (!atomic_load(&done)) {
		(void)p11->C_GetSlotList(CK_TRUE, NULL, &count);
		(void)p11->C_GetSlotInfo(0, &info);
		(void)p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL);
		if (p11->C_OpenSession(1, CKF_SERIAL_SESSION, NULL, NULL, &session) == CKR_OK)
			(void)login_with(session, PASSWORD);
	}
	return NULL;
}

static void
starting_and_stopping_meet(void **state)
{
	pthread_t lives[4], callers[2];

	(void)state;
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(slot_queries_do_not_wait_for_a_signature),
	    TEST(a_signature_does_not_hold_another_card),
	    TEST(what_needs_no_card_does_not_wait_for_a_signature),
	    TEST(many_threads),
	    TEST(many_threads_in_one_session),
	    TEST(many_threads_and_a_restless_card),
	    TEST(starting_and_stopping_meet),
	};

	return RUN(tests);
}
