/* SPDX-License-Identifier: BSD-2-Clause */
#include "module.h"

#include <time.h>

#include <openssl/crypto.h>

#include "record.h"
#include "slowness.h"
#include "tsan.h"
#include "reader/settings.h"

/* In steps of a millisecond: longer than any machine takes under a sanitizer. */
#define ROUNDS_MAX 60000
/* So that a slow machine does not outrun the window where that is not the subject. */
#define LONG_WINDOW_MS 3600000

CK_FUNCTION_LIST_3_0 *p11, *own_list;

static uint64_t wanted_window; /* since the last set_window, also of a module started later */

int
make_pki(void **state)
{
	CK_VERSION version = {3, 0};
	CK_INTERFACE *interface;

	if (open_pki() != 0 || C_GetInterface(NULL, &version, &interface, 0) != CKR_OK)
		return -1;
	own_list = interface->pFunctionList;
	p11 = record(own_list);
	return p11 != NULL ? 0 : -1;
}

int
make_card(void **state)
{
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
set_up(void **state)
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
tear_down(void **state)
{
	(void)p11->C_Finalize(NULL);
	drop_cards();
	set_window(default_window());
	return 0;
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
	return settings_default.signature_window_ms;
}

CK_SLOT_ID
slot_of(enum jpki_role role)
{
	return (CK_SLOT_ID)role;
}

X509 *
certificate_of(enum jpki_role role)
{
	return role_certificate(pki, role, JPKI_CERTIFICATE);
}

X509 *
ca_of(enum jpki_role role)
{
	return role_certificate(pki, role, JPKI_CA_CERTIFICATE);
}

static CK_SESSION_HANDLE
open_with(enum jpki_role role, CK_FLAGS flags)
{
	CK_SESSION_HANDLE session;

	assert_ok(pkcs11_open_session(pkcs11_list(p11), slot_of(role), flags, &session));
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

CK_RV
login_with(CK_SESSION_HANDLE session, const char *pin)
{
	return pkcs11_login(pkcs11_list(p11), session, CKU_USER, pin);
}

CK_RV
context_login(CK_SESSION_HANDLE session, const char *pin)
{
	return pkcs11_login(pkcs11_list(p11), session, CKU_CONTEXT_SPECIFIC, pin);
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
	CK_ULONG total;

	assert_ok(
	    pkcs11_find_objects(pkcs11_list(p11), session, template, count, found, room, &total));
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
	assert_ok(pkcs11_get_attribute(pkcs11_list(p11), session, object, type, value, &size));
	return size;
}

void
assert_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, X509 *certificate)
{
	CK_BYTE value[VALUE_ROOM];
	unsigned char *der = NULL;
	int length = i2d_X509(certificate, &der);

	assert_int_equal(get(session, object, CKA_VALUE, value, sizeof(value)), length);
	assert_memory_equal(value, der, (size_t)length);
	OPENSSL_free(der);
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

	if (++deadline->rounds > ROUNDS_MAX * slowness())
		fail_msg("waited too long");
	nanosleep(&moment, NULL);
}
