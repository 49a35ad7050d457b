/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_OBJECT_H
#define TOKEN_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "token/objects.h"
#include "token/session.h"

/* The handle of the i-th object, and the object of a handle: NULL if the session cannot see it. */
CK_OBJECT_HANDLE object_handle(const struct session *session, size_t i);
const struct object *object_find(const struct session *session, CK_OBJECT_HANDLE handle);

/* Does a search in the session see the object? */
bool object_visible(const struct session *session, const struct object *object);

/*
 * Is it a key of class `wanted` that the session can see? CKR_OK; CKR_KEY_HANDLE_INVALID if it is
 * no key; CKR_KEY_FUNCTION_NOT_PERMITTED if it is one of another class.
 */
CK_RV object_check_key(
    const struct session *session, CK_OBJECT_HANDLE handle, CK_OBJECT_CLASS wanted);

/*
 * The value of an attribute; it belongs to the object. May read a certificate from the card.
 * CKR_OK, CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_SENSITIVE, or the CKR_ code of an error of the
 * card.
 */
CK_RV object_value(struct session *session, const struct object *object, CK_ATTRIBUTE_TYPE type,
    const void **value, size_t *length);

/*
 * Copy attributes out as C_GetAttributeValue does (section 5.7.5). CKR_OK;
 * CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_SENSITIVE or CKR_BUFFER_TOO_SMALL if one of them could
 * not be copied; or the CKR_ code of an error of the card.
 */
CK_RV object_get(
    struct session *session, const struct object *object, CK_ATTRIBUTE *template, CK_ULONG count);

/*
 * Does the object match a template? Attributes that need no card are compared first. CKR_OK,
 * CKR_DEVICE_REMOVED or CKR_HOST_MEMORY; after any other error of reading it does not match.
 */
CK_RV object_matches(struct session *session, const struct object *object,
    const CK_ATTRIBUTE *template, CK_ULONG count, bool *matches);

/*
 * The CKR_ code with which a creation, or a change (destruction), of an object is refused: nothing
 * here can be written.
 */
CK_RV object_refuse_creation(const CK_ATTRIBUTE *template, CK_ULONG count);
CK_RV object_refuse_change(const struct session *session, CK_OBJECT_HANDLE handle);

/*
 * Fill session->search with the handles of the objects that match. CKR_OK, CKR_DEVICE_REMOVED or
 * CKR_HOST_MEMORY.
 */
CK_RV object_search(struct session *session, const CK_ATTRIBUTE *template, CK_ULONG count);

/*
 * The size of all attributes of an object, in bytes. CKR_OK, or the CKR_ code of an error of the
 * card.
 */
CK_RV object_size(struct session *session, const struct object *object, CK_ULONG *size);

#endif
