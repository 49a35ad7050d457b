/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Something goes wrong at each step of the main job in turn: the calls give codes that they may
 * give, no PIN is sent that nobody gave, nothing stays unlocked, and it works again afterwards.
 */

#include "scheme.h"
#include "happen.h"

/* What the specification lets each kind of function say of trouble with the card. */
#define DEVICE CKR_OK, CKR_DEVICE_ERROR, CKR_DEVICE_REMOVED, CKR_FUNCTION_FAILED
#define CODES(...) ((const CK_RV[]){DEVICE, __VA_ARGS__, CK_UNAVAILABLE_INFORMATION})
#define OF_SLOT CODES(CKR_TOKEN_NOT_PRESENT, CKR_TOKEN_NOT_RECOGNIZED)
#define OF_SESSION CODES(CKR_SESSION_HANDLE_INVALID)
#define OF_OBJECT CODES(CKR_SESSION_HANDLE_INVALID, CKR_OBJECT_HANDLE_INVALID)
#define OF_USER CODES(CKR_SESSION_HANDLE_INVALID, CKR_USER_NOT_LOGGED_IN)
/* Of what a status word may look like that is garbage. */
#define OF_GARBAGE CODES(CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_MECHANISM_INVALID)

static bool garbage;

static bool
is_in(CK_RV rv, const CK_RV *codes)
{
	for (; *codes != CK_UNAVAILABLE_INFORMATION; codes++)
		if (*codes == rv)
			return true;
	return false;
}

static CK_RV
check(CK_RV rv, const CK_RV *codes)
{
	if (!is_in(rv, codes) && !(garbage && is_in(rv, OF_GARBAGE)))
		fail_msg("0x%lx", rv);
	return rv;
}

/* Find the first object of a class; CK_INVALID_HANDLE if there is none. */
static CK_RV
search(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *found)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_ULONG count = 0;
	CK_RV rv = check(p11->C_FindObjectsInit(session, &template, 1), OF_SESSION);

	*found = CK_INVALID_HANDLE;
	if (rv != CKR_OK)
		return rv;
	rv = check(p11->C_FindObjects(session, found, 1, &count), OF_SESSION);
	if (rv == CKR_OK)
		rv = check(p11->C_FindObjectsFinal(session), OF_SESSION);
	return rv == CKR_OK && count == 0 ? CKR_USER_NOT_LOGGED_IN : rv;
}

static CK_RV
read_certificate(CK_SESSION_HANDLE session)
{
	CK_BYTE value[VALUE_ROOM];
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof(value)};
	CK_OBJECT_HANDLE object;
	CK_RV rv = search(session, CKO_CERTIFICATE, &object);

	return rv != CKR_OK
		   ? rv
		   : check(p11->C_GetAttributeValue(session, object, &attribute, 1), OF_OBJECT);
}

static CK_RV
make_signature(CK_SESSION_HANDLE session, enum jpki_role role)
{
	CK_MECHANISM mechanism = scheme_mechanism(sha256_pss);
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_ULONG length = sizeof(signature);
	CK_OBJECT_HANDLE key;
	CK_RV rv = search(session, CKO_PRIVATE_KEY, &key);

	if (rv == CKR_OK)
		rv = check(p11->C_SignInit(session, &mechanism, key), OF_USER);
	if (rv == CKR_OK)
		rv =
		    check(p11->C_Sign(session, message_copy(), sizeof(message), signature, &length),
			OF_USER);
	if (rv == CKR_OK)
		assert_true(signature_verifies(
		    sha256_pss, certificate_of(role), message, sizeof(message), signature));
	return rv;
}

