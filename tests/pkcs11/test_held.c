/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A card takes its time over one exchange, for as long as the test likes: who only asks, and who is
 * with another reader, does not wait for it, and who waits for events can be sent home.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "../common/clock.h"
#include "../common/expire.h"
#include "../common/scheme.h"
#include "../common/slowness.h"
#include "reader/refusal.h"
#include "reader/transaction.h"

/* Whoever hangs is ended by the alarm, in seconds. */
#define HANG 100
#define READER_3 "Reader C"
#define SLOT_2(role) ((CK_SLOT_ID)(JPKI_ROLES + (role)))

static atomic_bool reached, let_go;

/* In the thread whose exchange it is. */
static void
hold(void *context)
{
	struct deadline deadline = {0};

	atomic_store(&reached, true);
	while (!atomic_load(&let_go))
		wait_a_moment(&deadline);
}

/* A thread with a call that gets no further than its nth exchange. */
struct held {
	pthread_t thread;
	CK_RV (*call)(struct held *held);
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	CK_RV rv;
};

static void *
work(void *context)
{
	struct held *held = context;

	held->rv = held->call(held);
	return NULL;
}

static void
start(struct held *held, unsigned nth)
{
	struct deadline deadline = {0};

	atomic_store(&reached, false);
	atomic_store(&let_go, false);
	inprocess_plan(INPROCESS_TRANSMIT, nth, JPKI_OK, hold, NULL);
	assert_int_equal(pthread_create(&held->thread, NULL, work, held), 0);
	while (!atomic_load(&reached))
		wait_a_moment(&deadline);
}

static void
finish(struct held *held, CK_RV expected)
{
	atomic_store(&let_go, true);
	assert_int_equal(pthread_join(held->thread, NULL), 0);
	assert_rv(held->rv, expected);
}

/* The calls take no part in assertions: those are for the thread of the test. */
static CK_RV
look(struct held *held)
{
	CK_TOKEN_INFO info;

	return own_list->C_GetTokenInfo(slot_of(JPKI_AUTHENTICATION), &info);
}

static CK_RV
log_in(struct held *held)
{
	return pkcs11_login(pkcs11_list(own_list), held->session, CKU_USER, PIN);
}

static CK_RV
read_ca(struct held *held)
{
	static CK_BYTE value[VALUE_ROOM];
	CK_ULONG length = sizeof(value);

	return pkcs11_get_attribute(
	    pkcs11_list(own_list), held->session, held->key, CKA_VALUE, value, &length);
}

static CK_RV
sign(struct held *held)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_ULONG length = sizeof(signature);

	return pkcs11_sign(pkcs11_list(own_list), held->session, CKM_SHA256_RSA_PKCS, held->key,
	    message, sizeof(message), signature, &length);
}

/* A second reader with a card, and a session there, before anything is held. */
static CK_SESSION_HANDLE
open_second(void)
{
	CK_SESSION_HANDLE session;
	CK_ULONG count;

	assert_int_equal(inprocess_add_reader(READER_2), 0);
	assert_int_equal(inprocess_insert(READER_2, another_card(SERIAL_2)), 0);
	assert_ok(p11->C_GetSlotList(CK_FALSE, NULL, &count));
	assert_int_equal(count, 4);
	assert_ok(pkcs11_open_session(pkcs11_list(p11), SLOT_2(JPKI_SIGNATURE), 0, &session));
	return session;
}

/* Everything with the other reader, from the first to the last. */
static void
assert_second_is_free(CK_SESSION_HANDLE second)
{
	CK_SESSION_HANDLE session;
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;

	assert_ok(p11->C_GetSlotInfo(SLOT_2(JPKI_AUTHENTICATION), &slot));
	assert_true(slot.flags & CKF_TOKEN_PRESENT);
	assert_ok(p11->C_GetTokenInfo(SLOT_2(JPKI_AUTHENTICATION), &token));
	assert_int_equal(state_of(second), CKS_RO_PUBLIC_SESSION);
	assert_ok(login_with(second, PASSWORD));
	assert_signs(second, JPKI_SIGNATURE, sha256_pss);
	assert_ok(p11->C_Logout(second));
	assert_ok(pkcs11_open_session(pkcs11_list(p11), SLOT_2(JPKI_AUTHENTICATION), 0, &session));
	assert_ok(p11->C_CloseSession(session));
}

