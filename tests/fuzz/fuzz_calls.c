/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Any calls in any order, with any arguments that a program may give, over a virtual card that
 * is taken out, reset and disturbed meanwhile. An input is a row of calls: a byte tells which, one
 * in which session, one of which object or slot, one which pointers are left out, then come other
 * arguments. Every buffer has exactly the size that the module is told.
 * The virtual card's ledger is the judge: no PIN that nobody gave, and none to another
 * application.
 */

#include <string.h>

#include "../common/certificates.h"
#include "../common/clock.h"
#include "../common/signatures.h"
#include "fuzz.h"
#include "fuzz_calls.h"
#include "inprocess.h"
#include "../common/refused.h"
#include "objects.h"
#include "vcard.h"
#include "reader/transaction.h"

#define READER "Reader A"
#define READER_2 "Reader B"
#define PIN "1234"
#define PASSWORD "ABC123"
#define HANDLES 8
#define CALLS_MAX 400
#define LEDGER_MAX 2048
#define MEMORIES_MAX 16

/* A buffer as the module is told of it. */
struct buffer {
	CK_BYTE *bytes;
	CK_ULONG length;
};

static struct vcard_pki *pki;

static struct {
	struct fuzz_input input;
	struct vcard *cards[2];
	size_t count; /* of cards */
	CK_SESSION_HANDLE sessions[HANDLES];
	CK_OBJECT_HANDLE objects[HANDLES];
	CK_MECHANISM_TYPE signing[HANDLES]; /* what the session of that place signs by */
	CK_SLOT_ID slots[HANDLES];
	size_t opened, found;

	/* of the call under way */
	CK_SESSION_HANDLE session;
	size_t place; /* of that session */
	CK_OBJECT_HANDLE object;
	CK_SLOT_ID slot;
	uint8_t left_out;
	unsigned pins_given;
	void *memory[MEMORIES_MAX]; /* freed after it: the module keeps nothing of a program's */
	size_t memories;

	bool honest;   /* neither card nor service has lied so far */
	bool deceived; /* a card may have claimed a selection that it has not made */
} run;

/* ----------------------------------------------------------------------------- arguments */

static uint8_t
byte(void)
{
	return fuzz_byte(&run.input);
}

static const CK_ULONG odd_numbers[] = {
    0, 1, 2, 255, 256, 257, 0x7FFFFFFF, 0x80000000, (CK_ULONG)-1, (CK_ULONG)-1 / 2};
#define ODD(number) odd_numbers[(number) % (sizeof(odd_numbers) / sizeof(odd_numbers[0]))]

/* What most calls need, in one order whatever order a compiler evaluates arguments in. */
static void
take_common_arguments(void)
{
	uint8_t number = byte();

	run.place = number % HANDLES;
	run.session = number >= 0xF0 ? ODD(number) : run.sessions[run.place];
	number = byte();
	run.object = number >= 0xF0 ? ODD(number) : run.objects[number % HANDLES];
	run.slot = number >= 0xF0 ? ODD(number) : number % 5;
	run.left_out = byte();
}

/* A pointer that a program had better not leave out: the `nth` of a call is NULL now and then. */
static void *
pointer(unsigned nth, void *where)
{
	return run.left_out >= 0xF0 && (run.left_out >> nth & 1) != 0 ? NULL : where;
}

/* Exactly that much, with a copy of `bytes` unless NULL, until the call has returned. */
static void *
memory(const void *bytes, size_t length)
{
	fuzz_check(run.memories < MEMORIES_MAX);
	return run.memory[run.memories++] = fuzz_memory(bytes, length);
}

static void
free_memory(void)
{
	while (run.memories > 0)
		free(run.memory[--run.memories]);
}

static struct buffer
buffer_of(const void *bytes, size_t length)
{
	return (struct buffer){memory(bytes, length), length};
}

