/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/object.h"

#include <string.h>

#include "card/credential.h"
#include "reader/contents.h"
#include "reader/settings.h"
#include "token/rv.h"

/* A handle has the number of the card or login that it was found with, then that of the object. */
#define OBJECT_BITS 4
#define OBJECT_MASK ((1u << OBJECT_BITS) - 1)

/*
 * Is it a phone's token, whose certificate is private where a card's is not? Then all its objects
 * are private, so that programs log in: ssh would take a CA certificate for a key and stop there,
 * and NSS never logs in to a token with the public-certificates profile.
 */
static bool
is_phone(const struct session *session)
{
	return session_key(session)->private_certificate &&
	       !credential_of(session->role)->private_certificate;
}

static bool
is_private(const struct session *session, const struct object *object)
{
	return object->private ||
	       (object->private_as_certificate && session_key(session)->private_certificate) ||
	       (object->private_on_phones && is_phone(session));
}

/* Is there such an object on this token? */
static bool
exists(const struct session *session, const struct object *object)
{
	if (!object->public_profile || !session_key(session)->private_certificate)
		return true;
	return !is_phone(session) && settings_now.public_certificates_profile;
}

/*
 * A login that is remembered but not shown (lock_shows_login) keeps its objects visible: a program
 * can then give a PIN for one signature, or see the session's state and log in again.
 */
bool
object_visible(const struct session *session, const struct object *object)
{
	const struct key *key = session_key(session);

	return exists(session, object) && (key->login != 0 || !is_private(session, object)) &&
	       (!object->private_as_certificate || contents_has_certificate(key));
}

CK_OBJECT_HANDLE
object_handle(const struct session *session, size_t i)
{
	uint64_t number = is_private(session, objects_at(i)) ? session_key(session)->logins
							     : session_key(session)->number;

	return (CK_ULONG)number << OBJECT_BITS | (i + 1);
}

const struct object *
object_find(const struct session *session, CK_OBJECT_HANDLE handle)
{
	size_t i = (handle & OBJECT_MASK) - 1;
	const struct object *object = objects_at(i);

	if (object == NULL || !object_visible(session, object) ||
	    handle != object_handle(session, i))
		return NULL;
	return object;
}

static CK_OBJECT_CLASS
object_class(const struct object *object)
{
	for (size_t i = 0; i < object->count; i++)
		if (object->attributes[i].type == CKA_CLASS)
			return *(const CK_OBJECT_CLASS *)object->attributes[i].value;
	return CK_UNAVAILABLE_INFORMATION;
}

CK_RV
object_check_key(const struct session *session, CK_OBJECT_HANDLE handle, CK_OBJECT_CLASS wanted)
{
	const struct object *object = object_find(session, handle);
	CK_OBJECT_CLASS class = object != NULL ? object_class(object) : CK_UNAVAILABLE_INFORMATION;

	if (class != CKO_PRIVATE_KEY && class != CKO_PUBLIC_KEY)
		return CKR_KEY_HANDLE_INVALID;
	return class == wanted ? CKR_OK : CKR_KEY_FUNCTION_NOT_PERMITTED;
}

static const struct attribute *
find_attribute(const struct object *object, CK_ATTRIBUTE_TYPE type)
{
	for (size_t i = 0; i < object->count; i++)
		if (object->attributes[i].type == type)
			return &object->attributes[i];
	return NULL;
}

/* Reading a certificate may show that the login, and with it the object, is lost. */
static CK_RV
rv_of_reading(int error)
{
	return error == JPKI_ERR_NOT_VERIFIED ? rv_of_as(error, CKR_OBJECT_HANDLE_INVALID)
					      : rv_of(error);
}

static CK_RV
field_value(struct certificate *certificate, enum certificate_field field, const void **value,
    size_t *length)
{
	const uint8_t *bytes;
	int rv = certificate_field(certificate, field, &bytes, length);

	*value = bytes;
	return rv_of(rv);
}

static CK_RV
certificate_value(struct session *session, enum jpki_certificate which,
    enum certificate_field field, const void **value, size_t *length)
{
	struct certificate *certificate;
	int rv;

	rv = contents_certificate(session->reader, session->role, which, &certificate);
	if (rv != JPKI_OK)
		return rv_of_reading(rv);
	return field_value(certificate, field, value, length);
}

/*
 * The issuer can only be the CA certificate on the card, which may have issued itself. It is read
 * first, because reading may show that a login is lost, which removes the other one.
 */
static CK_RV
issuer_value(struct session *session, const struct object *object, enum certificate_field field,
    const void **value, size_t *length)
{
	struct certificate *issuer, *issued;
	int rv;

	*value = NULL;
	*length = 0;
	rv = contents_certificate(session->reader, session->role, JPKI_CA_CERTIFICATE, &issuer);
	if (rv == JPKI_ERR_NOT_FOUND || rv == JPKI_ERR_DATA)
		return CKR_OK;
	if (rv == JPKI_OK)
		rv = contents_certificate(
		    session->reader, session->role, object->certificate, &issued);
	if (rv != JPKI_OK)
		return rv_of_reading(rv);
	return certificate_issued(issuer, issued) ? field_value(issuer, field, value, length)
						  : CKR_OK;
}