/* As far as it goes. */
static CK_RV
main_job(enum jpki_role role)
{
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO info;
	CK_RV rv;

	rv = check(p11->C_GetTokenInfo(slot_of(role), &info), OF_SLOT);
	if (rv == CKR_OK)
		rv = check(
		    p11->C_OpenSession(slot_of(role), CKF_SERIAL_SESSION, NULL, NULL, &session),
		    OF_SLOT);
	if (rv == CKR_OK)
		rv = check(login_with(session, pin_of(role)), OF_SESSION);
	if (rv == CKR_OK)
		rv = read_certificate(session);
	if (rv == CKR_OK)
		rv = make_signature(session, role);
	if (rv == CKR_OK)
		rv = check(p11->C_Logout(session), OF_USER);
	return rv;
}

/* How something goes wrong: `arrange` prepares it for the nth occasion. */
struct trouble {
	const char *name;
	void (*arrange)(const struct trouble *trouble, unsigned nth);
	enum vcard_fault fault;
	uint16_t sw;
	enum inprocess_call call;
	int error;
	void (*happen)(void *context);
};

static void
fault_on_card(const struct trouble *trouble, unsigned nth)
{
	assert_int_equal(vcard_fault_add(card, trouble->fault, nth, trouble->sw, NULL), 0);
}

static void
fault_on_the_way(const struct trouble *trouble, unsigned nth)
{
	inprocess_plan(trouble->call, nth, trouble->error, trouble->happen, NULL);
}

/* Everything as it was before. */
static void
repair(void)
{
	inprocess_service(true);
	for (int call = 0; call < INPROCESS_CALLS; call++)
		inprocess_plan(call, 0, JPKI_OK, NULL, NULL);
	vcard_faults_clear(card);
	(void)inprocess_add_reader(READER);
	reinsert();
}

/* Occasions there are without trouble: steps past them are not tried. */
static unsigned
occasions(const struct trouble *trouble, enum jpki_role role)
{
	enum inprocess_call call =
	    trouble->arrange == fault_on_card ? INPROCESS_TRANSMIT : trouble->call;

	start_over();
	assert_ok(main_job(role));
	return inprocess_calls(call);
}

static void
assert_survives(const struct trouble *trouble, enum jpki_role role, unsigned nth)
{
	size_t given;

	start_over();
	trouble->arrange(trouble, nth);
	(void)main_job(role);
	assert_true(pins_sent() <= 1);
	/* without help, unless the trouble goes on */
	(void)p11->C_CloseAllSessions(slot_of(role));
	assert_true(garbage || !vcard_pin_verified(card, card_pin_of(role)));
	(void)main_job(role);
	assert_true(pins_sent() <= 2);
	given = pins_sent();
	repair();
	garbage = false;
	assert_ok(main_job(role));
	assert_int_equal(pins_sent(), given + 1);
	assert_true(locked());
	for (int pin = 0; pin < VCARD_PINS; pin++)
		assert_int_equal(vcard_pin_tries(card, pin), vcard_pin_tries_max(pin));
}

static void
assert_all_survive(const struct trouble *troubles, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (int role = 0; role < JPKI_ROLES; role++) {
			unsigned last = occasions(&troubles[i], role);

			assert_true(last > 0);
			for (unsigned nth = 1; nth <= last; nth++) {
				print_message("# %s %d %u\n", troubles[i].name, role, nth);
				garbage = troubles[i].arrange == fault_on_card &&
					  troubles[i].fault == VCARD_FAULT_GARBAGE;
				assert_survives(&troubles[i], role, nth);
			}
		}
	garbage = false;
}
#define ALL_SURVIVE(troubles) assert_all_survive(troubles, sizeof(troubles) / sizeof(troubles[0]))

static void
bad_answers(void **state)
{
	static const struct trouble troubles[] = {
	    {.name = "empty", .arrange = fault_on_card, .fault = VCARD_FAULT_EMPTY},
	    {.name = "truncated", .arrange = fault_on_card, .fault = VCARD_FAULT_TRUNCATED},
	    {.name = "overlong", .arrange = fault_on_card, .fault = VCARD_FAULT_OVERLONG},
	    {.name = "garbage", .arrange = fault_on_card, .fault = VCARD_FAULT_GARBAGE},
	};

	(void)state;
	ALL_SURVIVE(troubles);
}

