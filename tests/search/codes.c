/* SPDX-License-Identifier: BSD-2-Clause */
#include "codes.h"

#include <string.h>

#define CODES 16

/* What any function may answer. CKR_GENERAL_ERROR is not among them: it is a bug of ours. */
static const CK_RV any[] = {
    CKR_OK, CKR_ARGUMENTS_BAD, CKR_CRYPTOKI_NOT_INITIALIZED, CKR_FUNCTION_FAILED, CKR_HOST_MEMORY};

static const CK_RV with_card[] = {CKR_DEVICE_ERROR, CKR_DEVICE_REMOVED, CKR_SESSION_HANDLE_INVALID};

/* What else some may; a row for each; those that are not here are refused functions. */
static const struct {
	const char *function;
	CK_RV codes[CODES];
} rows[] = {
    {"C_Initialize", {CKR_CRYPTOKI_ALREADY_INITIALIZED, CKR_CANT_LOCK}},
    {"C_Finalize", {0}},
    {"C_GetInfo", {0}},
    {"C_GetSlotList", {CKR_BUFFER_TOO_SMALL}},
    {"C_GetSlotInfo", {CKR_SLOT_ID_INVALID}},
    {"C_GetTokenInfo", {CKR_SLOT_ID_INVALID, CKR_TOKEN_NOT_PRESENT}},
    {"C_GetMechanismList", {CKR_SLOT_ID_INVALID, CKR_TOKEN_NOT_PRESENT, CKR_BUFFER_TOO_SMALL}},
    {"C_GetMechanismInfo", {CKR_SLOT_ID_INVALID, CKR_TOKEN_NOT_PRESENT, CKR_MECHANISM_INVALID}},
    {"C_WaitForSlotEvent", {CKR_NO_EVENT}},
    {"C_InitToken", {CKR_SLOT_ID_INVALID, CKR_TOKEN_NOT_PRESENT, CKR_SESSION_EXISTS,
			CKR_TOKEN_WRITE_PROTECTED}},
    {"C_OpenSession",
	{CKR_SLOT_ID_INVALID, CKR_TOKEN_NOT_PRESENT, CKR_SESSION_PARALLEL_NOT_SUPPORTED}},
    {"C_CloseSession", {0}},
    {"C_CloseAllSessions", {CKR_SLOT_ID_INVALID, CKR_TOKEN_NOT_PRESENT}},
    {"C_GetSessionInfo", {0}},
    {"C_Login",
	{CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_FUNCTION_CANCELED, CKR_USER_ALREADY_LOGGED_IN,
	    CKR_OPERATION_NOT_INITIALIZED, CKR_USER_TYPE_INVALID,
	    CKR_USER_ANOTHER_ALREADY_LOGGED_IN, CKR_SESSION_READ_ONLY_EXISTS}},
    {"C_Logout", {CKR_USER_NOT_LOGGED_IN}},
    {"C_SetPIN", {CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE,
		     CKR_SESSION_READ_ONLY, CKR_FUNCTION_CANCELED}},
    {"C_FindObjectsInit", {CKR_OPERATION_ACTIVE}},
    {"C_FindObjects", {CKR_OPERATION_NOT_INITIALIZED}},
    {"C_FindObjectsFinal", {CKR_OPERATION_NOT_INITIALIZED}},
    {"C_GetAttributeValue", {CKR_OBJECT_HANDLE_INVALID, CKR_BUFFER_TOO_SMALL,
				CKR_ATTRIBUTE_SENSITIVE, CKR_ATTRIBUTE_TYPE_INVALID}},
    {"C_GetObjectSize", {CKR_OBJECT_HANDLE_INVALID}},
    {"C_SignInit",
	{CKR_OPERATION_ACTIVE, CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID,
	    CKR_USER_NOT_LOGGED_IN, CKR_KEY_HANDLE_INVALID, CKR_KEY_FUNCTION_NOT_PERMITTED}},
    {"C_Sign", {CKR_OPERATION_NOT_INITIALIZED, CKR_OPERATION_ACTIVE, CKR_USER_NOT_LOGGED_IN,
		   CKR_DATA_LEN_RANGE, CKR_BUFFER_TOO_SMALL, CKR_MECHANISM_INVALID}},
    {"C_SignUpdate", {CKR_OPERATION_NOT_INITIALIZED, CKR_OPERATION_ACTIVE, CKR_DATA_LEN_RANGE}},
    {"C_SignFinal", {CKR_OPERATION_NOT_INITIALIZED, CKR_OPERATION_ACTIVE, CKR_USER_NOT_LOGGED_IN,
			CKR_DATA_LEN_RANGE, CKR_BUFFER_TOO_SMALL, CKR_MECHANISM_INVALID}},
    {"C_SessionCancel", {0}},
    {"C_VerifyInit",
	{CKR_OPERATION_ACTIVE, CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID,
	    CKR_USER_NOT_LOGGED_IN, CKR_KEY_HANDLE_INVALID, CKR_KEY_FUNCTION_NOT_PERMITTED}},
    {"C_Verify", {CKR_OPERATION_NOT_INITIALIZED, CKR_OPERATION_ACTIVE, CKR_SIGNATURE_INVALID,
		     CKR_SIGNATURE_LEN_RANGE, CKR_DATA_LEN_RANGE, CKR_KEY_HANDLE_INVALID,
		     CKR_USER_NOT_LOGGED_IN}},
    {"C_DigestInit", {CKR_OPERATION_ACTIVE, CKR_MECHANISM_INVALID}},
    {"C_Digest", {CKR_OPERATION_NOT_INITIALIZED, CKR_OPERATION_ACTIVE, CKR_BUFFER_TOO_SMALL}},
};

static bool
among(const CK_RV *codes, size_t count, CK_RV rv)
{
	for (size_t i = 0; i < count; i++)
		if (codes[i] == rv)
			return true;
	return false;
}

bool
code_allowed(const char *function, CK_RV rv)
{
	if (among(any, sizeof(any) / sizeof(any[0]), rv) ||
	    among(with_card, sizeof(with_card) / sizeof(with_card[0]), rv))
		return true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].function, function) == 0)
			return among(rows[i].codes, CODES, rv);
	return rv != CKR_GENERAL_ERROR; /* one of those that are refused */
}