CK_RV
object_value(struct session *session, const struct object *object, CK_ATTRIBUTE_TYPE type,
    const void **value, size_t *length)
{
	static const CK_BBOOL truth[] = {CK_FALSE, CK_TRUE};
	const struct attribute *a = find_attribute(object, type);
	const char *kind = (const char *)token_kind_of(session->role);

	if (a == NULL)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	*value = a->value;
	*length = a->length;
	switch (a->source) {
	case FROM_VALUE:
		break;
	case FROM_TOKEN_KIND:
		*value = kind + a->offset;
		break;
	case FROM_TOKEN_KIND_STRING:
		memcpy(value, kind + a->offset, sizeof(*value));
		*length = strlen(*value);
		break;
	case FROM_CERTIFICATE:
		return certificate_value(session, object->certificate, a->field, value, length);
	case FROM_ISSUER:
		return issuer_value(session, object, a->field, value, length);
	case FROM_PRIVACY:
		*value = &truth[is_private(session, object)];
		*length = sizeof(CK_BBOOL);
		break;
	case FROM_MECHANISMS:
		if (!contents_offers_pss(session_key(session)))
			*length = a->offset;
		break;
	case SENSITIVE:
		return CKR_ATTRIBUTE_SENSITIVE;
	}
	return CKR_OK;
}

/* Copy one attribute out as section 5.7.5 says: check the buffer first. */
static CK_RV
copy_out(CK_ATTRIBUTE *attribute, const void *value, size_t length)
{
	if (attribute->pValue != NULL) {
		if (attribute->ulValueLen < length) {
			attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
			return CKR_BUFFER_TOO_SMALL;
		}
		if (length > 0)
			memcpy(attribute->pValue, value, length);
	}
	attribute->ulValueLen = length;
	return CKR_OK;
}

/* Is it an error of one attribute only? Then the others are still returned. */
static bool
concerns_attribute(CK_RV rv)
{
	return rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ||
	       rv == CKR_BUFFER_TOO_SMALL;
}

static bool
needs_card(const struct object *object, CK_ATTRIBUTE_TYPE type)
{
	const struct attribute *a = find_attribute(object, type);

	return a != NULL && (a->source == FROM_CERTIFICATE || a->source == FROM_ISSUER);
}

CK_RV
object_get(
    struct session *session, const struct object *object, CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_RV result = CKR_OK, card = CKR_OK;

	for (CK_ULONG i = 0; i < count; i++) {
		const void *value;
		size_t length;
		CK_RV rv = card; /* after an error of the card it is not asked again */

		if (rv == CKR_OK || !needs_card(object, template[i].type))
			rv = object_value(session, object, template[i].type, &value, &length);
		if (rv == CKR_OK)
			rv = copy_out(&template[i], value, length);
		else
			template[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
		if (rv != CKR_OK && !concerns_attribute(rv))
			card = rv;
		else if (rv != CKR_OK)
			result = rv;
	}
	return card != CKR_OK ? card : result;
}

static CK_RV
attribute_matches(
    struct session *session, const struct object *object, const CK_ATTRIBUTE *wanted, bool *matches)
{
	const void *value;
	size_t length;
	CK_RV rv;

	rv = object_value(session, object, wanted->type, &value, &length);
	*matches = rv == CKR_OK && length == wanted->ulValueLen &&
		   (length == 0 || memcmp(value, wanted->pValue, length) == 0);
	/* a certificate that cannot be read matches nothing, but does not end the search */
	return rv == CKR_DEVICE_REMOVED || rv == CKR_HOST_MEMORY ? rv : CKR_OK;
}

CK_RV
object_matches(struct session *session, const struct object *object, const CK_ATTRIBUTE *template,
    CK_ULONG count, bool *matches)
{
	CK_RV rv = CKR_OK;

	*matches = true;
	for (int card = 0; card < 2; card++)
		for (CK_ULONG i = 0; i < count && *matches && rv == CKR_OK; i++)
			if (needs_card(object, template[i].type) == (card == 1))
				rv = attribute_matches(session, object, &template[i], matches);
	return rv;
}

CK_RV
object_refuse_creation(const CK_ATTRIBUTE *template, CK_ULONG count)
{
	for (CK_ULONG i = 0; i < count; i++)
		if (template[i].type == CKA_CLASS)
			return CKR_TOKEN_WRITE_PROTECTED;
	return CKR_TEMPLATE_INCOMPLETE;
}

CK_RV
object_refuse_change(const struct session *session, CK_OBJECT_HANDLE handle)
{
	if (object_find(session, handle) == NULL)
		return CKR_OBJECT_HANDLE_INVALID;
	if ((session->flags & CKF_RW_SESSION) == 0)
		return CKR_SESSION_READ_ONLY;
	return CKR_ACTION_PROHIBITED;
}

CK_RV
object_search(struct session *session, const CK_ATTRIBUTE *template, CK_ULONG count)
{
	struct search search = {.active = true};
	const struct object *object;
	bool matches;
	CK_RV rv;

	for (size_t i = 0; (object = objects_at(i)) != NULL; i++) {
		if (!object_visible(session, object))
			continue;
		rv = object_matches(session, object, template, count, &matches);
		if (rv != CKR_OK)
			return rv;
		if (!matches)
			continue;
		search.found[search.count++] = object_handle(session, i);
		if (object->private_as_certificate)
			session_key(session)->certificate_found = true;
	}
	session->search = search;
	return CKR_OK;
}

CK_RV
object_size(struct session *session, const struct object *object, CK_ULONG *size)
{
	*size = 0;
	for (size_t i = 0; i < object->count; i++) {
		const void *value;
		size_t length;
		CK_RV rv;

		rv = object_value(session, object, object->attributes[i].type, &value, &length);
		if (rv == CKR_OK)
			*size += length;
		else if (!concerns_attribute(rv))
			return rv;
	}
	return CKR_OK;
}