static void
bad_status_words(void **state)
{
	static const struct trouble troubles[] = {
	    {.name = "6F00", .arrange = fault_on_card, .fault = VCARD_FAULT_SW, .sw = 0x6f00},
	    {.name = "6581 after",
		.arrange = fault_on_card,
		.fault = VCARD_FAULT_SW_AFTER,
		.sw = 0x6581},
	    {.name = "6100", .arrange = fault_on_card, .fault = VCARD_FAULT_SW, .sw = 0x6100},
	    {.name = "6C10", .arrange = fault_on_card, .fault = VCARD_FAULT_SW, .sw = 0x6c10},
	    {.name = "0000", .arrange = fault_on_card, .fault = VCARD_FAULT_SW, .sw = 0x0000},
	};

	(void)state;
	ALL_SURVIVE(troubles);
}

static void
card_pulled(void **state)
{
	static const struct trouble troubles[] = {
	    {.name = "eject", .arrange = fault_on_card, .fault = VCARD_FAULT_EJECT},
	    {.name = "pull before",
		.arrange = fault_on_the_way,
		.call = INPROCESS_TRANSMIT,
		.happen = pull},
	    {.name = "pull after",
		.arrange = fault_on_the_way,
		.call = INPROCESS_ANSWER,
		.error = JPKI_ERR_NO_CARD,
		.happen = pull},
	    {.name = "pull at begin",
		.arrange = fault_on_the_way,
		.call = INPROCESS_BEGIN,
		.happen = pull},
	    {.name = "pull at end",
		.arrange = fault_on_the_way,
		.call = INPROCESS_END,
		.happen = pull},
	    {.name = "pull at open",
		.arrange = fault_on_the_way,
		.call = INPROCESS_OPEN,
		.happen = pull},
	    {.name = "pull at close",
		.arrange = fault_on_the_way,
		.call = INPROCESS_CLOSE,
		.happen = pull},
	    {.name = "pull at poll",
		.arrange = fault_on_the_way,
		.call = INPROCESS_POLL,
		.happen = pull},
	    {.name = "swap",
		.arrange = fault_on_the_way,
		.call = INPROCESS_TRANSMIT,
		.happen = pull_and_put_back},
	    {.name = "unplug",
		.arrange = fault_on_the_way,
		.call = INPROCESS_TRANSMIT,
		.happen = unplug},
	    {.name = "unplug at poll",
		.arrange = fault_on_the_way,
		.call = INPROCESS_POLL,
		.happen = unplug},
	};

	(void)state;
	ALL_SURVIVE(troubles);
}

static void
card_reset(void **state)
{
	static const struct trouble troubles[] = {
	    {.name = "power cut",
		.arrange = fault_on_the_way,
		.call = INPROCESS_TRANSMIT,
		.happen = cut_power},
	    {.name = "power cut at begin",
		.arrange = fault_on_the_way,
		.call = INPROCESS_BEGIN,
		.happen = cut_power},
	    {.name = "reset",
		.arrange = fault_on_the_way,
		.call = INPROCESS_TRANSMIT,
		.happen = warm_reset},
	    {.name = "reset at begin",
		.arrange = fault_on_the_way,
		.call = INPROCESS_BEGIN,
		.happen = warm_reset},
	    {.name = "reset at end",
		.arrange = fault_on_the_way,
		.call = INPROCESS_END,
		.happen = warm_reset},
	    {.name = "power loss", .arrange = fault_on_card, .fault = VCARD_FAULT_POWER_LOSS},
	};

	(void)state;
	ALL_SURVIVE(troubles);
}

