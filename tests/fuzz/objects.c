/* SPDX-License-Identifier: BSD-2-Clause */
#include "objects.h"

#include "fuzz.h"

/* A certificate of 8 kB is the largest value. */
#define VALUE_MAX 8192
#define OBJECTS_ROOM 16

const CK_ATTRIBUTE_TYPE all_attributes[] = {CKA_CLASS, CKA_TOKEN, CKA_PRIVATE, CKA_LABEL,
    CKA_UNIQUE_ID, CKA_APPLICATION, CKA_VALUE, CKA_CERTIFICATE_TYPE, CKA_ISSUER, CKA_SERIAL_NUMBER,
    CKA_TRUSTED, CKA_CERTIFICATE_CATEGORY, CKA_JAVA_MIDP_SECURITY_DOMAIN, CKA_URL,
    CKA_HASH_OF_SUBJECT_PUBLIC_KEY, CKA_HASH_OF_ISSUER_PUBLIC_KEY, CKA_NAME_HASH_ALGORITHM,
    CKA_CHECK_VALUE, CKA_KEY_TYPE, CKA_SUBJECT, CKA_ID, CKA_SENSITIVE, CKA_ENCRYPT, CKA_DECRYPT,
    CKA_WRAP, CKA_UNWRAP, CKA_SIGN, CKA_SIGN_RECOVER, CKA_VERIFY, CKA_VERIFY_RECOVER, CKA_DERIVE,
    CKA_START_DATE, CKA_END_DATE, CKA_MODULUS, CKA_MODULUS_BITS, CKA_PUBLIC_EXPONENT,
    CKA_PRIVATE_EXPONENT, CKA_PRIME_1, CKA_PRIME_2, CKA_EXPONENT_1, CKA_EXPONENT_2, CKA_COEFFICIENT,
    CKA_PUBLIC_KEY_INFO, CKA_EXTRACTABLE, CKA_LOCAL, CKA_NEVER_EXTRACTABLE, CKA_ALWAYS_SENSITIVE,
    CKA_KEY_GEN_MECHANISM, CKA_MODIFIABLE, CKA_COPYABLE, CKA_DESTROYABLE, CKA_ALWAYS_AUTHENTICATE,
    CKA_WRAP_WITH_TRUSTED, CKA_ALLOWED_MECHANISMS, CKA_PROFILE_ID, CKA_VENDOR_DEFINED};

#define COUNT (sizeof(all_attributes) / sizeof(all_attributes[0]))
const size_t all_attribute_count = COUNT;

/* Ask for all attributes, with buffers of those sizes or none, and note the lengths told. */
static CK_RV
ask(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, const CK_ULONG *room, CK_ULONG *length)
{
	CK_ATTRIBUTE template[COUNT];
	CK_RV rv;

	for (size_t i = 0; i < COUNT; i++)
		template[i] = (CK_ATTRIBUTE){all_attributes[i],
		    room != NULL ? fuzz_memory(NULL, room[i]) : NULL, room != NULL ? room[i] : 0};
	rv = C_GetAttributeValue(session, object, template, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		length[i] = template[i].ulValueLen;
		free(template[i].pValue);
	}
	return rv;
}

/* Did the call get as far as the attributes? */
static bool
answered(CK_RV rv)
{
	return rv == CKR_OK || rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ||
	       rv == CKR_BUFFER_TOO_SMALL;
}

/*
 * As programs do it: first the lengths, then the values into buffers that just fit; then into
 * such as lack a byte.
 */
static void
get_all(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
	CK_ULONG length[COUNT], again[COUNT], room[COUNT];

	if (!answered(ask(session, object, NULL, length)))
		return;
	for (size_t i = 0; i < COUNT; i++) {
		fuzz_check(length[i] <= VALUE_MAX || length[i] == CK_UNAVAILABLE_INFORMATION);
		room[i] = length[i] <= VALUE_MAX ? length[i] : 0;
	}
	if (!answered(ask(session, object, room, again)))
		return;
	/* an issuer that could not be read before may be there now; all else stays what it was */
	for (size_t i = 0; i < COUNT; i++)
		fuzz_check(
		    length[i] == again[i] || all_attributes[i] == CKA_HASH_OF_ISSUER_PUBLIC_KEY);
	for (size_t i = 0; i < COUNT; i++)
		room[i] -= room[i] > 0;
	if (!answered(ask(session, object, room, again)))
		return;
	for (size_t i = 0; i < COUNT; i++)
		fuzz_check(room[i] == length[i] || again[i] == CK_UNAVAILABLE_INFORMATION ||
			   all_attributes[i] == CKA_HASH_OF_ISSUER_PUBLIC_KEY);
}

CK_OBJECT_HANDLE
objects_first(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class)
{
	CK_OBJECT_HANDLE object;

	return pkcs11_find_class(pkcs11_linked(), session, class, &object) == CKR_OK
		   ? object
		   : CK_INVALID_HANDLE;
}

bool
objects_certificate(CK_SESSION_HANDLE session, CK_BYTE *value, CK_ULONG *length)
{
	CK_OBJECT_HANDLE object = objects_first(session, CKO_CERTIFICATE);

	return object != CK_INVALID_HANDLE && pkcs11_get_attribute(pkcs11_linked(), session, object,
						  CKA_VALUE, value, length) == CKR_OK;
}

void
objects_read(CK_SESSION_HANDLE session)
{
	CK_OBJECT_HANDLE found[OBJECTS_ROOM];
	CK_ULONG size, total;

	if (pkcs11_find_objects(pkcs11_linked(), session, NULL, 0, found, OBJECTS_ROOM, &total) !=
	    CKR_OK)
		return;
	fuzz_check(total < OBJECTS_ROOM);
	for (CK_ULONG i = 0; i < total; i++) {
		get_all(session, found[i]);
		if (C_GetObjectSize(session, found[i], &size) == CKR_OK)
			fuzz_check(size <= COUNT * VALUE_MAX);
	}
}