/* What asks of the reader itself, once it is known which card is in it. */
static void
assert_questions_are_answered(void)
{
	CK_MECHANISM_INFO mechanism;
	CK_SLOT_ID slot;
	CK_ULONG count;
	CK_INFO info;

	assert_ok(p11->C_GetInfo(&info));
	assert_ok(p11->C_GetSlotList(CK_FALSE, NULL, &count));
	assert_ok(p11->C_GetSlotList(CK_TRUE, NULL, &count));
	assert_int_equal(count, 4);
	for (int role = 0; role < JPKI_ROLES; role++) {
		assert_true(token_present(role));
		(void)token_flags(role);
		assert_ok(p11->C_GetMechanismList(slot_of(role), NULL, &count));
		assert_ok(p11->C_GetMechanismInfo(slot_of(role), CKM_RSA_PKCS, &mechanism));
	}
	assert_rv(p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
}

static void
assert_newcomer_is_seen(void)
{
	CK_SLOT_ID slot;

	assert_int_equal(inprocess_add_reader(READER_3), 0);
	assert_int_equal(inprocess_insert(READER_3, another_card(SERIAL_2)), 0);
	assert_ok(p11->C_WaitForSlotEvent(0, &slot, NULL));
	assert_in_range(slot, 2 * JPKI_ROLES, 3 * JPKI_ROLES - 1);
}

static void
take_all_events(void)
{
	CK_SLOT_ID slot;

	while (p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) == CKR_OK)
		continue;
}

static const struct {
	const char *name;
	CK_RV (*call)(struct held *held);
	unsigned exchanges; /* in each of which it is held */
	bool logged_in, known;
} calls[] = {
    {"first look", look, 4, false, false},
    {"C_Login", log_in, 3, false, true},
    {"C_GetAttributeValue, CA", read_ca, 6, false, true},
    {"C_Sign", sign, 4, true, true},
};

static void
prepare(struct held *held, size_t row)
{
	start_over();
	*held = (struct held){.call = calls[row].call};
	if (!calls[row].known)
		return;
	held->session = calls[row].logged_in ? open_user_session(JPKI_AUTHENTICATION)
					     : open_session(JPKI_AUTHENTICATION);
	held->key = calls[row].logged_in ? find_one(held->session, CKO_PRIVATE_KEY)
					 : find_ca(held->session);
}

static void
others_do_not_wait(void **state)
{
	alarm(HANG * slowness());
	for (size_t row = 0; row < LENGTH_OF(calls); row++)
		for (unsigned nth = 1; nth <= calls[row].exchanges; nth++) {
			CK_SESSION_HANDLE second;
			struct held held;

			print_message("# %s %u\n", calls[row].name, nth);
			prepare(&held, row);
			second = open_second();
			take_all_events();
			start(&held, nth);
			assert_second_is_free(second);
			if (calls[row].known)
				assert_questions_are_answered();
			assert_newcomer_is_seen();
			finish(&held, CKR_OK);
		}
	alarm(0);
}

/* Of those of C_Sign, the last one: the signature is being made. */
#define SIGNING 4

/* That one card is busy does not keep another one in a transaction that has had its time. */
static void
a_signature_does_not_hold_another_card(void **state)
{
	struct held held = {.call = sign, .session = open_user_session(JPKI_AUTHENTICATION)};
	struct deadline deadline = {0};
	CK_TOKEN_INFO info;

	held.key = find_one(held.session, CKO_PRIVATE_KEY);
	(void)open_second();
	transaction_linger_ms = 1;
	assert_ok(p11->C_GetTokenInfo(SLOT_2(JPKI_AUTHENTICATION), &info));
	transaction_linger_ms = 0;
	alarm(HANG * slowness());
	start(&held, SIGNING);
	while (!expire())
		wait_a_moment(&deadline);
	finish(&held, CKR_OK);
	alarm(0);
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
	struct held held = {.call = sign, .session = open_user_session(JPKI_AUTHENTICATION)};
	CK_SESSION_HANDLE ours = open_session(JPKI_AUTHENTICATION);
	CK_SESSION_HANDLE other = open_session(JPKI_AUTHENTICATION);
	CK_MECHANISM mechanism = pkcs11_mechanism(CKM_SHA256_RSA_PKCS);

	held.key = find_one(held.session, CKO_PRIVATE_KEY);
	assert_ok(pkcs11_sign_init(pkcs11_list(p11), ours, CKM_SHA256_RSA_PKCS, held.key));
	assert_ok(p11->C_VerifyInit(ours, &mechanism, find_one(ours, CKO_PUBLIC_KEY)));
	assert_ok(p11->C_FindObjectsInit(ours, NULL, 0));
	alarm(HANG * slowness());
	start(&held, SIGNING);
	do_without_the_card(ours, other);
	finish(&held, CKR_OK);
	alarm(0);
	assert_ok(p11->C_CloseAllSessions(slot_of(JPKI_AUTHENTICATION)));
	assert_true(locked());
}

