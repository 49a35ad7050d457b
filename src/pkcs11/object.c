/* SPDX-License-Identifier: BSD-2-Clause */

/* Object management (PKCS#11 3.0, section 5.7). */

#include "token/object.h"

#include "pkcs11/entry.h"

/* Is it a list of attributes, each with a buffer unless its length is 0? */
static bool
template_well(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	if (!template_given(template, count))
		return false;
	for (CK_ULONG i = 0; i < count; i++)
		if (!buffer_well(template[i].pValue, template[i].ulValueLen))
			return false;
	return true;
}

CK_RV
C_CreateObject(CK_SESSION_HANDLE handle, CK_ATTRIBUTE_PTR template, CK_ULONG count,
    CK_OBJECT_HANDLE_PTR object)
{
	bool well = template_well(template, count) && object != NULL;
	struct session *session;
	CK_RV rv = entry_session(well, handle, &session);

	if (rv != CKR_OK)
		return rv;
	rv = object_refuse_creation(template, count);
	return entry_leave(session, rv);
}

/* A copy would be a session object, which cannot be made either: CKA_COPYABLE is false. */
CK_RV
C_CopyObject(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR template,
    CK_ULONG count, CK_OBJECT_HANDLE_PTR copy)
{
	bool well = template_well(template, count) && copy != NULL;
	struct session *session;
	CK_RV rv = entry_session(well, handle, &session);

	if (rv != CKR_OK)
		return rv;
	rv = object_find(session, object) != NULL ? CKR_ACTION_PROHIBITED
						  : CKR_OBJECT_HANDLE_INVALID;
	return entry_leave(session, rv);
}

static CK_RV
refuse_change(
    const char *call, bool arguments_well, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object)
{
	struct session *session;
	CK_RV rv = entry_session_as(call, arguments_well, handle, &session);

	if (rv != CKR_OK)
		return rv;
	rv = object_refuse_change(session, object);
	return entry_leave(session, rv);
}

CK_RV
C_DestroyObject(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object)
{
	return refuse_change(__func__, true, handle, object);
}

CK_RV
C_SetAttributeValue(
    CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR template, CK_ULONG count)
{
	return refuse_change(__func__, template_well(template, count) && count > 0, handle, object);
}

CK_RV
C_GetObjectSize(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE key, CK_ULONG_PTR size)
{
	const struct object *object;
	struct session *session;
	CK_RV rv = entry_session(size != NULL, handle, &session);

	if (rv != CKR_OK)
		return rv;
	object = object_find(session, key);
	rv = object != NULL ? object_size(session, object, size) : CKR_OBJECT_HANDLE_INVALID;
	return entry_leave(session, rv);
}

CK_RV
C_GetAttributeValue(
    CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_PTR template, CK_ULONG count)
{
	const struct object *object;
	struct session *session;
	CK_RV rv = entry_session(template != NULL && count > 0, handle, &session);

	if (rv != CKR_OK)
		return rv;
	object = object_find(session, key);
	rv = object != NULL ? object_get(session, object, template, count)
			    : CKR_OBJECT_HANDLE_INVALID;
	return entry_leave(session, rv);
}

CK_RV
C_FindObjectsInit(CK_SESSION_HANDLE handle, CK_ATTRIBUTE_PTR template, CK_ULONG count)
{
	struct session *session;
	CK_RV rv = entry_session(template_well(template, count), handle, &session);

	if (rv != CKR_OK)
		return rv;
	if (session->search.active)
		rv = CKR_OPERATION_ACTIVE;
	else
		rv = object_search(session, template, count);
	return entry_leave(session, rv);
}

CK_RV
C_FindObjects(
    CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE_PTR objects, CK_ULONG room, CK_ULONG_PTR count)
{
	struct session *session;
	CK_RV rv = entry_own(buffer_well(objects, room) && count != NULL, handle, &session);

	if (rv != CKR_OK)
		return rv;
	if (session->search.active) {
		struct search *search = &session->search;

		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): entry_own refused it */
		for (*count = 0; *count < room && search->next < search->count; ++*count)
			objects[*count] = search->found[search->next++];
	} else
		rv = CKR_OPERATION_NOT_INITIALIZED;
	return entry_leave_own(session, rv);
}

CK_RV
C_FindObjectsFinal(CK_SESSION_HANDLE handle)
{
	struct session *session;
	CK_RV rv = entry_own(true, handle, &session);

	if (rv != CKR_OK)
		return rv;
	if (!session->search.active)
		rv = CKR_OPERATION_NOT_INITIALIZED;
	session->search.active = false;
	return entry_leave_own(session, rv);
}