static void
way_fails(void **state)
{
	static const struct trouble troubles[] = {
	    {.name = "transmit",
		.arrange = fault_on_the_way,
		.call = INPROCESS_TRANSMIT,
		.error = JPKI_ERR_IO},
	    {.name = "answer",
		.arrange = fault_on_the_way,
		.call = INPROCESS_ANSWER,
		.error = JPKI_ERR_IO},
	    {.name = "open",
		.arrange = fault_on_the_way,
		.call = INPROCESS_OPEN,
		.error = JPKI_ERR_BUSY},
	    {.name = "begin",
		.arrange = fault_on_the_way,
		.call = INPROCESS_BEGIN,
		.error = JPKI_ERR_IO},
	    {.name = "begin: time",
		.arrange = fault_on_the_way,
		.call = INPROCESS_BEGIN,
		.error = JPKI_ERR_TIMEOUT},
	    {.name = "end",
		.arrange = fault_on_the_way,
		.call = INPROCESS_END,
		.error = JPKI_ERR_IO},
	};

	(void)state;
	ALL_SURVIVE(troubles);
}

static void
service_fails(void **state)
{
	static const struct trouble troubles[] = {
	    {.name = "stop",
		.arrange = fault_on_the_way,
		.call = INPROCESS_TRANSMIT,
		.happen = stop_service},
	    {.name = "stop at poll",
		.arrange = fault_on_the_way,
		.call = INPROCESS_POLL,
		.happen = stop_service},
	    {.name = "restart",
		.arrange = fault_on_the_way,
		.call = INPROCESS_TRANSMIT,
		.happen = restart_service},
	    {.name = "restart at poll",
		.arrange = fault_on_the_way,
		.call = INPROCESS_POLL,
		.happen = restart_service},
	    {.name = "restart at begin",
		.arrange = fault_on_the_way,
		.call = INPROCESS_BEGIN,
		.happen = restart_service},
	};

	(void)state;
	ALL_SURVIVE(troubles);
}

/* A card that answers nothing sensible is not asked for ever. */
static void
hopeless_card_is_given_up(void **state)
{
	(void)state;
	for (unsigned nth = 1; nth <= VCARD_FAULTS_MAX; nth++)
		assert_int_equal(vcard_fault_add(card, VCARD_FAULT_EMPTY, nth, 0, NULL), 0);
	for (int round = 0; round < 20; round++)
		assert_false(token_present(JPKI_AUTHENTICATION));
	assert_in_range(exchanges(), 1, VCARD_FAULTS_MAX);
	repair();
	assert_ok(main_job(JPKI_AUTHENTICATION));
}

/* One odd answer while the card is looked at for the first time hides no token. */
static void
odd_answer_hides_no_token(void **state)
{
	static const uint16_t answers[] = {0x6f00, 0x6581};
	unsigned last;

	(void)state;
	(void)token_flags(JPKI_AUTHENTICATION);
	last = exchanges();
	assert_true(last > 1);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		for (unsigned nth = 1; nth <= last; nth++) {
			CK_TOKEN_INFO info;

			print_message("# %x %u\n", answers[i], nth);
			start_over();
			assert_int_equal(
			    vcard_fault_add(card, VCARD_FAULT_SW, nth, answers[i], NULL), 0);
			(void)p11->C_GetTokenInfo(slot_of(JPKI_AUTHENTICATION), &info);
			for (int role = 0; role < JPKI_ROLES; role++) {
				assert_ok(p11->C_GetTokenInfo(slot_of(role), &info));
				assert_padded(info.serialNumber, SERIAL);
				assert_true(token_present(role));
			}
			assert_ok(main_job(JPKI_SIGNATURE));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(bad_answers),
	    TEST(bad_status_words),
	    TEST(card_pulled),
	    TEST(card_reset),
	    TEST(way_fails),
	    TEST(service_fails),
	    TEST(hopeless_card_is_given_up),
	    TEST(odd_answer_hides_no_token),
	};

	return RUN(tests);
}
