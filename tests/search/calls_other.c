/* SPDX-License-Identifier: BSD-2-Clause */

/* Steps of an application: objects, slots, what a token that only signs refuses. */

#include "../common/refused.h"
#include "call.h"
#include "checks.h"
#include "steps.h"

#include <string.h>

static CK_BYTE scratch[16384];

static CK_RV
find_init(struct model_session *session, CK_ATTRIBUTE *template, CK_ULONG count)
{
	CK_RV rv;

	watch_begin("C_FindObjectsInit", call_reader(session));
	rv = C_FindObjectsInit(call_handle(session), template, count);
	model_answered(session, rv);
	watch_end(rv);
	return rv;
}

static void
find_final(struct model_session *session)
{
	CK_RV rv;

	watch_begin("C_FindObjectsFinal", call_reader(session));
	rv = C_FindObjectsFinal(call_handle(session));
	model_answered(session, rv);
	watch_end(rv);
}

CK_OBJECT_HANDLE
call_find(struct model_session *session, CK_OBJECT_CLASS class)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof(class)};
	CK_OBJECT_HANDLE found = 0;
	CK_ULONG count = 0;
	bool logged_in = model_token(session)->logged_in;
	CK_RV rv = find_init(session, &template, 1);

	if (rv == CKR_OPERATION_ACTIVE) { /* of a search that was left alone */
		find_final(session);
		rv = find_init(session, &template, 1);
	}
	if (rv != CKR_OK)
		return 0;
	watch_begin("C_FindObjects", call_reader(session));
	rv = C_FindObjects(call_handle(session), &found, 1, &count);
	model_answered(session, rv);
	watch_end(rv);
	find_final(session);
	if (count == 0)
		return 0;
	if (class == CKO_PRIVATE_KEY) {
		if (!logged_in)
			violate(CHECK_LOGIN, "a private key is found, and nobody is logged in");
		session->key = found;
		session->key_of_login = true;
	}
	if (class == CKO_PUBLIC_KEY)
		session->public_key = found;
	return found;
}

void
step_find(const uint16_t *a)
{
	static const CK_OBJECT_CLASS classes[] = {
	    CKO_PRIVATE_KEY, CKO_CERTIFICATE, CKO_PUBLIC_KEY, CKO_PROFILE, CKO_DATA};
	struct model_session *session = model_open_session(a[0]);
	CK_BYTE hash[20] = {1};
	CK_ATTRIBUTE template = {CKA_SUBJECT, hash, sizeof(hash)};

	if (session == NULL)
		return;
	if (a[2] % 4 != 3) {
		(void)call_find(session, classes[a[1] % 5]);
		return;
	}
	/* this one reads certificates, and leaves the search active */
	(void)find_init(session, &template, a[1] % 2);
}

void
step_attributes(const uint16_t *a)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_VALUE, CKA_MODULUS, CKA_ISSUER, CKA_LABEL,
	    CKA_PRIVATE_EXPONENT, CKA_ALWAYS_AUTHENTICATE, CKA_ID};
	static const CK_OBJECT_CLASS classes[] = {CKO_CERTIFICATE, CKO_PRIVATE_KEY, CKO_PUBLIC_KEY};
	struct model_session *session = model_open_session(a[0]);
	CK_ATTRIBUTE template[2] = {
	    {types[a[1] % 7], scratch, sizeof(scratch)}, {types[a[2] % 7], NULL, 0}};
	CK_OBJECT_HANDLE object;
	CK_RV rv;

	if (session == NULL)
		return;
	object = a[3] % 8 == 7 ? session->key : call_find(session, classes[a[3] % 3]);
	watch_begin("C_GetAttributeValue", call_reader(session));
	rv = C_GetAttributeValue(call_handle(session), object, template, 2);
	model_answered(session, rv);
	watch_end(rv);
}

void
step_digest(const uint16_t *a)
{
	struct model_session *session = model_session(a[0]);
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_ULONG length = sizeof(scratch);
	CK_RV rv;

	watch_begin("C_DigestInit", call_reader(session));
	rv = C_DigestInit(call_handle(session), &mechanism);
	model_answered(session, rv);
	watch_end(rv);
	watch_begin("C_Digest", call_reader(session));
	rv = C_Digest(call_handle(session), scratch, 16, scratch, &length);
	model_answered(session, rv);
	watch_end(rv);
}