static CK_RV
give_wrong_password(struct held *held)
{
	return pkcs11_login(pkcs11_list(own_list), held->session, CKU_USER, "WRONG99");
}

/* What was refused came again at once, and then waited longer than REFUSAL_MS for the card. */
static void
refused_pin_that_waits_is_not_sent(void **state)
{
	struct held insisting = {.call = give_wrong_password}, held;
	struct deadline deadline = {0};
	unsigned before;

	alarm(HANG * slowness());
	prepare(&held, 1);
	insisting.session = open_session(JPKI_SIGNATURE);
	clock_stop();
	assert_rv(login_with(insisting.session, "WRONG99"), CKR_PIN_INCORRECT);
	start(&held, 1);
	before = clock_readings();
	assert_int_equal(pthread_create(&insisting.thread, NULL, work, &insisting), 0);
	while (clock_readings() == before)
		wait_a_moment(&deadline);
	clock_skip_ms(REFUSAL_MS);
	finish(&held, CKR_OK);
	assert_int_equal(pthread_join(insisting.thread, NULL), 0);
	assert_rv(insisting.rv, CKR_FUNCTION_CANCELED);
	assert_int_equal(pins_sent(), 2);
	alarm(0);
}

/* ---------------------------------------------------------------------------------- waiting */

struct waiter {
	pthread_t thread;
	CK_RV rv;
	atomic_bool done;
};

static void *
wait_for_event(void *context)
{
	struct waiter *waiter = context;
	CK_SLOT_ID slot;

	do
		waiter->rv = own_list->C_WaitForSlotEvent(0, &slot, NULL);
	while (waiter->rv == CKR_OK);
	atomic_store(&waiter->done, true);
	return NULL;
}

static void
start_waiting(struct waiter *waiter)
{
	unsigned before = inprocess_calls(INPROCESS_WAIT);
	struct deadline deadline = {0};

	atomic_store(&waiter->done, false);
	assert_int_equal(pthread_create(&waiter->thread, NULL, wait_for_event, waiter), 0);
	while (inprocess_calls(INPROCESS_WAIT) == before)
		wait_a_moment(&deadline);
}

static void *
finalize(void *context)
{
	*(CK_RV *)context = own_list->C_Finalize(NULL);
	return NULL;
}

static void
assert_sent_home(struct waiter *waiter)
{
	assert_int_equal(pthread_join(waiter->thread, NULL), 0);
	assert_rv(waiter->rv, CKR_CRYPTOKI_NOT_INITIALIZED);
}

/* At once, though C_Finalize itself waits for the exchange. */
static void
finalize_ends_a_wait_during_an_exchange(void **state)
{
	struct deadline deadline = {0};
	struct waiter waiter;
	struct held held;
	pthread_t finalizer;
	CK_RV rv;

	alarm(HANG * slowness());
	prepare(&held, 3);
	start(&held, 1);
	start_waiting(&waiter);
	assert_int_equal(pthread_create(&finalizer, NULL, finalize, &rv), 0);
	while (!atomic_load(&waiter.done))
		wait_a_moment(&deadline);
	assert_sent_home(&waiter);
	finish(&held, CKR_OK);
	assert_int_equal(pthread_join(finalizer, NULL), 0);
	assert_ok(rv);
	assert_true(locked());
	alarm(0);
}

static void
finalize_ends_a_wait_without_a_service(void **state)
{
	struct waiter waiter;

	alarm(HANG * slowness());
	for (int round = 0; round < 2; round++) {
		inprocess_service(false);
		if (round == 1)
			assert_ok(p11->C_Initialize(NULL));
		start_waiting(&waiter);
		assert_ok(p11->C_Finalize(NULL));
		assert_sent_home(&waiter);
		inprocess_service(true);
	}
	assert_true(start_module());
	assert_signs(open_user_session(JPKI_AUTHENTICATION), JPKI_AUTHENTICATION, sha256_pkcs1);
	alarm(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(others_do_not_wait),
	    TEST(a_signature_does_not_hold_another_card),
	    TEST(what_needs_no_card_does_not_wait_for_a_signature),
	    TEST(refused_pin_that_waits_is_not_sent),
	    TEST(finalize_ends_a_wait_during_an_exchange),
	    TEST(finalize_ends_a_wait_without_a_service),
	};

	return RUN(tests);
}
