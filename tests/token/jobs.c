/* SPDX-License-Identifier: BSD-2-Clause */
#include "jobs.h"

static CK_SESSION_HANDLE session;
static CK_OBJECT_HANDLE object;

static const char *const new_pins[JPKI_ROLES] = {
    [JPKI_AUTHENTICATION] = "5678",
    [JPKI_SIGNATURE] = "NEW456",
};

enum next
next_call(void)
{
	CK_SESSION_INFO info;
	CK_RV rv;

	if (session == CK_INVALID_HANDLE)
		return NEXT_NONE;
	rv = p11->C_GetSessionInfo(session, &info);
	if (rv == CKR_SESSION_HANDLE_INVALID)
		return NEXT_INVALID;
	if (rv == CKR_DEVICE_REMOVED)
		return NEXT_REMOVED;
	assert_ok(rv);
	return info.state == CKS_RW_USER_FUNCTIONS ? NEXT_USER : NEXT_PUBLIC;
}

bool
reached(unsigned exchange)
{
	return exchanges() >= exchange;
}

/* The PIN that the card has now: C_SetPIN changes it. */
static const char *
pin_on(struct vcard *any, enum jpki_role role)
{
	return vcard_pin_is(any, card_pin_of(role), pin_of(role)) ? pin_of(role) : new_pins[role];
}

/* ------------------------------------------------------------------------- what goes before */

static void
nothing(const struct job *job)
{
}

static void
open_it(const struct job *job)
{
	session = open_rw_session(job->role);
}

static void
log_in(const struct job *job)
{
	open_it(job);
	assert_ok(login_with(session, pin_of(job->role)));
}

static void
find_certificate(const struct job *job)
{
	open_it(job);
	object = find_one(session, CKO_CERTIFICATE);
}

static void
find_its_ca(const struct job *job)
{
	open_it(job);
	object = find_ca(session);
}

static void
begin_signing(const struct job *job)
{
	log_in(job);
	assert_ok(begin_signature(session, job->scheme));
}

/* The signature wants a PIN of its own. */
static void
begin_without_window(const struct job *job)
{
	set_window(0);
	begin_signing(job);
}

static void
give_pin_for_signature(const struct job *job)
{
	begin_without_window(job);
	assert_ok(context_login(session, pin_of(job->role)));
}

/* -------------------------------------------------------------------------------- the calls */

static CK_RV
list_slots(const struct job *job)
{
	CK_SLOT_ID slots[JPKI_ROLES];
	CK_ULONG count = JPKI_ROLES;

	return p11->C_GetSlotList(CK_TRUE, slots, &count);
}

static CK_RV
slot_info(const struct job *job)
{
	CK_SLOT_INFO info;

	return p11->C_GetSlotInfo(slot_of(job->role), &info);
}

static CK_RV
token_info(const struct job *job)
{
	CK_TOKEN_INFO info;

	return p11->C_GetTokenInfo(slot_of(job->role), &info);
}

static CK_RV
open_session_job(const struct job *job)
{
	return pkcs11_open_session(pkcs11_list(p11), slot_of(job->role), CKF_RW_SESSION, &session);
}

/* By something that only the certificate tells. */
static CK_RV
search(const struct job *job)
{
	CK_BYTE subject[] = {0x30, 0x00};
	CK_ATTRIBUTE template = {CKA_SUBJECT, subject, sizeof(subject)};

	return p11->C_FindObjectsInit(session, &template, 1);
}

static void
assert_same_certificate(X509 *x509, const CK_BYTE *value, CK_ULONG length)
{
	unsigned char *der = NULL;

	assert_int_equal(i2d_X509(x509, &der), length);
	assert_memory_equal(value, der, length);
	OPENSSL_free(der);
}

static CK_RV
read_object(X509 *expected)
{
	CK_BYTE value[VALUE_ROOM];
	CK_ULONG length = sizeof(value);
	CK_RV rv =
	    pkcs11_get_attribute(pkcs11_list(p11), session, object, CKA_VALUE, value, &length);

	if (rv == CKR_OK)
		assert_same_certificate(expected, value, length);
	return rv;
}

static CK_RV
read_certificate(const struct job *job)
{
	return read_object(certificate_of(job->role));
}

static CK_RV
read_its_ca(const struct job *job)
{
	return read_object(ca_of(job->role));
}

