/* SPDX-License-Identifier: BSD-2-Clause */

/* What all functions have in common, in loops over the one list of them. */

#include "../common/module.h"

/*
 * All parameters of Cryptoki are numbers and pointers, which fit a CK_ULONG on the platforms
 * there are; C has no other way to call a function whose parameters only its row knows.
 */
typedef CK_RV (*any_function)(CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG,
    CK_ULONG, CK_ULONG, CK_ULONG);

struct row {
	const char *name;
	size_t at, at_3_0; /* in the function list of either version; 0: not there */
	bool refused;
	const char *needs; /* "true": a session, and no more */
	CK_RV answer;
};

/* clang-format off */
#define OLD_OWN(name, ...) \
	{#name, offsetof(CK_FUNCTION_LIST, name), offsetof(CK_FUNCTION_LIST_3_0, name), \
	    false, "", CKR_OK},
#define OLD_REFUSED(name, parameters, needed, code) \
	{#name, offsetof(CK_FUNCTION_LIST, name), offsetof(CK_FUNCTION_LIST_3_0, name), \
	    true, #needed, code},
#define NEW_OWN(name, ...) {#name, 0, offsetof(CK_FUNCTION_LIST_3_0, name), false, "", CKR_OK},
#define NEW_REFUSED(name, parameters, needed, code) \
	{#name, 0, offsetof(CK_FUNCTION_LIST_3_0, name), true, #needed, code},

static const struct row rows[] = {
	PKCS11_FUNCTIONS_2_40(OLD_OWN, OLD_REFUSED)
	PKCS11_FUNCTIONS_3_0(NEW_OWN, NEW_REFUSED)
};
/* clang-format on */
#define ROWS LENGTH_OF(rows)

__attribute__((no_sanitize("undefined"))) static CK_RV
call(const void *list, size_t at, CK_ULONG first, CK_ULONG others)
{
	any_function function;

	memcpy(&function, (const char *)list + at, sizeof(function));
	return function(
	    first, others, others, others, others, others, others, others, others, others);
}

/* A refused function, with pointers to something. */
static CK_RV
call_well(const struct row *row, CK_SESSION_HANDLE session)
{
	static CK_BYTE anything[256];

	return call(p11, row->at_3_0, session, (CK_ULONG)anything);
}

static bool
needs_no_initialisation(const char *name)
{
	return strcmp(name, "C_Initialize") == 0 || strcmp(name, "C_GetFunctionList") == 0 ||
	       strcmp(name, "C_GetInterfaceList") == 0 || strcmp(name, "C_GetInterface") == 0;
}

static void
expect(const struct row *row, CK_RV rv, CK_RV expected)
{
	if (rv != expected)
		fail_msg("%s: 0x%lx, expected 0x%lx", row->name, rv, expected);
}

static void
all_need_initialisation(void **state)
{
	CK_FUNCTION_LIST *list;

	assert_ok(p11->C_GetFunctionList(&list));
	for (size_t i = 0; i < ROWS; i++) {
		if (needs_no_initialisation(rows[i].name))
			continue;
		if (rows[i].at != 0)
			expect(
			    &rows[i], call(list, rows[i].at, 0, 0), CKR_CRYPTOKI_NOT_INITIALIZED);
		expect(&rows[i], call(p11, rows[i].at_3_0, 0, 0), CKR_CRYPTOKI_NOT_INITIALIZED);
	}
}

static void
the_others_check_their_arguments(void **state)
{
	for (size_t i = 0; i < ROWS; i++)
		if (needs_no_initialisation(rows[i].name) &&
		    strcmp(rows[i].name, "C_Initialize") != 0)
			expect(&rows[i], call(p11, rows[i].at_3_0, 0, 0), CKR_ARGUMENTS_BAD);
}

static void
refused_functions_check_the_session(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	for (size_t i = 0; i < ROWS; i++) {
		if (!rows[i].refused)
			continue;
		expect(&rows[i], call_well(&rows[i], session + 1), CKR_SESSION_HANDLE_INVALID);
		expect(
		    &rows[i], call_well(&rows[i], CK_INVALID_HANDLE), CKR_SESSION_HANDLE_INVALID);
	}
}

static void
refused_functions_check_their_arguments(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);
	CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
	CK_OBJECT_HANDLE key, keys[2];
	CK_ATTRIBUTE template = {0};

	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].refused && strcmp(rows[i].needs, "true") != 0 &&
		    strstr(rows[i].name, "Random") == NULL)
			expect(&rows[i], call(p11, rows[i].at_3_0, session, 0), CKR_ARGUMENTS_BAD);
	/* what is counted must be there */
	assert_rv(p11->C_SeedRandom(session, NULL, 1), CKR_ARGUMENTS_BAD);
	assert_rv(p11->C_SeedRandom(session, NULL, 0), CKR_RANDOM_NO_RNG);
	assert_rv(p11->C_GenerateRandom(session, NULL, 1), CKR_ARGUMENTS_BAD);
	assert_rv(p11->C_GenerateRandom(session, NULL, 0), CKR_RANDOM_NO_RNG);
	assert_rv(
	    p11->C_GenerateKey(session, &mechanism, NULL, 0, &key), CKR_FUNCTION_NOT_SUPPORTED);
	assert_rv(p11->C_GenerateKey(session, &mechanism, NULL, 1, &key), CKR_ARGUMENTS_BAD);
	assert_rv(p11->C_GenerateKey(session, &mechanism, &template, 1, &key),
	    CKR_FUNCTION_NOT_SUPPORTED);
	assert_rv(
	    p11->C_GenerateKeyPair(session, &mechanism, &template, 1, NULL, 1, keys, keys + 1),
	    CKR_ARGUMENTS_BAD);
	assert_rv(p11->C_DeriveKey(session, &mechanism, 1, NULL, 1, &key), CKR_ARGUMENTS_BAD);
}

