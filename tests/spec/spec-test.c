/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "pkcs11-3.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Functions that exist only for this test: those of the module, and a session that is all right. */
static CK_RV
refuse(bool arguments_well, CK_SESSION_HANDLE session, CK_RV code)
{
	if (!arguments_well)
		return CKR_ARGUMENTS_BAD;
	return session == 1 ? code : CKR_SESSION_HANDLE_INVALID;
}

/* clang-format off */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define OWN(name, parameters) CK_RV name parameters { return CKR_OK; }
#define TEMPLATE(template, count) ((template) != NULL || (count) == 0)
#define REFUSED(name, parameters, needs, code) \
	CK_RV name parameters { return refuse(needs, session, code); }
PKCS11_FUNCTIONS_2_40(OWN, REFUSED)
PKCS11_FUNCTIONS_3_0(OWN, REFUSED)
#undef OWN
#undef REFUSED
#pragma GCC diagnostic pop

#define ENTRY(name, ...) .name = name,
static const CK_FUNCTION_LIST list_2_40 = {
	.version = {2, 40},
	PKCS11_FUNCTIONS_2_40(ENTRY, ENTRY)
};
static const CK_FUNCTION_LIST_3_0 list_3_0 = {
	.version = {3, 0},
	PKCS11_FUNCTIONS_2_40(ENTRY, ENTRY)
	PKCS11_FUNCTIONS_3_0(ENTRY, ENTRY)
};

struct row {
	const char *name;
	CK_RV code;
	size_t offset_2_40;
	size_t offset_3_0;
};
#define OWN_2_40(name, parameters) REFUSED_2_40(name, parameters, true, CKR_OK)
#define REFUSED_2_40(name, parameters, needs, code) \
	{#name, code, offsetof(CK_FUNCTION_LIST, name), offsetof(CK_FUNCTION_LIST_3_0, name)},
#define OWN_3_0(name, parameters) REFUSED_3_0(name, parameters, true, CKR_OK)
#define REFUSED_3_0(name, parameters, needs, code) \
	{#name, code, 0, offsetof(CK_FUNCTION_LIST_3_0, name)},
static const struct row rows_2_40[] = {PKCS11_FUNCTIONS_2_40(OWN_2_40, REFUSED_2_40)};
static const struct row rows_3_0[] = {PKCS11_FUNCTIONS_3_0(OWN_3_0, REFUSED_3_0)};
/* clang-format on */

/* pkcs11f.h of the specification 3.0, after C_WaitForSlotEvent */
static const char *const order_3_0[] = {
    "C_GetInterfaceList",
    "C_GetInterface",
    "C_LoginUser",
    "C_SessionCancel",
    "C_MessageEncryptInit",
    "C_EncryptMessage",
    "C_EncryptMessageBegin",
    "C_EncryptMessageNext",
    "C_MessageEncryptFinal",
    "C_MessageDecryptInit",
    "C_DecryptMessage",
    "C_DecryptMessageBegin",
    "C_DecryptMessageNext",
    "C_MessageDecryptFinal",
    "C_MessageSignInit",
    "C_SignMessage",
    "C_SignMessageBegin",
    "C_SignMessageNext",
    "C_MessageSignFinal",
    "C_MessageVerifyInit",
    "C_VerifyMessage",
    "C_VerifyMessageBegin",
    "C_VerifyMessageNext",
    "C_MessageVerifyFinal",
};

typedef void (*function)(void);

#define FIRST offsetof(CK_FUNCTION_LIST, C_Initialize)

_Static_assert(COUNT(rows_2_40) == 68, "functions of version 2.40");
_Static_assert(COUNT(rows_3_0) == 24, "functions new in version 3.0");
_Static_assert(COUNT(order_3_0) == 24, "functions new in version 3.0");
_Static_assert(sizeof(CK_FUNCTION_LIST) == FIRST + 68 * sizeof(function), "2.40 function list");
_Static_assert(sizeof(CK_FUNCTION_LIST_3_0) == FIRST + 92 * sizeof(function), "3.0 function list");
_Static_assert(offsetof(CK_FUNCTION_LIST_3_0, C_Initialize) == FIRST, "3.0 function list");
_Static_assert(sizeof(CK_INTERFACE) == 3 * sizeof(void *), "interface");
_Static_assert(offsetof(CK_INTERFACE, pInterfaceName) == 0, "interface");
_Static_assert(offsetof(CK_INTERFACE, pFunctionList) == sizeof(void *), "interface");
_Static_assert(offsetof(CK_INTERFACE, flags) == 2 * sizeof(void *), "interface");

static void
test_order(void)
{
	for (size_t i = 0; i < COUNT(rows_2_40); i++) {
		assert(rows_2_40[i].offset_2_40 == FIRST + i * sizeof(function));
		assert(rows_2_40[i].offset_3_0 == FIRST + i * sizeof(function));
	}
	for (size_t i = 0; i < COUNT(rows_3_0); i++) {
		assert(rows_3_0[i].offset_3_0 == FIRST + (68 + i) * sizeof(function));
		assert(strcmp(rows_3_0[i].name, order_3_0[i]) == 0);
	}
}

static int
has_hole(const void *list, size_t size)
{
	const function none = NULL;

	for (size_t at = FIRST; at < size; at += sizeof(function)) {
		if (memcmp((const char *)list + at, &none, sizeof(none)) == 0)
			return 1;
	}
	return 0;
}

static void
test_lists_are_full(void)
{
	assert(!has_hole(&list_2_40, sizeof(list_2_40)));
	assert(!has_hole(&list_3_0, sizeof(list_3_0)));
	assert(memcmp((const char *)&list_2_40 + FIRST, (const char *)&list_3_0 + FIRST,
		   sizeof(list_2_40) - FIRST) == 0);
}

static CK_RV
code_of(const struct row *rows, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].code;
	}
	return CK_UNAVAILABLE_INFORMATION;
}