void
step_verify(const uint16_t *a)
{
	struct model_session *session = model_open_session(a[0]);
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_BYTE signature[256] = {(CK_BYTE)a[1]};
	CK_OBJECT_HANDLE key;
	CK_RV rv;

	if (session == NULL)
		return;
	key = call_find(session, CKO_PUBLIC_KEY);
	watch_begin("C_VerifyInit", call_reader(session));
	rv = C_VerifyInit(call_handle(session), &mechanism, key);
	model_answered(session, rv);
	watch_end(rv);
	if (rv != CKR_OK)
		return;
	watch_begin("C_Verify", call_reader(session));
	rv = C_Verify(call_handle(session), scratch, 16, signature, sizeof(signature));
	model_answered(session, rv);
	if (rv == CKR_OK)
		violate(CHECK_SIGNATURE, "C_Verify takes anything for a signature");
	watch_end(rv);
}

void
step_slots(const uint16_t *a)
{
	CK_SLOT_ID slots[MODEL_SLOTS];
	CK_ULONG count = MODEL_SLOTS;

	watch_begin("C_GetSlotList", a[0] % 2 == 1 ? ALL_READERS : NO_READER);
	watch_end(C_GetSlotList(a[0] % 2 == 1, a[1] % 2 == 1 ? slots : NULL, &count));
}

static CK_SLOT_ID
slot_of(unsigned number)
{
	return number % 16 == 15 ? 99 : number % 16 >= 12 ? 2 + number % 2 : number % 2;
}

void
step_slot_info(const uint16_t *a)
{
	CK_SLOT_INFO info;

	watch_begin("C_GetSlotInfo", slot_of(a[0]) / JPKI_ROLES);
	watch_end(C_GetSlotInfo(slot_of(a[0]), &info));
}

void
step_token_info(const uint16_t *a)
{
	CK_TOKEN_INFO info;

	tell("slot %lu", slot_of(a[0]));
	watch_begin("C_GetTokenInfo", slot_of(a[0]) / JPKI_ROLES);
	watch_end(C_GetTokenInfo(slot_of(a[0]), &info));
}

void
step_mechanisms(const uint16_t *a)
{
	CK_MECHANISM_TYPE types[32];
	CK_MECHANISM_INFO info;
	CK_ULONG count = a[1] % 32;

	watch_begin("C_GetMechanismList", slot_of(a[0]) / JPKI_ROLES);
	watch_end(C_GetMechanismList(slot_of(a[0]), types, &count));
	watch_begin("C_GetMechanismInfo", slot_of(a[0]) / JPKI_ROLES);
	watch_end(C_GetMechanismInfo(slot_of(a[0]), CKM_RSA_PKCS_PSS, &info));
}

void
step_wait_event(const uint16_t *a)
{
	CK_SLOT_ID slot;

	(void)a;
	watch_begin("C_WaitForSlotEvent", ALL_READERS);
	watch_end(C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
}

void
step_init_token(const uint16_t *a)
{
	CK_BYTE label[32] = "label", pin[] = "1234";
	CK_RV rv;

	watch_begin("C_InitToken", slot_of(a[0]) / JPKI_ROLES);
	rv = C_InitToken(slot_of(a[0]), pin, 4, label);
	if (rv == CKR_OK)
		violate(CHECK_CODE, "C_InitToken does something");
	watch_end(rv);
}

void
step_refused(const uint16_t *a)
{
	size_t which = a[1] % REFUSED_FUNCTIONS;
	struct model_session *session = model_session(a[0]);
	CK_ULONG p = a[2] % 4 == 3 ? 0 : (CK_ULONG)scratch;
	CK_ULONG arguments[REFUSED_ARGUMENTS_MAX];
	CK_RV rv;

	for (int i = 0; i < REFUSED_ARGUMENTS_MAX; i++)
		arguments[i] = p;
	memset(scratch, 0, 256);
	watch_begin(refused_functions[which].name, call_reader(session));
	rv = refused_call(which, call_handle(session), arguments);
	model_answered(session, rv);
	if (rv == CKR_OK)
		violate(CHECK_CODE, "%s does something", refused_functions[which].name);
	watch_end(rv);
}