static void
refused_functions_give_their_code(void **state)
{
	CK_SESSION_HANDLE sessions[] = {open_session(JPKI_AUTHENTICATION),
	    open_user_session(JPKI_SIGNATURE), open_rw_session(JPKI_SIGNATURE)};
	unsigned before = exchanges();

	for (size_t i = 0; i < ROWS; i++)
		for (size_t s = 0; rows[i].refused && s < 3; s++)
			expect(&rows[i], call_well(&rows[i], sessions[s]), rows[i].answer);
	assert_int_equal(exchanges(), before);
}

static void
removed_card_comes_first(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		CK_SESSION_HANDLE session;

		if (!rows[i].refused)
			continue;
		session = open_session(JPKI_AUTHENTICATION);
		assert_int_equal(inprocess_eject(READER), 0);
		expect(&rows[i], call_well(&rows[i], session), CKR_DEVICE_REMOVED);
		expect(&rows[i], call_well(&rows[i], session), CKR_SESSION_HANDLE_INVALID);
		reinsert();
	}
}

static void
legacy_functions_are_not_parallel(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION);

	assert_rv(p11->C_GetFunctionStatus(session), CKR_FUNCTION_NOT_PARALLEL);
	assert_rv(p11->C_CancelFunction(session), CKR_FUNCTION_NOT_PARALLEL);
	assert_rv(p11->C_GetFunctionStatus(session + 1), CKR_SESSION_HANDLE_INVALID);
	assert_rv(p11->C_CancelFunction(session + 1), CKR_SESSION_HANDLE_INVALID);
}

static void
tokens_are_not_initialised_from_here(void **state)
{
	CK_UTF8CHAR pin[] = PASSWORD, label[32];

	memset(label, ' ', sizeof(label));
	assert_rv(p11->C_InitToken(0, pin, 6, label), CKR_TOKEN_WRITE_PROTECTED);
	assert_rv(p11->C_InitToken(0, pin, 6, NULL), CKR_ARGUMENTS_BAD);
	(void)open_session(JPKI_SIGNATURE);
	assert_rv(p11->C_InitToken(1, pin, 6, label), CKR_SESSION_EXISTS);
	assert_rv(p11->C_InitToken(0, pin, 6, label), CKR_TOKEN_WRITE_PROTECTED);
	assert_rv(p11->C_InitToken(2, pin, 6, label), CKR_SLOT_ID_INVALID);
	assert_int_equal(inprocess_eject(READER), 0);
	assert_rv(p11->C_InitToken(0, pin, 6, label), CKR_TOKEN_NOT_PRESENT);
	assert_int_equal(pins_sent(), 0);
}