/* What a token can do it does not refuse, and what it cannot do it does not let through. */
static void
test_codes(void)
{
	assert(code_of(rows_2_40, 68, "C_Sign") == CKR_OK);
	assert(code_of(rows_2_40, 68, "C_SetPIN") == CKR_OK);
	assert(code_of(rows_3_0, 24, "C_SessionCancel") == CKR_OK);
	for (size_t i = 0; i < COUNT(rows_3_0); i++) {
		if (strstr(rows_3_0[i].name, "Message") != NULL)
			assert(rows_3_0[i].code == CKR_FUNCTION_NOT_SUPPORTED);
	}
}

static void
test_stubs(void)
{
	CK_MECHANISM mechanism = {0};
	CK_BYTE byte = 0;

	assert(list_2_40.C_GenerateRandom(1, &byte, 1) == CKR_RANDOM_NO_RNG);
	assert(list_2_40.C_GenerateRandom(2, &byte, 1) == CKR_SESSION_HANDLE_INVALID);
	assert(list_2_40.C_GenerateRandom(2, NULL, 1) == CKR_ARGUMENTS_BAD);
	assert(list_2_40.C_EncryptInit(1, &mechanism, 0) == CKR_FUNCTION_NOT_SUPPORTED);
	assert(list_2_40.C_DeriveKey(1, &mechanism, 0, NULL, 1, NULL) == CKR_ARGUMENTS_BAD);
	assert(list_3_0.C_MessageSignInit(1, &mechanism, 0) == CKR_FUNCTION_NOT_SUPPORTED);
	assert(list_3_0.C_MessageSignInit(2, &mechanism, 0) == CKR_SESSION_HANDLE_INVALID);
}

int
main(void)
{
	test_order();
	test_lists_are_full();
	test_codes();
	test_stubs();
	return 0;
}
