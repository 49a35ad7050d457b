/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What things cost: exchanges with the card, exactly. What a program asks in one go is asked in one
 * transaction, which lasts for a moment after it (transaction_end_soon).
 */

#include <sys/wait.h>
#include <unistd.h>

#include "../common/scheme.h"

#include "../common/expire.h"
#include "../common/clock.h"
#include "reader/transaction.h"

#define LINGER_MS 80
#define KEEP_MS 10000

static int
set_up_lingering(void **state)
{
	transaction_linger_ms = LINGER_MS;
	clock_stop();
	return set_up(state);
}

static int
tear_down_lingering(void **state)
{
	int rv = tear_down(state);

	transaction_linger_ms = 0;
	return rv;
}

#define COST(test) cmocka_unit_test_setup_teardown(test, set_up_lingering, tear_down_lingering)

static void
pause_ms(unsigned ms)
{
	clock_skip_ms(ms);
	(void)expire();
}

/* The program does something else: the transaction ends. */
static void
pause_a_moment(void)
{
	pause_ms(LINGER_MS);
}

/* ... for so long that the connection is not kept. */
static void
pause_for_long(void)
{
	pause_a_moment();
	pause_ms(KEEP_MS);
}

/* Blocks of 256 bytes. */
static unsigned
blocks_of(size_t length)
{
	return ((unsigned)length + 255) / 256;
}

static unsigned
blocks(X509 *x509)
{
	return blocks_of((size_t)i2d_X509(x509, NULL));
}

/* As much of it as has the public key. */
static unsigned
blocks_with_key(X509 *x509)
{
	unsigned char *der = NULL, *key = NULL;
	int length = i2d_X509(x509, &der),
	    key_length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &key);
	const unsigned char *found = memmem(der, (size_t)length, key, (size_t)key_length);
	unsigned count;

	assert_non_null(found);
	count = blocks_of((size_t)(found - der) + (size_t)key_length);
	OPENSSL_free(der);
	OPENSSL_free(key);
	return count;
}

/* SELECT, the head of the authentication certificate, EF 0006, EF 0008. */
#define PROBE 4u

/* The look at one key's slot tells of the other's too. */
static void
probing(void **state)
{
	assert_true(token_present(JPKI_AUTHENTICATION));
	assert_int_equal(exchanges(), PROBE);
	assert_true(token_present(JPKI_SIGNATURE));
	assert_int_equal(exchanges(), PROBE);
}

static void
telling_tries(void **state)
{
	(void)token_flags(JPKI_AUTHENTICATION);
	assert_int_equal(exchanges(), PROBE + 1);
	(void)token_flags(JPKI_SIGNATURE);
	(void)token_flags(JPKI_AUTHENTICATION);
	assert_int_equal(exchanges(), PROBE + 2);
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_SELECT), 1);
}

static void
telling_tries_later(void **state)
{
	assert_true(token_present(JPKI_AUTHENTICATION));
	pause_a_moment();
	(void)token_flags(JPKI_AUTHENTICATION);
	assert_int_equal(exchanges(), PROBE + 2); /* selected anew */
}

static void
cold_authentication(void **state)
{
	unsigned rest = blocks_with_key(certificate_of(JPKI_AUTHENTICATION)) - 1;
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	(void)token_flags(JPKI_AUTHENTICATION);
	assert_int_equal(exchanges(), PROBE + 1);
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_SELECT), 1);
	assert_ok(login_with(session, PIN));
	assert_int_equal(exchanges(), PROBE + 1 + 2);
	/* the SELECT before a PIN is never saved */
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_SELECT), 2);
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
	assert_int_equal(exchanges(), PROBE + 1 + 2 + rest + 1);
	assert_int_equal(exchanges(), 10);
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pss);
	assert_ok(p11->C_Logout(session));
	assert_ok(p11->C_CloseSession(session));
	assert_int_equal(exchanges(), 11);
}

static void
cold_signature(void **state)
{
	unsigned some = blocks_with_key(certificate_of(JPKI_SIGNATURE));
	CK_SESSION_HANDLE session = open_session(JPKI_SIGNATURE);

	(void)token_flags(JPKI_SIGNATURE);
	assert_int_equal(exchanges(), PROBE + 1);
	assert_ok(login_with(session, PASSWORD));
	assert_int_equal(exchanges(), PROBE + 1 + 2);
	assert_signs(session, JPKI_SIGNATURE, sha256_pkcs1);
	assert_int_equal(exchanges(), PROBE + 1 + 2 + some + 1);
	assert_int_equal(exchanges(), 11);
	assert_ok(p11->C_Logout(session));
	assert_ok(p11->C_CloseSession(session));
	assert_int_equal(exchanges(), 11);
	assert_true(locked());
}