/* Our own functions that take a session, with arguments that are right; one after another. */
static CK_BYTE bytes[256];
static CK_ULONG length = sizeof(bytes);
static CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
static CK_ATTRIBUTE label = {CKA_LABEL, bytes, sizeof(bytes)};
static CK_OBJECT_HANDLE object;

static CK_RV
call_session_function(size_t i, CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;

	switch (i) {
	case 0:
		return p11->C_CloseSession(session);
	case 1:
		return p11->C_GetSessionInfo(session, &info);
	case 2:
		return p11->C_Login(session, CKU_USER, bytes, 4);
	case 3:
		return p11->C_LoginUser(session, CKU_USER, bytes, 4, bytes, 4);
	case 4:
		return p11->C_Logout(session);
	case 5:
		return p11->C_SessionCancel(session, CKF_SIGN);
	case 6:
		return p11->C_SetPIN(session, bytes, 4, bytes, 4);
	case 7:
		return p11->C_GetFunctionStatus(session);
	case 8:
		return p11->C_CancelFunction(session);
	default:
		return CKR_OK;
	}
}

static CK_RV
call_object_function(size_t i, CK_SESSION_HANDLE session)
{
	switch (i) {
	case 0:
		return p11->C_CreateObject(session, &label, 1, &object);
	case 1:
		return p11->C_CopyObject(session, 1, &label, 1, &object);
	case 2:
		return p11->C_DestroyObject(session, 1);
	case 3:
		return p11->C_SetAttributeValue(session, 1, &label, 1);
	case 4:
		return p11->C_GetObjectSize(session, 1, &length);
	case 5:
		return p11->C_GetAttributeValue(session, 1, &label, 1);
	case 6:
		return p11->C_FindObjectsInit(session, &label, 1);
	case 7:
		return p11->C_FindObjects(session, &object, 1, &length);
	case 8:
		return p11->C_FindObjectsFinal(session);
	default:
		return CKR_OK;
	}
}

static CK_RV
call_operation_function(size_t i, CK_SESSION_HANDLE session)
{
	switch (i) {
	case 0:
		return p11->C_DigestInit(session, &sha256);
	case 1:
		return p11->C_Digest(session, bytes, 1, bytes, &length);
	case 2:
		return p11->C_DigestUpdate(session, bytes, 1);
	case 3:
		return p11->C_DigestKey(session, 1);
	case 4:
		return p11->C_DigestFinal(session, bytes, &length);
	case 5:
		return p11->C_SignInit(session, &sha256, 1);
	case 6:
		return p11->C_Sign(session, bytes, 1, bytes, &length);
	case 7:
		return p11->C_SignUpdate(session, bytes, 1);
	case 8:
		return p11->C_SignFinal(session, bytes, &length);
	case 9:
		return p11->C_VerifyInit(session, &sha256, 1);
	case 10:
		return p11->C_Verify(session, bytes, 1, bytes, 256);
	case 11:
		return p11->C_VerifyUpdate(session, bytes, 1);
	case 12:
		return p11->C_VerifyFinal(session, bytes, 256);
	default:
		return CKR_OK;
	}
}

static const struct {
	CK_RV (*call)(size_t i, CK_SESSION_HANDLE session);
	size_t count;
} own_functions[] = {
    {call_session_function, 9},
    {call_object_function, 9},
    {call_operation_function, 13},
};
#define OWN_GROUPS LENGTH_OF(own_functions)

static void
own_functions_check_the_session(void **state)
{
	CK_SESSION_HANDLE session = open_session(JPKI_AUTHENTICATION) + 1;

	for (size_t group = 0; group < OWN_GROUPS; group++)
		for (size_t i = 0; i < own_functions[group].count; i++)
			if (own_functions[group].call(i, session) != CKR_SESSION_HANDLE_INVALID)
				fail_msg("call %zu of group %zu", i, group);
	assert_int_equal(pins_sent(), 0);
}