/* Where the module is to put something: of any size, or none. */
static struct buffer
room(void)
{
	static const CK_ULONG usual[] = {256, 255, 257, 8192, 32, 20, 64};
	uint8_t number = byte();

	if (number == 0xFF)
		return (struct buffer){NULL, 0};
	if (number == 0xFE)
		return (struct buffer){NULL, byte()};
	return buffer_of(NULL, number < 0x80 ? number : usual[number % 7]);
}

/* What the input says. */
static struct buffer
data(void)
{
	size_t wanted = byte(), length;
	const uint8_t *bytes;

	if (wanted == 0xFF)
		return (struct buffer){NULL, byte()};
	bytes = fuzz_bytes(&run.input, wanted, &length);
	return buffer_of(bytes, length);
}

static struct buffer
pin(void)
{
	static const char *const pins[] = {PIN, PASSWORD, "abc123", "5678", "XYZ789", "0000",
	    "WRONG0", "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93\xEF\xBC\x94", ""};
	uint8_t number = byte();

	if (number < sizeof(pins) / sizeof(pins[0]))
		return buffer_of(pins[number], strlen(pins[number]));
	return data();
}

static const CK_MECHANISM_TYPE mechanisms[] = {CKM_RSA_PKCS, CKM_SHA1_RSA_PKCS, CKM_SHA224_RSA_PKCS,
    CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS, CKM_RSA_PKCS_PSS,
    CKM_SHA256_RSA_PKCS_PSS, CKM_SHA_1, CKM_SHA224, CKM_SHA256, CKM_SHA384, CKM_SHA512,
    CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_RSA_X_509};
#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

static CK_MECHANISM_TYPE
mechanism_type(void)
{
	uint8_t number = byte();

	return number >= 0xF0 ? ODD(number) : mechanisms[number % MECHANISMS];
}

static CK_MECHANISM
mechanism(void)
{
	CK_MECHANISM made = {mechanism_type(), NULL, 0};
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	uint8_t number = byte();
	struct buffer parameter;

	if (number < 0x80 && made.mechanism != CKM_RSA_PKCS_PSS &&
	    made.mechanism != CKM_SHA256_RSA_PKCS_PSS)
		return made;
	if (number >= 0xC0)
		pss.sLen = number - 0xC0;
	parameter = number >= 0xF0 ? data() : buffer_of(&pss, sizeof(pss));
	made.pParameter = parameter.bytes;
	made.ulParameterLen = parameter.length;
	return made;
}

static struct buffer
value(void)
{
	CK_ULONG number = byte();
	CK_BBOOL truth = (number & 1) != 0;

	if (number < 0x20)
		return buffer_of(&truth, sizeof(truth));
	if (number >= 0x80)
		return data();
	number &= 0x1F;
	return buffer_of(&number, sizeof(number));
}

#define ATTRIBUTES_MAX 8

/* Attributes to look for or, if they are to be got, with room. */
static CK_ULONG template(CK_ATTRIBUTE *attributes, bool to_get)
{
	CK_ULONG count = byte() % (ATTRIBUTES_MAX + 1);

	for (CK_ULONG i = 0; i < count; i++) {
		uint8_t type = byte();
		struct buffer content = to_get ? room() : value();

		/* what is to be looked for has the bytes that are counted, or none are */
		if (!to_get && content.bytes == NULL)
			content.length = 0;
		attributes[i] = (CK_ATTRIBUTE){
		    type == 0xFF ? ODD(byte()) : all_attributes[type % all_attribute_count],
		    content.bytes, content.length};
	}
	return count;
}

/* ----------------------------------------------------------------------- what calls there are */

static CK_RV
create_mutex(CK_VOID_PTR_PTR mutex)
{
	*mutex = NULL;
	return CKR_OK;
}

static CK_RV
use_mutex(CK_VOID_PTR mutex)
{
	(void)mutex;
	return CKR_OK;
}

static void
call_initialize(void)
{
	uint8_t flags = byte(), number = byte();
	CK_C_INITIALIZE_ARGS arguments = {.flags = flags & 3};

	if ((number & 1) != 0)
		arguments.CreateMutex = create_mutex;
	if ((number & 2) != 0)
		arguments.DestroyMutex = use_mutex;
	if ((number & 4) != 0)
		arguments.LockMutex = use_mutex;
	if ((number & 8) != 0)
		arguments.UnlockMutex = use_mutex;
	fuzz_log((flags & 0x80) != 0);
	(void)C_Initialize(number >= 0x80 ? NULL : &arguments);
}