static CK_RV
login(const struct job *job)
{
	return login_with(session, pin_of(job->role));
}

static CK_RV
login_for_signature(const struct job *job)
{
	return context_login(session, pin_of(job->role));
}

static CK_RV
sign(const struct job *job)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_RV rv = finish_signature(session, signature);

	if (rv == CKR_OK)
		assert_true(signature_verifies(
		    job->scheme, certificate_of(job->role), message, sizeof(message), signature));
	return rv;
}

static CK_RV
change_pin(const struct job *job)
{
	CK_BYTE old_pin[16], new_pin[16];
	size_t old_length = strlen(pin_of(job->role)), new_length = strlen(new_pins[job->role]);

	memcpy(old_pin, pin_of(job->role), old_length);
	memcpy(new_pin, new_pins[job->role], new_length);
	return p11->C_SetPIN(session, old_pin, old_length, new_pin, new_length);
}

static CK_RV
log_out(const struct job *job)
{
	return p11->C_Logout(session);
}

static CK_RV
close_it(const struct job *job)
{
	return p11->C_CloseSession(session);
}

static CK_RV
close_all(const struct job *job)
{
	return p11->C_CloseAllSessions(slot_of(job->role));
}

static CK_RV
start_again(const struct job *job)
{
	CK_RV rv = p11->C_Finalize(NULL);

	session = CK_INVALID_HANDLE;
	return rv != CKR_OK ? rv : p11->C_Initialize(NULL);
}

#define AUTH JPKI_AUTHENTICATION
#define SIGN JPKI_SIGNATURE
#define PKCS1 &schemes[3]
#define PSS &schemes[7]

const struct job jobs[] = {
    {"C_GetSlotList", KIND_LIST, AUTH, "SHIP", nothing, list_slots, NULL, NEXT_NONE, NEXT_NONE},
    {"C_GetSlotInfo", KIND_LIST, SIGN, "SHIP", nothing, slot_info, NULL, NEXT_NONE, NEXT_NONE},
    {"C_GetTokenInfo", KIND_SLOT, AUTH, "SHIPQT", nothing, token_info, NULL, NEXT_NONE, NEXT_NONE},
    {"C_GetTokenInfo, signature", KIND_SLOT, SIGN, "SHIPQT", nothing, token_info, NULL, NEXT_NONE,
	NEXT_NONE},
    {"C_OpenSession", KIND_SLOT, AUTH, "SHIP", nothing, open_session_job, NULL, NEXT_NONE,
	NEXT_PUBLIC},
    {"C_FindObjectsInit", KIND_SEARCH, AUTH, "SRRRRSR", open_it, search, NULL, NEXT_PUBLIC,
	NEXT_PUBLIC},
    {"C_GetAttributeValue", KIND_READ, AUTH, "SR", find_certificate, read_certificate, NULL,
	NEXT_PUBLIC, NEXT_PUBLIC},
    {"C_GetAttributeValue, CA", KIND_READ, AUTH, "SR", find_its_ca, read_its_ca, NULL, NEXT_PUBLIC,
	NEXT_PUBLIC},
    {"C_GetAttributeValue, CA, signature", KIND_READ, SIGN, "SR", find_its_ca, read_its_ca, NULL,
	NEXT_PUBLIC, NEXT_PUBLIC},
    {"C_Login", KIND_LOGIN, AUTH, "StV", open_it, login, NULL, NEXT_PUBLIC, NEXT_USER},
    {"C_Login, signature", KIND_LOGIN, SIGN, "StVp", open_it, login, NULL, NEXT_PUBLIC, NEXT_USER},
    {"C_Login, context", KIND_LOGIN, SIGN, "SV", begin_without_window, login_for_signature, PKCS1,
	NEXT_USER, NEXT_USER},
    {"C_SetPIN", KIND_CHANGE, AUTH, "StVEC", open_it, change_pin, NULL, NEXT_PUBLIC, NEXT_PUBLIC},
    {"C_SetPIN, signature", KIND_CHANGE, SIGN, "StVEC", open_it, change_pin, NULL, NEXT_PUBLIC,
	NEXT_PUBLIC},
    {"C_Sign, PKCS#1", KIND_SIGN, AUTH, "hrrX", begin_signing, sign, PKCS1, NEXT_USER, NEXT_USER},
    {"C_Sign, PSS", KIND_SIGN, AUTH, "hrrX", begin_signing, sign, PSS, NEXT_USER, NEXT_USER},
    {"C_Sign, PKCS#1, signature", KIND_SIGN, SIGN, "X", begin_signing, sign, PKCS1, NEXT_USER,
	NEXT_USER},
    {"C_Sign, PSS, signature", KIND_SIGN, SIGN, "X", begin_signing, sign, PSS, NEXT_USER,
	NEXT_USER},
    {"C_Sign, after context", KIND_SIGN, SIGN, "X", give_pin_for_signature, sign, PKCS1, NEXT_USER,
	NEXT_USER},
    {"C_Logout", KIND_LOGOUT, AUTH, "", log_in, log_out, NULL, NEXT_USER, NEXT_PUBLIC},
    {"C_Logout, signature", KIND_LOGOUT, SIGN, "", log_in, log_out, NULL, NEXT_USER, NEXT_PUBLIC},
    {"C_CloseSession", KIND_CLOSE, SIGN, "", log_in, close_it, NULL, NEXT_USER, NEXT_INVALID},
    {"C_CloseAllSessions", KIND_CLOSE, AUTH, "", log_in, close_all, NULL, NEXT_USER, NEXT_INVALID},
    {"C_Finalize, C_Initialize", KIND_LIFE, SIGN, "", log_in, start_again, NULL, NEXT_USER,
	NEXT_NONE},
};
const size_t job_count = LENGTH_OF(jobs);

