/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_OBJECT_H
#define TOKEN_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "token/objects.h"
#include "token/session.h"

/* The handle of the i-th object, and back: NULL unless the session can see it. */
CK_OBJECT_HANDLE object_handle(const struct session *session, size_t i);
const struct object *object_find(const struct session *session, CK_OBJECT_HANDLE handle);

/* Does a search in the session see the object? */
bool object_visible(const struct session *session, const struct object *object);

/*
 * Is it a key that the session can see, of the class that does what is wanted?
 * CKR_KEY_HANDLE_INVALID, CKR_KEY_FUNCTION_NOT_PERMITTED.
 */
CK_RV object_check_key(
    const struct session *session, CK_OBJECT_HANDLE handle, CK_OBJECT_CLASS wanted);

/*
 * The value of an attribute, which stays the object's. May read a certificate from the card.
 * CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_SENSITIVE, or what happened to the card.
 */
CK_RV object_value(struct session *session, const struct object *object, CK_ATTRIBUTE_TYPE type,
    const void **value, size_t *length);

/* Copy attributes out as C_GetAttributeValue does. */
CK_RV object_get(
    struct session *session, const struct object *object, CK_ATTRIBUTE *template, CK_ULONG count);

/* Does the object match a template? What is known without the card is compared first. */
CK_RV object_matches(struct session *session, const struct object *object,
    const CK_ATTRIBUTE *template, CK_ULONG count, bool *matches);

/* Why an object cannot be created, or changed (destroyed): nothing here can be written. */
CK_RV object_refuse_creation(const CK_ATTRIBUTE *template, CK_ULONG count);
CK_RV object_refuse_change(const struct session *session, CK_OBJECT_HANDLE handle);

/* Fill session->search with the handles of the objects that match. */
CK_RV object_search(struct session *session, const CK_ATTRIBUTE *template, CK_ULONG count);

/* The bytes of an object's attributes together. */
CK_RV object_size(struct session *session, const struct object *object, CK_ULONG *size);

#endif