static void
call_finalize(void)
{
	(void)C_Finalize(byte() == 0xFF ? &run : NULL);
}

static void
call_get_info(void)
{
	(void)C_GetInfo(pointer(0, memory(NULL, sizeof(CK_INFO))));
}

static void
call_get_slot_list(void)
{
	CK_ULONG count = byte() % 9;
	CK_SLOT_ID *list = memory(NULL, count * sizeof(*list));
	CK_ULONG had = count;

	if (C_GetSlotList(byte() & 1, pointer(0, list), pointer(1, &count)) == CKR_OK)
		fuzz_check(count <= had || count <= 2 * INPROCESS_READERS);
}

static void
call_get_slot_info(void)
{
	(void)C_GetSlotInfo(run.slot, pointer(0, memory(NULL, sizeof(CK_SLOT_INFO))));
}

static void
call_get_token_info(void)
{
	(void)C_GetTokenInfo(run.slot, pointer(0, memory(NULL, sizeof(CK_TOKEN_INFO))));
}

static void
call_get_mechanism_list(void)
{
	CK_ULONG count = byte() % 32;
	CK_MECHANISM_TYPE *list = memory(NULL, count * sizeof(*list));

	(void)C_GetMechanismList(run.slot, pointer(0, list), pointer(1, &count));
}

static void
call_get_mechanism_info(void)
{
	(void)C_GetMechanismInfo(
	    run.slot, mechanism_type(), pointer(0, memory(NULL, sizeof(CK_MECHANISM_INFO))));
}

static void
call_init_token(void)
{
	struct buffer typed = pin();
	CK_UTF8CHAR label[32] = "label";

	(void)C_InitToken(run.slot, typed.bytes, typed.length, pointer(0, label));
}

static void
call_init_pin(void)
{
	struct buffer typed = pin();

	(void)C_InitPIN(run.session, typed.bytes, typed.length);
}

static void
call_set_pin(void)
{
	struct buffer old = pin(), new_pin = pin();

	run.pins_given = 1;
	(void)C_SetPIN(run.session, old.bytes, old.length, new_pin.bytes, new_pin.length);
}

static void
call_open_session(void)
{
	CK_SESSION_HANDLE *handle = memory(NULL, sizeof(*handle));
	uint8_t flags = byte();

	if (C_OpenSession(run.slot,
		flags == 0xFF ? 0 : CKF_SERIAL_SESSION | (flags & CKF_RW_SESSION), NULL, NULL,
		pointer(0, handle)) == CKR_OK) {
		run.slots[run.opened % HANDLES] = run.slot;
		run.sessions[run.opened++ % HANDLES] = *handle;
	}
}

static void
call_close_session(void)
{
	(void)C_CloseSession(run.session);
}

static void
call_close_all_sessions(void)
{
	(void)C_CloseAllSessions(run.slot);
}

static void
call_get_session_info(void)
{
	(void)C_GetSessionInfo(run.session, pointer(0, memory(NULL, sizeof(CK_SESSION_INFO))));
}

static const CK_USER_TYPE users[] = {CKU_USER, CKU_USER, CKU_USER, CKU_CONTEXT_SPECIFIC,
    CKU_CONTEXT_SPECIFIC, CKU_SO, 3, (CK_USER_TYPE)-1};

static void
call_login(void)
{
	struct buffer typed = pin();

	run.pins_given = 1;
	(void)C_Login(run.session, users[byte() % 8], typed.bytes, typed.length);
}

static void
call_login_user(void)
{
	struct buffer typed = pin(), name = data();

	run.pins_given = 1;
	(void)C_LoginUser(
	    run.session, users[byte() % 8], typed.bytes, typed.length, name.bytes, name.length);
}