void
prepare_job(const struct job *job)
{
	start_over();
	session = object = CK_INVALID_HANDLE;
	job->prepare(job);
	vcard_ledger_mark(card);
	forget_exchanges();
}

CK_RV
do_job(const struct job *job)
{
	return job->call(job);
}

void
assert_works(struct vcard *any, enum jpki_role role)
{
	size_t before = vcard_ledger_count(any, VCARD_EVENT_VERIFY);
	CK_SESSION_HANDLE fresh;
	CK_BYTE signature[SIGNATURE_SIZE];
	X509 *certificate = role_certificate(vcard_pki(any), role, JPKI_CERTIFICATE);

	set_window(default_window());
	assert_ok(p11->C_CloseAllSessions(slot_of(role)));
	assert_false(vcard_pin_verified(any, card_pin_of(role)));
	fresh = open_session(role);
	assert_ok(login_with(fresh, pin_on(any, role)));
	assert_int_equal(vcard_ledger_count(any, VCARD_EVENT_VERIFY), before + 1);
	assert_ok(sign_message(fresh, sha256_pkcs1, signature));
	assert_true(
	    signature_verifies(sha256_pkcs1, certificate, message, sizeof(message), signature));
	assert_ok(p11->C_Logout(fresh));
	assert_ok(p11->C_CloseSession(fresh));
	assert_false(vcard_pin_verified(any, card_pin_of(role)));
}

/* Or of nothing: no application is selected in a card that has just come to power. */
static bool
of_jpki(const struct vcard_entry *entry)
{
	switch (entry->event) {
	case VCARD_EVENT_COUNT:
	case VCARD_EVENT_VERIFY:
	case VCARD_EVENT_CHANGE:
	case VCARD_EVENT_SIGN:
		return strcmp(entry->application, "jpki") == 0 ||
		       strcmp(entry->application, "none") == 0;
	default:
		return true;
	}
}

#define ENTRIES_MAX 256

void
assert_no_harm(struct vcard *any, size_t pins)
{
	struct vcard_entry entries[ENTRIES_MAX];
	size_t count = vcard_ledger_entries(any, entries, ENTRIES_MAX);

	assert_in_range(count, 0, ENTRIES_MAX);
	assert_in_range(vcard_ledger_count(any, VCARD_EVENT_VERIFY), 0, pins);
	for (size_t i = 0; i < count; i++)
		assert_true(of_jpki(&entries[i]));
	for (int pin = 0; pin < VCARD_PINS; pin++)
		assert_int_equal(vcard_pin_tries(any, pin), vcard_pin_tries_max(pin));
}

void
assert_locked_without(enum next next, const struct job *job)
{
	if (next != NEXT_USER)
		assert_false(vcard_pin_verified(card, card_pin_of(job->role)));
	assert_false(vcard_pin_verified(card, card_pin_of(1 - job->role)));
}