/* The certificate came with the login, though nobody asked for it then. */
static void
private_certificate_is_read_in_a_pause(void **state)
{
	unsigned all = blocks(certificate_of(JPKI_SIGNATURE));
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);

	forget_exchanges();
	pause_a_moment();
	assert_int_equal(exchanges(), all);
	assert_value(session, find_one(session, CKO_CERTIFICATE), certificate_of(JPKI_SIGNATURE));
	assert_signs(session, JPKI_SIGNATURE, sha256_pkcs1);
	assert_int_equal(exchanges(), all + 1);
}

/* ... nor before the first signature, which needs but the key; the second one comes after it. */
static void
private_certificate_is_read_after_a_signature(void **state)
{
	unsigned all = blocks(certificate_of(JPKI_SIGNATURE));
	CK_SESSION_HANDLE session = open_user_session(JPKI_SIGNATURE);

	forget_exchanges();
	for (int i = 0; i < 3; i++)
		assert_signs(session, JPKI_SIGNATURE, sha256_pkcs1);
	assert_int_equal(exchanges(), all + 1 + 3); /* the signature came between: SELECT EF */
}

static void
private_certificate_is_read_before_the_window_closes(void **state)
{
	CK_SESSION_HANDLE session;

	set_window(1000);
	session = open_user_session(JPKI_SIGNATURE);
	pause_a_moment();
	clock_skip_ms(1000);
	assert_true(expire());
	assert_true(locked());
	assert_value(session, find_one(session, CKO_CERTIFICATE), certificate_of(JPKI_SIGNATURE));
}

/* Who has it among his objects can read it after a signature with a PIN of its own, too. */
static void
context_signature_keeps_what_was_found(void **state)
{
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE found;

	session = open_user_session(JPKI_SIGNATURE);
	found = find_one(session, CKO_CERTIFICATE);
	sign_with_password(session);
	assert_true(locked());
	assert_value(session, found, certificate_of(JPKI_SIGNATURE));
}

/* As pkcs11-tool signs: nobody ever asks for the certificate; then it is not shown either. */
static void
context_signature_reads_but_the_key(void **state)
{
	unsigned some = blocks_with_key(certificate_of(JPKI_SIGNATURE));
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_SESSION_HANDLE session;

	session = open_user_session(JPKI_SIGNATURE);
	forget_exchanges();
	sign_with_password(session);
	assert_int_equal(exchanges(), 2 + some + 1);
	assert_true(locked());
	assert_int_equal(find_class(session, CKO_CERTIFICATE, NULL, 0), 1); /* its CA's */
	assert_int_equal(find_class(session, CKO_PRIVATE_KEY, NULL, 0), 1);
	begin_with_password(session, sha256_pkcs1);
	assert_int_equal(find_class(session, CKO_CERTIFICATE, NULL, 0), 2);
	assert_ok(finish_signature(session, signature));
	assert_int_equal(pins_sent(), 3);
}

static void
logging_in_again(void **state)
{
	CK_SESSION_HANDLE session = open_user_session(JPKI_AUTHENTICATION);

	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
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
			expected += blocks(certificate_of(role)) - 1;
		assert_int_equal(exchanges(), expected);
	}
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_SELECT), 1);
}

static void
read_own(CK_SESSION_HANDLE session)
{
	assert_value(
	    session, find_one(session, CKO_CERTIFICATE), certificate_of(JPKI_AUTHENTICATION));
}

/* Exchanges for that, besides those for the blocks that are not there yet. */
static unsigned
more_to_read_own(CK_SESSION_HANDLE session)
{
	forget_exchanges();
	read_own(session);
	return exchanges() - (blocks(certificate_of(JPKI_AUTHENTICATION)) - 1);
}

/* As a browser does some seconds after its start: what is read shows that the card is as it was. */
static void
reading_soon_needs_no_select(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	pause_a_moment();
	clock_skip_ms(KEEP_MS - 1);
	assert_int_equal(more_to_read_own(session), 0);
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_SELECT), 1);
}