/* Who has logged out has left nothing unlocked. */
static void
call_logout(void)
{
	enum vcard_pin number =
	    run.slots[run.place] % 2 == 0 ? VCARD_PIN_AUTHENTICATION : VCARD_PIN_SIGNATURE;

	if (C_Logout(run.session) != CKR_OK || run.session != run.sessions[run.place])
		return;
	for (size_t i = 0; run.honest && i < run.count; i++)
		fuzz_check(!vcard_pin_verified(run.cards[i], number));
}

static void
call_session_cancel(void)
{
	static const CK_FLAGS flags[] = {CKF_SIGN, CKF_VERIFY, CKF_DIGEST, 0, (CK_FLAGS)-1, 0x40};

	(void)C_SessionCancel(run.session, flags[byte() % 6]);
}

static void
call_find_objects_init(void)
{
	CK_ATTRIBUTE attributes[ATTRIBUTES_MAX];
	CK_ULONG count = template(attributes, false);

	(void)C_FindObjectsInit(run.session, pointer(0, attributes), count);
}

static void
call_find_objects(void)
{
	CK_ULONG wanted = byte() % 12, got = 0;
	CK_OBJECT_HANDLE *found = memory(NULL, wanted * sizeof(*found));

	if (C_FindObjects(run.session, wanted == 0 ? NULL : found, wanted, pointer(0, &got)) ==
	    CKR_OK) {
		fuzz_check(got <= wanted);
		for (CK_ULONG i = 0; i < got; i++)
			run.objects[run.found++ % HANDLES] = found[i];
	}
}

static void
call_find_objects_final(void)
{
	(void)C_FindObjectsFinal(run.session);
}

/* All that a session can see, so that inputs get to objects soon. */
static void
find_all(void)
{
	CK_OBJECT_HANDLE found[HANDLES];
	CK_ULONG total;

	if (pkcs11_find_objects(pkcs11_linked(), run.session, NULL, 0, found, HANDLES, &total) ==
	    CKR_OK)
		memcpy(run.objects, found, (total < HANDLES ? total : HANDLES) * sizeof(found[0]));
}

static void
read_all(void)
{
	objects_read(run.session);
}

static void
call_get_attribute_value(void)
{
	CK_ATTRIBUTE attributes[ATTRIBUTES_MAX];
	CK_ULONG lengths[ATTRIBUTES_MAX], count = template(attributes, true);

	for (CK_ULONG i = 0; i < count; i++)
		lengths[i] = attributes[i].ulValueLen;
	if (C_GetAttributeValue(run.session, run.object, pointer(0, attributes), count) == CKR_OK)
		for (CK_ULONG i = 0; i < count; i++)
			fuzz_check(
			    attributes[i].pValue == NULL || attributes[i].ulValueLen <= lengths[i]);
}

static void
call_object_writers(void)
{
	CK_ATTRIBUTE attributes[ATTRIBUTES_MAX];
	CK_ULONG count = template(attributes, false), size;
	CK_OBJECT_HANDLE handle;

	switch (byte() % 5) {
	case 0:
		(void)C_CreateObject(run.session, attributes, count, pointer(0, &handle));
		break;
	case 1:
		(void)C_CopyObject(run.session, run.object, attributes, count, pointer(1, &handle));
		break;
	case 2:
		(void)C_DestroyObject(run.session, run.object);
		break;
	case 3:
		(void)C_SetAttributeValue(run.session, run.object, attributes, count);
		break;
	case 4:
		(void)C_GetObjectSize(run.session, run.object, pointer(2, &size));
		break;
	}
}

static void
call_digest_init(void)
{
	CK_MECHANISM made = mechanism();

	(void)C_DigestInit(run.session, pointer(0, &made));
}

static void
call_digest(void)
{
	struct buffer given = data(), answer = room();

	(void)C_Digest(
	    run.session, given.bytes, given.length, answer.bytes, pointer(0, &answer.length));
}

