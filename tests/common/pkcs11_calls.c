/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11_calls.h"

#include <stdlib.h>
#include <string.h>

/* To be freed; NULL only if there is no memory. */
static CK_BYTE *
copy_of(const void *bytes, CK_ULONG length)
{
	CK_BYTE *copy = malloc(length > 0 ? length : 1);

	if (copy != NULL && length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

CK_RV
pkcs11_open_session(
    const CK_FUNCTION_LIST *list, CK_SLOT_ID slot, CK_FLAGS flags, CK_SESSION_HANDLE *session)
{
	*session = CK_INVALID_HANDLE;
	return list->C_OpenSession(slot, CKF_SERIAL_SESSION | flags, NULL, NULL, session);
}

CK_RV
pkcs11_login(
    const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session, CK_USER_TYPE user, const char *pin)
{
	CK_UTF8CHAR *typed = copy_of(pin, strlen(pin));
	CK_RV rv;

	if (typed == NULL)
		return CKR_HOST_MEMORY;
	rv = list->C_Login(session, user, typed, strlen(pin));
	free(typed);
	return rv;
}

CK_RV
pkcs11_find_objects(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session, CK_ATTRIBUTE *template,
    CK_ULONG count, CK_OBJECT_HANDLE *found, CK_ULONG room, CK_ULONG *total)
{
	CK_OBJECT_HANDLE object;
	CK_ULONG got = 1;
	CK_RV rv = list->C_FindObjectsInit(session, template, count), ended;

	*total = 0;
	if (rv != CKR_OK)
		return rv;
	while (rv == CKR_OK && got == 1) {
		rv = list->C_FindObjects(session, &object, 1, &got);
		if (rv == CKR_OK && got == 1 && (*total)++ < room)
			found[*total - 1] = object;
	}
	ended = list->C_FindObjectsFinal(session);
	return rv != CKR_OK ? rv : ended;
}

CK_RV
pkcs11_find_class(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class,
    CK_OBJECT_HANDLE *object)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_ULONG total;

	*object = CK_INVALID_HANDLE;
	return pkcs11_find_objects(list, session, &template, 1, object, 1, &total);
}

CK_RV
pkcs11_get_attribute(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session,
    CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, void *value, CK_ULONG *length)
{
	CK_ATTRIBUTE attribute = {type, value, *length};
	CK_RV rv = list->C_GetAttributeValue(session, object, &attribute, 1);

	*length = attribute.ulValueLen;
	return rv;
}

CK_MECHANISM
pkcs11_mechanism(CK_MECHANISM_TYPE type)
{
	static CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};

	if (type != CKM_RSA_PKCS_PSS && type != CKM_SHA256_RSA_PKCS_PSS)
		return (CK_MECHANISM){type, NULL, 0};
	return (CK_MECHANISM){type, &pss, sizeof(pss)};
}

CK_RV
pkcs11_sign_init(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type,
    CK_OBJECT_HANDLE key)
{
	CK_MECHANISM mechanism = pkcs11_mechanism(type);

	return list->C_SignInit(session, &mechanism, key);
}

CK_RV
pkcs11_sign_data(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session, const void *data,
    CK_ULONG length, CK_BYTE *signature, CK_ULONG *signature_length)
{
	CK_BYTE *copy = copy_of(data, length);
	CK_RV rv;

	if (copy == NULL)
		return CKR_HOST_MEMORY;
	rv = list->C_Sign(session, copy, length, signature, signature_length);
	free(copy);
	return rv;
}

CK_RV
pkcs11_sign(const CK_FUNCTION_LIST *list, CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type,
    CK_OBJECT_HANDLE key, const void *data, CK_ULONG length, CK_BYTE *signature,
    CK_ULONG *signature_length)
{
	CK_RV rv = pkcs11_sign_init(list, session, type, key);

	return rv != CKR_OK
		   ? rv
		   : pkcs11_sign_data(list, session, data, length, signature, signature_length);
}