/* The reader was unplugged and plugged in, so that its events do not tell. */
static void
plug_in_with(struct vcard *inserted)
{
	assert_int_equal(inprocess_remove_reader(READER), 0);
	assert_int_equal(inprocess_add_reader(READER), 0);
	assert_int_equal(inprocess_insert(READER, inserted), 0);
}

/* Another person's is not made one with the beginning of the one that was there. */
static void
reading_soon_knows_the_card(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_OBJECT_HANDLE found = find_one(session, CKO_CERTIFICATE);
	struct vcard *other = card_of_another_person();
	static CK_BYTE value[VALUE_ROOM];
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};

	pause_a_moment();
	plug_in_with(other);
	clock_skip_ms(1000);
	assert_int_not_equal(p11->C_GetAttributeValue(session, found, &attribute, 1), CKR_OK);
	assert_int_equal(inprocess_eject(READER), 0);
}

/* ... or not: it is selected, and confirmed. */
static void
reading_soon_finds_what_others_did(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	pause_a_moment();
	assert_int_equal(vcard_select_other(card, NULL, 0, NULL), 0);
	/* refused, SELECT EF and refused; SELECT and the head */
	assert_in_range(more_to_read_own(session), 3, 4);
}

/* A connection of before tells of it. */
static void
reading_soon_after_a_reset(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	pause_a_moment();
	clock_skip_ms(KEEP_MS / 2);
	assert_int_equal(inprocess_power_cut(READER), 0);
	assert_int_equal(more_to_read_own(session), 2);
}

static void
reading_later_selects_and_confirms(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	pause_for_long();
	assert_int_equal(inprocess_idle(READER), 0);
	assert_int_equal(more_to_read_own(session), 2);
}

/* Who types a PIN takes some seconds: SELECT, the tries, VERIFY; later whose card it is, too. */
static void
pin_is_typed(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	pause_a_moment();
	pause_ms(KEEP_MS - 1);
	forget_exchanges();
	assert_ok(login_with(session, PIN));
	assert_int_equal(exchanges(), 3);
	assert_ok(p11->C_Logout(session));
	(void)token_flags(JPKI_AUTHENTICATION);
	pause_for_long();
	forget_exchanges();
	assert_ok(login_with(session, PIN));
	assert_int_equal(exchanges(), 4);
}

/* A connection that was kept is not with the card that came while a PIN was typed. */
static void
pin_goes_to_no_other_card(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	struct vcard *other = card_of_another_person();

	pause_a_moment();
	plug_in_with(other);
	forget_exchanges();
	assert_int_not_equal(login_with(session, PIN), CKR_OK);
	assert_int_equal(vcard_ledger_count(other, VCARD_EVENT_VERIFY), 0);
	assert_int_equal(vcard_ledger_count(card, VCARD_EVENT_VERIFY), 0);
	assert_int_equal(inprocess_eject(READER), 0);
}

/* ... but the one that was there is taken for what it is, over a new one. */
static void
pin_goes_to_the_same_card(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	pause_a_moment();
	plug_in_with(card);
	forget_exchanges();
	assert_ok(login_with(session, PIN));
	assert_int_equal(exchanges(), 4); /* SELECT, whose it is, the tries, VERIFY */
}

/* Should the program be killed, its guard is not to lock the card of those who are logged in. */
static void
refused_pin_leaves_no_guard(void **state)
{
	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_session(role);

		assert_int_equal(login_with(session, role == JPKI_SIGNATURE ? "ABC124" : "1235"),
		    CKR_PIN_INCORRECT);
		pause_a_moment();
		assert_false(inprocess_guarded(READER));
	}
}

/* No transaction is left for others to wait for: each one that began has ended. */
static void
assert_no_transaction(void)
{
	assert_int_equal(inprocess_calls(INPROCESS_BEGIN), inprocess_calls(INPROCESS_END));
}

/* ... nor a connection, for those who want the card for themselves. */
static void
assert_free(void)
{
	assert_int_equal(inprocess_calls(INPROCESS_OPEN), inprocess_calls(INPROCESS_CLOSE));
}

static void
assert_connected(void)
{
	assert_int_equal(inprocess_calls(INPROCESS_OPEN), inprocess_calls(INPROCESS_CLOSE) + 1);
}