static void
call_digest_update(void)
{
	struct buffer given = data();

	if ((byte() & 1) != 0)
		(void)C_DigestKey(run.session, run.object);
	else
		(void)C_DigestUpdate(run.session, given.bytes, given.length);
}

static void
call_digest_final(void)
{
	struct buffer answer = room();

	(void)C_DigestFinal(run.session, answer.bytes, pointer(0, &answer.length));
}

static void
call_sign_init(void)
{
	CK_MECHANISM made = mechanism();

	if (C_SignInit(run.session, pointer(0, &made), run.object) == CKR_OK)
		run.signing[run.place] = made.mechanism;
}

/* Is it the right signature by the key of that token? Where that is simple to ask. */
static void
judge_signature(const struct buffer *given, const CK_BYTE *signature)
{
	enum jpki_role role = run.slots[run.place] % 2 == 0 ? JPKI_AUTHENTICATION : JPKI_SIGNATURE;
	EVP_PKEY *key = X509_get0_pubkey(role_certificate(pki, role, JPKI_CERTIFICATE));
	bool pss = run.signing[run.place] == CKM_SHA256_RSA_PKCS_PSS;

	if (pss || run.signing[run.place] == CKM_SHA256_RSA_PKCS)
		fuzz_check(rsa_signature_verifies(
		    key, pss, "SHA256", given->bytes, given->length, signature));
}

static void
call_sign(void)
{
	struct buffer given = data(), answer = room();

	if (C_Sign(run.session, given.bytes, given.length, answer.bytes,
		pointer(0, &answer.length)) == CKR_OK &&
	    answer.bytes != NULL) {
		fuzz_check(answer.length == 256);
		judge_signature(&given, answer.bytes);
	}
}

static void
call_sign_update(void)
{
	struct buffer given = data();

	(void)C_SignUpdate(run.session, given.bytes, given.length);
}

static void
call_sign_final(void)
{
	struct buffer answer = room();

	(void)C_SignFinal(run.session, answer.bytes, pointer(0, &answer.length));
}

static void
call_verify_init(void)
{
	CK_MECHANISM made = mechanism();

	(void)C_VerifyInit(run.session, pointer(0, &made), run.object);
}

static void
call_verify(void)
{
	struct buffer given = data(), signature = room();

	(void)C_Verify(run.session, given.bytes, given.length, signature.bytes, signature.length);
}

static void
call_verify_update(void)
{
	struct buffer given = data();

	(void)C_VerifyUpdate(run.session, given.bytes, given.length);
}

static void
call_verify_final(void)
{
	struct buffer signature = room();

	(void)C_VerifyFinal(run.session, signature.bytes, signature.length);
}

static void
call_wait_for_slot_event(void)
{
	(void)C_WaitForSlotEvent(CKF_DONT_BLOCK, pointer(0, memory(NULL, sizeof(CK_SLOT_ID))),
	    byte() == 0xFF ? &run : NULL);
}

static void
call_lists(void)
{
	CK_FUNCTION_LIST *list;
	CK_INTERFACE *interface, *interfaces;
	CK_ULONG count = byte() % 4;
	uint8_t major = byte() % 4, minor = byte() % 64;
	CK_VERSION version = {major, minor};
	struct buffer name = data();

	(void)C_GetFunctionList(pointer(0, &list));
	interfaces = memory(NULL, count * sizeof(*interfaces));
	(void)C_GetInterfaceList(pointer(1, interfaces), pointer(2, &count));
	if (name.length > 0 && name.bytes != NULL)
		name.bytes[name.length - 1] = '\0';
	(void)C_GetInterface(name.length > 0 ? name.bytes : NULL, pointer(3, &version),
	    pointer(0, &interface), byte() & 3);
	(void)C_GetFunctionStatus(run.session);
	(void)C_CancelFunction(run.session);
}

/* They look at no more of their arguments than whether they are there. */
static void
call_refused(void)
{
	size_t which = byte() % REFUSED_FUNCTIONS;
	CK_ULONG some = (CK_ULONG)(uintptr_t)&run, bits = byte(), arguments[REFUSED_ARGUMENTS_MAX];

	for (int i = 0; i < REFUSED_ARGUMENTS_MAX; i++)
		arguments[i] = (bits >> i & 1) != 0 ? 0 : some;
	fuzz_check(refused_call(which, run.session, arguments) != CKR_OK);
}

