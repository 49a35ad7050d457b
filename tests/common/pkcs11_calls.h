/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_COMMON_PKCS11_CALLS_H
#define TESTS_COMMON_PKCS11_CALLS_H

#include "pkcs11-3.h"

/*
 * What applications do with a token: opening a session, logging in, finding objects, reading them
 * and signing. For unit tests, fuzzers and the programs that tests run. Each function calls what
 * `list` has, asserts nothing, and returns the first CK_RV that is not CKR_OK; CKR_HOST_MEMORY too
 * if it has no memory itself. PINs and data reach the module as copies that are exactly as long as
 * is said, so that a memory checker sees one byte more being read.
 */

/* The list of a module that is linked. */
static inline const CK_FUNCTION_LIST *
pkcs11_linked(void)
{
	CK_FUNCTION_LIST *list = NULL;

	(void)C_GetFunctionList(&list);
	return list;
}

/* A list of version 3.0 begins with all functions of version 2.40. */
static inline const CK_FUNCTION_LIST *
pkcs11_list(const CK_FUNCTION_LIST_3_0 *list)
{
	return (const CK_FUNCTION_LIST *)list;
}

/* C_OpenSession with CKF_SERIAL_SESSION and `flags`; CK_INVALID_HANDLE if that fails. */
CK_RV pkcs11_open_session(
    const CK_FUNCTION_LIST *list, CK_SLOT_ID slot, CK_FLAGS flags, CK_SESSION_HANDLE *session);

/* C_Login with a text as the PIN. */
CK_RV pkcs11_login(
    const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session, CK_USER_TYPE user, const char *pin);

/*
 * A whole search: *total tells how many objects match, found[] has the first `room` of them, in the
 * order of the module, which is asked for one at a time. The search is over also if a call fails.
 */
CK_RV pkcs11_find_objects(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session,
    CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *found, CK_ULONG room,
    CK_ULONG *total);
/* The first object of a class. CKR_OK and CK_INVALID_HANDLE if there is none. */
CK_RV pkcs11_find_class(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session,
    CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *object);

/* One attribute. *length is the room at `value`, and then what C_GetAttributeValue puts there. */
CK_RV pkcs11_get_attribute(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session,
    CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, void *value, CK_ULONG *length);

/*
 * A mechanism with the parameter that the card signs by: for PSS SHA-256, MGF1 with it and a salt
 * of 32 bytes, else none. The parameter is constant and belongs to this function.
 */
CK_MECHANISM pkcs11_mechanism(CK_MECHANISM_TYPE type);

/* Bytes of a signature by a key of the card. */
#define SIGNATURE_SIZE 256
/* C_SignInit with such a mechanism. */
CK_RV pkcs11_sign_init(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session,
    CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE key);
/* C_Sign. *signature_length is the room at `signature`, and then what C_Sign puts there. */
CK_RV pkcs11_sign_data(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session, const void *data,
    CK_ULONG length, CK_BYTE *signature, CK_ULONG *signature_length);
/* Both. */
CK_RV pkcs11_sign(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type,
    CK_OBJECT_HANDLE key, const void *data, CK_ULONG length, CK_BYTE *signature,
    CK_ULONG *signature_length);

#endif