/* Also where a program shows the tries all the time, which is to ask once in a while. */
static void
others_get_their_turn_beside_one_that_shows(void **state)
{
	unsigned free = 0;

	inprocess_forget_calls();
	for (int second = 0; second < 60; second++) {
		(void)token_flags(JPKI_AUTHENTICATION);
		pause_ms(1000);
		free += inprocess_calls(INPROCESS_OPEN) == inprocess_calls(INPROCESS_CLOSE);
	}
	assert_true(free >= 45);
}

static void
others_get_their_turn(void **state)
{
	CK_SESSION_HANDLE session;

	inprocess_forget_calls();
	session = open_session(JPKI_AUTHENTICATION);
	assert_int_equal(inprocess_calls(INPROCESS_OPEN), 1);
	assert_int_equal(inprocess_calls(INPROCESS_CLOSE), 0);
	assert_false(expire());
	pause_a_moment();
	assert_no_transaction();
	pause_ms(KEEP_MS - 1);
	assert_connected();
	pause_ms(1);
	assert_free();
	(void)token_flags(JPKI_AUTHENTICATION);
	clock_skip_ms(LINGER_MS);
	assert_ok(login_with(session, PIN)); /* a thread that came too late is not needed */
	assert_signs(session, JPKI_AUTHENTICATION, sha256_pkcs1);
	pause_for_long();
	assert_no_transaction();
	assert_connected();
	assert_ok(p11->C_Logout(session));
	assert_free();
	(void)token_flags(JPKI_SIGNATURE);
	pause_a_moment();
	assert_ok(p11->C_Finalize(NULL));
	assert_free();
}

/* Where no thread can be had, nothing lasts. */
static void
others_get_their_turn_without_a_thread(void **state)
{
	expire_nobody = true;
	inprocess_forget_calls();
	(void)token_flags(JPKI_AUTHENTICATION);
	assert_int_equal(exchanges(), PROBE + 1);
	assert_int_equal(inprocess_calls(INPROCESS_OPEN), 1);
	assert_free();
	(void)open_user_session(JPKI_SIGNATURE);
	assert_int_equal(inprocess_calls(INPROCESS_BEGIN), inprocess_calls(INPROCESS_END));
	expire_nobody = false;
}

/* A child would have it, and keep it when its parent is killed; its own life begins with none. */
static void
none_is_left_to_a_child(void **state)
{
	for (int role = 0; role < JPKI_ROLES; role++) {
		CK_SESSION_HANDLE session = open_user_session(role);
		int status;
		pid_t child;

		assert_int_not_equal(
		    inprocess_calls(INPROCESS_BEGIN), inprocess_calls(INPROCESS_END));
		child = fork();
		if (child == 0)
			_exit(inprocess_calls(INPROCESS_BEGIN) != inprocess_calls(INPROCESS_END));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		assert_int_equal(find_class(session, CKO_CERTIFICATE, NULL, 0), 2);
		assert_signs(session, role, sha256_pkcs1);
		assert_ok(p11->C_Logout(session));
	}
	assert_int_equal(pins_sent(), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    COST(probing),
	    COST(telling_tries),
	    COST(telling_tries_later),
	    COST(cold_authentication),
	    COST(cold_signature),
	    COST(private_certificate_is_read_in_a_pause),
	    COST(private_certificate_is_read_after_a_signature),
	    COST(private_certificate_is_read_before_the_window_closes),
	    COST(context_signature_keeps_what_was_found),
	    COST(context_signature_reads_but_the_key),
	    COST(logging_in_again),
	    COST(context_login_and_signature),
	    COST(showing_both_tokens),
	    COST(reading_soon_needs_no_select),
	    COST(reading_soon_knows_the_card),
	    COST(reading_soon_finds_what_others_did),
	    COST(reading_soon_after_a_reset),
	    COST(reading_later_selects_and_confirms),
	    COST(pin_is_typed),
	    COST(pin_goes_to_no_other_card),
	    COST(pin_goes_to_the_same_card),
	    COST(refused_pin_leaves_no_guard),
	    COST(others_get_their_turn),
	    COST(others_get_their_turn_beside_one_that_shows),
	    COST(others_get_their_turn_without_a_thread),
	    COST(none_is_left_to_a_child),
	};

	return RUN(tests);
}