static void
own_functions_see_a_removed_card(void **state)
{
	for (size_t group = 0; group < OWN_GROUPS; group++)
		for (size_t i = 0; i < own_functions[group].count; i++) {
			CK_SESSION_HANDLE session = open_rw_session(JPKI_AUTHENTICATION);

			assert_int_equal(inprocess_eject(READER), 0);
			if (own_functions[group].call(i, session) != CKR_DEVICE_REMOVED ||
			    own_functions[group].call(i, session) != CKR_SESSION_HANDLE_INVALID)
				fail_msg("call %zu of group %zu", i, group);
			reinsert();
		}
	assert_int_equal(pins_sent(), 0);
}

/* Arguments come before the session. */
static void
own_functions_check_their_arguments(void **state)
{
	CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
	CK_ATTRIBUTE hole = {CKA_LABEL, NULL, 1};
	const CK_RV answers[] = {
	    p11->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, NULL),
	    p11->C_GetSessionInfo(session, NULL),
	    p11->C_Login(session, CKU_USER, NULL, 4),
	    p11->C_LoginUser(session, CKU_USER, bytes, 4, NULL, 4),
	    p11->C_SetPIN(session, NULL, 4, bytes, 4),
	    p11->C_SetPIN(session, bytes, 4, NULL, 4),
	    p11->C_CreateObject(session, NULL, 1, (CK_OBJECT_HANDLE_PTR)&length),
	    p11->C_CreateObject(session, &hole, 1, (CK_OBJECT_HANDLE_PTR)&length),
	    p11->C_CreateObject(session, NULL, 0, NULL),
	    p11->C_CopyObject(session, 1, NULL, 1, (CK_OBJECT_HANDLE_PTR)&length),
	    p11->C_CopyObject(session, 1, NULL, 0, NULL),
	    p11->C_SetAttributeValue(session, 1, NULL, 1),
	    p11->C_SetAttributeValue(session, 1, &hole, 0),
	    p11->C_GetObjectSize(session, 1, NULL),
	    p11->C_GetAttributeValue(session, 1, NULL, 1),
	    p11->C_FindObjectsInit(session, NULL, 1),
	    p11->C_FindObjectsInit(session, &hole, 1),
	    p11->C_FindObjects(session, NULL, 1, &length),
	    p11->C_FindObjects(session, (CK_OBJECT_HANDLE_PTR)&length, 1, NULL),
	    p11->C_Digest(session, NULL, 1, bytes, &length),
	    p11->C_Digest(session, bytes, 1, bytes, NULL),
	    p11->C_DigestUpdate(session, NULL, 1),
	    p11->C_DigestFinal(session, bytes, NULL),
	    p11->C_Sign(session, NULL, 1, bytes, &length),
	    p11->C_Sign(session, bytes, 1, bytes, NULL),
	    p11->C_SignUpdate(session, NULL, 1),
	    p11->C_SignFinal(session, bytes, NULL),
	    p11->C_Verify(session, NULL, 1, bytes, 256),
	    p11->C_Verify(session, bytes, 1, NULL, 256),
	    p11->C_VerifyUpdate(session, NULL, 1),
	    p11->C_VerifyFinal(session, NULL, 256),
	    p11->C_GetSlotList(CK_FALSE, NULL, NULL),
	    p11->C_GetSlotInfo(0, NULL),
	    p11->C_GetTokenInfo(0, NULL),
	    p11->C_GetMechanismList(0, NULL, NULL),
	    p11->C_GetMechanismInfo(0, CKM_RSA_PKCS, NULL),
	    p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL),
	    p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &length, bytes),
	};

	for (size_t i = 0; i < LENGTH_OF(answers); i++)
		if (answers[i] != CKR_ARGUMENTS_BAD)
			fail_msg("call %zu: 0x%lx", i, answers[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_STOPPED(all_need_initialisation),
	    TEST_STOPPED(the_others_check_their_arguments),
	    TEST(refused_functions_check_the_session),
	    TEST(refused_functions_check_their_arguments),
	    TEST(refused_functions_give_their_code),
	    TEST(removed_card_comes_first),
	    TEST(legacy_functions_are_not_parallel),
	    TEST(tokens_are_not_initialised_from_here),
	    TEST(own_functions_check_the_session),
	    TEST(own_functions_see_a_removed_card),
	    TEST(own_functions_check_their_arguments),
	};

	return RUN(tests);
}
