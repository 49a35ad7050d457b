/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "../common/tsan.h"
#include "clock.h"
#include "record.h"
#include "reader/presence.h"
#include "reader/settings.h"
#include "reader/transaction.h"

#define CARDS_MAX 64
/* In steps of a millisecond: longer than any machine takes under a sanitizer. */
#define ROUNDS_MAX 60000
/* So that a slow machine does not outrun the window where that is not the subject. */
#define LONG_WINDOW_MS 3600000

CK_FUNCTION_LIST_3_0 *p11, *own_list;
struct vcard *card;

static struct vcard_pki *pki, *pki_of_another;
static struct vcard *cards[CARDS_MAX];
static size_t card_count;
static uint64_t window;	       /* the default */
static uint64_t wanted_window; /* since the last set_window, also of a module started later */

int
make_pki(void **state)
{
	CK_VERSION version = {3, 0};
	CK_INTERFACE *interface;
	struct vcard_error error;

	(void)state;
	window = settings_default.signature_window_ms;
	presence_fresh_ms = 0; /* what happens is seen at once, but where that is the subject */
	transaction_linger_ms = 0;
	/* a person's own settings, and what is known of his cards, are none of the tests' business
	 */
	setenv("JPKI_CONFIG", "", 1);
	setenv("XDG_CACHE_HOME", "/dev/null", 1);
	if (C_GetInterface(NULL, &version, &interface, 0) != CKR_OK)
		return -1;
	own_list = interface->pFunctionList;
	p11 = record(own_list);
	return p11 != NULL ? vcard_pki_open(&pki, NULL, NULL, &error) : -1;
}

int
drop_pki(void **state)
{
	(void)state;
	vcard_pki_free(&pki);
	vcard_pki_free(&pki_of_another);
	return 0;
}

static struct vcard *
add_card(const struct vcard_options *options)
{
	struct vcard_error error;

	assert_true(card_count < CARDS_MAX);
	if (vcard_new(&cards[card_count], options, &error) != 0)
		fail_msg("%s", error.text);
	return cards[card_count++];
}

struct vcard *
another_card(const char *serial)
{
	struct vcard_options options = {.pki = pki, .serial = serial};

	return add_card(&options);
}

struct vcard *
card_of_another_person(void)
{
	struct vcard_options options = {.serial = SERIAL_2};
	struct vcard_error error;

	if (pki_of_another == NULL && vcard_pki_open(&pki_of_another, NULL, NULL, &error) != 0)
		fail_msg("%s", error.text);
	options.pki = pki_of_another;
	return add_card(&options);
}

int
make_card(void **state)
{
	(void)state;
	inprocess_reset();
	card = another_card(SERIAL);
	set_window(LONG_WINDOW_MS);
	return 0;
}

bool
start_module(void)
{
	CK_ULONG count;

	if (p11->C_Initialize(NULL) != CKR_OK)
		return false;
	settings_now.signature_window_ms = wanted_window;
	return p11->C_GetSlotList(CK_FALSE, NULL, &count) == CKR_OK;
}

int
make_world(void **state)
{
	if (make_card(state) != 0 || inprocess_add_reader(READER) != 0 ||
	    inprocess_insert(READER, card) != 0)
		return -1;
	if (!start_module())
		return -1;
	forget_exchanges();
	return 0;
}

int
drop_world(void **state)
{
	(void)state;
	(void)p11->C_Finalize(NULL);
	inprocess_reset();
	while (card_count > 0)
		vcard_free(&cards[--card_count]);
	set_window(window);
	clock_go();
	return 0;
}

void
start_over(void)
{
	assert_int_equal(drop_world(NULL), 0);
	assert_int_equal(make_world(NULL), 0);
}

void
set_quirk(const char *name, const char *value)
{
	struct vcard_error error;

	if (vcard_quirk_set(card, name, value, &error) != 0)
		fail_msg("%s", error.text);
}

void
swap_card(const char *quirk, const char *value)
{
	assert_int_equal(inprocess_eject(READER), 0);
	card = another_card(SERIAL);
	if (quirk != NULL)
		set_quirk(quirk, value);
	assert_int_equal(inprocess_insert(READER, card), 0);
	forget_exchanges();
}

void
reinsert(void)
{
	(void)inprocess_eject(READER);
	assert_int_equal(inprocess_insert(READER, card), 0);
}

void
others_select(const char *aid)
{
	unsigned char bytes[16];
	size_t length;

	assert_int_equal(OPENSSL_hexstr2buf_ex(bytes, sizeof(bytes), &length, aid, '\0'), 1);
	assert_int_equal(vcard_select_other(card, bytes, length, NULL), 0);
}

void
set_window(uint64_t ms)
{
	settings_now.signature_window_ms = wanted_window = ms;
}

uint64_t
default_window(void)
{
	return window;
}

CK_SLOT_ID
slot_of(enum jpki_role role)
{
	return (CK_SLOT_ID)role;
}

const char *
pin_of(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION ? PIN : PASSWORD;
}

enum vcard_pin
card_pin_of(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION ? VCARD_PIN_AUTHENTICATION : VCARD_PIN_SIGNATURE;
}

X509 *
certificate_of(enum jpki_role role)
{
	return vcard_pki_certificate(pki, role == JPKI_AUTHENTICATION
					      ? VCARD_CERTIFICATE_AUTHENTICATION
					      : VCARD_CERTIFICATE_SIGNATURE);
}

