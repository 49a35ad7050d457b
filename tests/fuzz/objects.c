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

/* After one attribute was asked for: code and length fit together. */
static void
judge(CK_RV rv, const CK_ATTRIBUTE *attribute)
{
	if (rv == CKR_OK)
		fuzz_check(attribute->ulValueLen <= VALUE_MAX);
	else if (rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ||
		 rv == CKR_BUFFER_TOO_SMALL)
		fuzz_check(attribute->ulValueLen == CK_UNAVAILABLE_INFORMATION);
}

static CK_RV
get_into(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_ULONG room)
{
	CK_ATTRIBUTE attribute = {type, fuzz_memory(NULL, room), room};
	CK_RV rv = C_GetAttributeValue(session, object, &attribute, 1);

	judge(rv, &attribute);
	if (rv == CKR_OK)
		fuzz_check(attribute.ulValueLen <= room);
	free(attribute.pValue);
	return rv;
}

static void
get_one(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type)
{
	CK_ATTRIBUTE attribute = {type, NULL, 0};
	CK_RV rv = C_GetAttributeValue(session, object, &attribute, 1);

	fuzz_check(rv != CKR_BUFFER_TOO_SMALL);
	judge(rv, &attribute);
	if (rv != CKR_OK)
		return;
	rv = get_into(session, object, type, attribute.ulValueLen);
	/* an issuer that could not be read before may be there now; all else stays what it was */
	fuzz_check(rv != CKR_BUFFER_TOO_SMALL || type == CKA_HASH_OF_ISSUER_PUBLIC_KEY);
	if (attribute.ulValueLen > 1)
		fuzz_check(get_into(session, object, type, attribute.ulValueLen - 1) != CKR_OK);
}

/* All of an object in one call, as programs do it: first the lengths, then the values. */
static void
get_all(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)
{
	CK_ATTRIBUTE template[COUNT];

	for (size_t i = 0; i < COUNT; i++)
		template[i] = (CK_ATTRIBUTE){all_attributes[i], NULL, 0};
	(void)C_GetAttributeValue(session, object, template, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		if (template[i].ulValueLen == CK_UNAVAILABLE_INFORMATION)
			continue;
		fuzz_check(template[i].ulValueLen <= VALUE_MAX);
		template[i].pValue = fuzz_memory(NULL, template[i].ulValueLen);
	}
	(void)C_GetAttributeValue(session, object, template, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		free(template[i].pValue);
}

static CK_ULONG
find(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG count, CK_OBJECT_HANDLE *found)
{
	CK_ULONG got = 0;

	if (C_FindObjectsInit(session, template, count) != CKR_OK)
		return 0;
	if (C_FindObjects(session, found, OBJECTS_ROOM, &got) != CKR_OK)
		got = 0;
	fuzz_check(got < OBJECTS_ROOM);
	(void)C_FindObjectsFinal(session);
	return got;
}

CK_OBJECT_HANDLE
objects_first(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_OBJECT_HANDLE found[OBJECTS_ROOM];

	return find(session, &template, 1, found) > 0 ? found[0] : CK_INVALID_HANDLE;
}

void
objects_read(CK_SESSION_HANDLE session)
{
	CK_OBJECT_HANDLE found[OBJECTS_ROOM];
	CK_ULONG size, count = find(session, NULL, 0, found);

	for (CK_ULONG i = 0; i < count; i++) {
		get_all(session, found[i]);
		for (size_t k = 0; k < COUNT; k++)
			get_one(session, found[i], all_attributes[k]);
		if (C_GetObjectSize(session, found[i], &size) == CKR_OK)
			fuzz_check(size <= COUNT * VALUE_MAX);
	}
}