/* ----------------------------------------------------------------- what happens meanwhile */

static void
card_ejected(void)
{
	(void)inprocess_eject(READER);
}

static void
card_inserted(void)
{
	(void)inprocess_insert(READER, run.cards[byte() % run.count]);
}

static void
reader_changes(void)
{
	switch (byte() % 4) {
	case 0:
		(void)inprocess_remove_reader(READER);
		break;
	case 1:
		(void)inprocess_add_reader(READER);
		break;
	case 2:
		(void)inprocess_add_reader(READER_2);
		break;
	case 3:
		(void)inprocess_insert(READER_2, NULL);
		break;
	}
}

static void
others_work(void)
{
	switch (byte() % 6) {
	case 0:
		(void)inprocess_warm_reset(READER);
		break;
	case 1:
		(void)inprocess_power_cut(READER);
		break;
	case 2:
		(void)inprocess_idle(READER);
		break;
	case 3:
		(void)inprocess_exclusive(READER, (byte() & 1) != 0);
		break;
	case 4:
		(void)vcard_select_other(run.cards[0], NULL, 0, NULL);
		break;
	case 5:
		inprocess_service((byte() & 1) != 0);
		break;
	}
}

static void
time_passes(void)
{
	clock_skip_ms((uint64_t)byte() * 100);
}

static void
card_differs(void)
{
	const struct vcard_quirk *quirk;
	size_t number = byte() % 25, count = 0, chosen = byte();

	quirk = vcard_quirk(number);
	if (quirk == NULL)
		return;
	while (quirk->values[count] != NULL)
		count++;
	if (count == 0)
		return;
	(void)vcard_quirk_set(run.cards[0], quirk->name, quirk->values[chosen % count], NULL);
	run.honest = false;
}

static void
card_fails(void)
{
	static const enum vcard_fault faults[] = {VCARD_FAULT_SW, VCARD_FAULT_SW_AFTER,
	    VCARD_FAULT_EMPTY, VCARD_FAULT_TRUNCATED, VCARD_FAULT_OVERLONG, VCARD_FAULT_EJECT};
	static const uint16_t words[] = {0x6F00, 0x6982, 0x6A82, 0x6A86, 0x6983, 0x6984, 0x63C0,
	    0x63C1, 0x63C3, 0x6B00, 0x6282, 0x6D00, 0x6700, 0x9000, 0x6100, 0x6C10};
	enum vcard_fault fault = faults[byte() % 6];
	unsigned nth = 1 + byte() % 16;
	uint16_t word = words[byte() % 16];

	(void)vcard_fault_add(run.cards[0], fault, nth, word, NULL);
	if (fault == VCARD_FAULT_SW && word == 0x9000)
		run.deceived = true;
	if (fault == VCARD_FAULT_SW || fault == VCARD_FAULT_SW_AFTER)
		run.honest = false;
}

static void
select_other(void *context)
{
	(void)vcard_select_other(context, NULL, 0, NULL);
}

static void
eject(void *context)
{
	(void)context;
	(void)inprocess_eject(READER);
}

static void
way_fails(void)
{
	static const int errors[] = {JPKI_ERR_IO, JPKI_ERR_TIMEOUT, JPKI_ERR_MEMORY, JPKI_ERR_DATA,
	    JPKI_ERR_BUSY, JPKI_ERR_RESET, JPKI_ERR_NO_CARD, JPKI_ERR_NO_SERVICE};
	enum inprocess_call call = (enum inprocess_call)(byte() % INPROCESS_CALLS);
	int error = errors[byte() % 8];

	if (call == INPROCESS_WAIT)
		return;
	if (error == JPKI_ERR_RESET || error == JPKI_ERR_NO_CARD || error == JPKI_ERR_NO_SERVICE ||
	    (call != INPROCESS_TRANSMIT && call != INPROCESS_ANSWER))
		run.honest = false;
	inprocess_plan(call, 1 + byte() % 8, error, NULL, NULL);
}