X509 *
ca_of(enum jpki_role role)
{
	return vcard_pki_certificate(pki, role == JPKI_AUTHENTICATION
					      ? VCARD_CERTIFICATE_AUTHENTICATION_CA
					      : VCARD_CERTIFICATE_SIGNATURE_CA);
}

static CK_SESSION_HANDLE
open_with(enum jpki_role role, CK_FLAGS flags)
{
	CK_SESSION_HANDLE session = CK_INVALID_HANDLE;

	assert_ok(
	    p11->C_OpenSession(slot_of(role), CKF_SERIAL_SESSION | flags, NULL, NULL, &session));
	assert_int_not_equal(session, CK_INVALID_HANDLE);
	return session;
}

CK_SESSION_HANDLE
open_session(enum jpki_role role)
{
	return open_with(role, 0);
}

CK_SESSION_HANDLE
open_rw_session(enum jpki_role role)
{
	return open_with(role, CKF_RW_SESSION);
}

CK_SESSION_HANDLE
open_user_session(enum jpki_role role)
{
	CK_SESSION_HANDLE session = open_session(role);

	assert_ok(login_with(session, pin_of(role)));
	return session;
}

static CK_RV
login_as(CK_SESSION_HANDLE session, CK_USER_TYPE type, const char *pin)
{
	CK_BYTE bytes[128];

	assert_true(strlen(pin) <= sizeof(bytes));
	memcpy(bytes, pin, strlen(pin));
	return p11->C_Login(session, type, bytes, strlen(pin));
}

CK_RV
login_with(CK_SESSION_HANDLE session, const char *pin)
{
	return login_as(session, CKU_USER, pin);
}

CK_RV
context_login(CK_SESSION_HANDLE session, const char *pin)
{
	return login_as(session, CKU_CONTEXT_SPECIFIC, pin);
}

CK_STATE
state_of(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;

	assert_ok(p11->C_GetSessionInfo(session, &info));
	return info.state;
}

bool
user_session(CK_SESSION_HANDLE session)
{
	CK_STATE state = state_of(session);

	return state == CKS_RO_USER_FUNCTIONS || state == CKS_RW_USER_FUNCTIONS;
}

CK_FLAGS
token_flags(enum jpki_role role)
{
	CK_TOKEN_INFO info;

	assert_ok(p11->C_GetTokenInfo(slot_of(role), &info));
	return info.flags;
}

bool
token_present(enum jpki_role role)
{
	CK_SLOT_INFO info;

	assert_ok(p11->C_GetSlotInfo(slot_of(role), &info));
	return (info.flags & CKF_TOKEN_PRESENT) != 0;
}

void
assert_padded_text(const CK_UTF8CHAR *field, size_t size, const char *text)
{
	assert_memory_equal(field, text, strlen(text));
	for (size_t i = strlen(text); i < size; i++)
		assert_int_equal(field[i], ' ');
}

size_t
find(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *found,
    size_t room)
{
	CK_OBJECT_HANDLE object;
	CK_ULONG got = 1;
	size_t total = 0;

	assert_ok(p11->C_FindObjectsInit(session, template, count));
	while (got == 1) {
		assert_ok(p11->C_FindObjects(session, &object, 1, &got));
		if (got == 1 && total < room)
			found[total] = object;
		total += got;
	}
	assert_ok(p11->C_FindObjectsFinal(session));
	return total;
}

size_t
find_class(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *found, size_t room)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};

	return find(session, &template, 1, found, room);
}

CK_OBJECT_HANDLE
find_one(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class)
{
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;

	assert_true(find_class(session, class, &object, 1) > 0);
	return object;
}

CK_OBJECT_HANDLE
find_ca(CK_SESSION_HANDLE session)
{
	CK_ULONG category = CK_CERTIFICATE_CATEGORY_AUTHORITY;
	CK_ATTRIBUTE template = {CKA_CERTIFICATE_CATEGORY, &category, sizeof(category)};
	CK_OBJECT_HANDLE object = CK_INVALID_HANDLE;

	assert_int_equal(find(session, &template, 1, &object, 1), 1);
	return object;
}

CK_ULONG
get(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, void *value,
    CK_ULONG size)
{
	CK_ATTRIBUTE attribute = {type, value, size};

	assert_ok(p11->C_GetAttributeValue(session, object, &attribute, 1));
	return attribute.ulValueLen;
}

CK_ULONG
get_number(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ULONG number;

	assert_int_equal(get(session, object, type, &number, sizeof(number)), sizeof(number));
	return number;
}

bool
get_bool(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_BBOOL truth;

	assert_int_equal(get(session, object, type, &truth, sizeof(truth)), sizeof(truth));
	assert_true(truth == CK_TRUE || truth == CK_FALSE);
	return truth == CK_TRUE;
}

unsigned
exchanges(void)
{
	return inprocess_calls(INPROCESS_TRANSMIT);
}

void
forget_exchanges(void)
{
	inprocess_forget_calls();
}

size_t
pins_sent(void)
{
	return vcard_ledger_count(card, VCARD_EVENT_VERIFY);
}

size_t
signatures_made(void)
{
	return vcard_ledger_count(card, VCARD_EVENT_SIGN);
}

bool
locked(void)
{
	return !vcard_powered(card) && !vcard_pin_verified(card, VCARD_PIN_AUTHENTICATION) &&
	       !vcard_pin_verified(card, VCARD_PIN_SIGNATURE);
}

void
wait_a_moment(struct deadline *deadline)
{
	const struct timespec moment = {.tv_nsec = 1000000};

	if (++deadline->rounds > ROUNDS_MAX)
		fail_msg("waited too long");
	nanosleep(&moment, NULL);
}