/* Between the module's looking and its doing. */
static void
others_are_quick(void)
{
	uint8_t number = byte();

	if ((number & 1) != 0)
		inprocess_plan(
		    INPROCESS_BEGIN, 1 + byte() % 8, JPKI_OK, select_other, run.cards[0]);
	else
		inprocess_plan(INPROCESS_TRANSMIT, 1 + byte() % 16, JPKI_OK, eject, NULL);
}

/* ------------------------------------------------------------------------------- the run */

#define POINTER(name) name,
static void (*const calls[])(void) = {FUZZ_CALLS(POINTER)};

static size_t
pins_sent(void)
{
	size_t count = 0;

	for (size_t i = 0; i < run.count; i++)
		count += vcard_ledger_count(run.cards[i], VCARD_EVENT_VERIFY);
	return count;
}

static void
judge_ledger(struct vcard *card)
{
	static struct vcard_entry entries[LEDGER_MAX];
	size_t count = vcard_ledger_entries(card, entries, LEDGER_MAX);

	if (run.deceived)
		return;
	for (size_t i = 0; i < count && i < LEDGER_MAX; i++)
		if (entries[i].event == VCARD_EVENT_VERIFY ||
		    entries[i].event == VCARD_EVENT_CHANGE)
			fuzz_check(strcmp(entries[i].application, "jpki") == 0);
	for (int i = VCARD_PIN_INPUT_AID; i < VCARD_PINS; i++)
		fuzz_check(vcard_pin_tries(card, (enum vcard_pin)i) ==
			   vcard_pin_tries_max((enum vcard_pin)i));
}

static void
add_card(const char *serial)
{
	struct vcard_options options = {.pki = pki, .serial = serial, .pins = {PIN, PASSWORD}};
	struct vcard_error error;

	if (vcard_new(&run.cards[run.count++], &options, &error) != 0) {
		fprintf(stderr, "%s\n", error.text);
		abort();
	}
}

static void
call_all(void)
{
	for (unsigned i = 0; i < CALLS_MAX && run.input.left > 0; i++) {
		uint8_t number = byte();
		size_t before = pins_sent();

		run.pins_given = 0;
		take_common_arguments();
		calls[number % (sizeof(calls) / sizeof(calls[0]))]();
		free_memory();
		fuzz_check(pins_sent() - before <= run.pins_given);
	}
}

static void
finish(void)
{
	bool honest = run.honest;

	(void)C_Finalize(NULL);
	for (size_t i = 0; i < run.count; i++) {
		judge_ledger(run.cards[i]);
		for (int pin_number = 0; honest && pin_number < VCARD_PINS; pin_number++)
			fuzz_check(!vcard_pin_verified(run.cards[i], (enum vcard_pin)pin_number));
	}
	inprocess_reset();
	while (run.count > 0)
		vcard_free(&run.cards[--run.count]);
}

/* The keys are kept in FUZZ_PKI, if that is set, so that an input does the same each time. */
void
fuzz_prepare(void)
{
	struct vcard_error error;

	transaction_linger_ms = 0; /* the clock stands still */
	if (vcard_pki_open(&pki, getenv("FUZZ_PKI"), NULL, &error) != 0) {
		fprintf(stderr, "%s\n", error.text);
		exit(EXIT_FAILURE);
	}
}

void
fuzz_try(struct fuzz_input *input)
{
	memset(&run, 0, sizeof(run));
	run.input = *input;
	run.honest = true;
	run.deceived = false;
	fuzz_log(false);
	inprocess_reset();
	add_card("JPKI000000000001");
	add_card("JPKI000000000002");
	(void)inprocess_add_reader(READER);
	(void)inprocess_longest(READER, JPKI_LONG_DATA_MAX);
	(void)inprocess_insert(READER, run.cards[0]);
	(void)C_Initialize(NULL);
	call_all();
	finish();
}
