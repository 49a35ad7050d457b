/* SPDX-License-Identifier: BSD-2-Clause */
#include "load.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

CK_FUNCTION_LIST *p11;

void *
load(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *symbol = library != NULL ? dlsym(library, "C_GetFunctionList") : NULL;
	CK_C_GetFunctionList get_list;
	CK_RV rv;

	if (symbol == NULL) {
		puts(dlerror());
		exit(1);
	}
	memcpy(&get_list, &symbol, sizeof(get_list));
	rv = get_list(&p11);
	if (rv != CKR_OK) {
		printf("C_GetFunctionList 0x%lx\n", rv);
		exit(1);
	}
	return library;
}

void
expect(const char *what, CK_RV rv)
{
	if (rv == CKR_OK)
		return;
	printf("%s 0x%lx\n", what, rv);
	fflush(stdout);
	_exit(1);
}

CK_SLOT_ID
slot_of_token(CK_ULONG nth)
{
	CK_SLOT_ID slots[8];
	CK_ULONG count = sizeof(slots) / sizeof(slots[0]);

	expect("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, slots, &count));
	if (nth >= count)
		expect("a token", CKR_TOKEN_NOT_PRESENT);
	return slots[nth];
}

CK_SESSION_HANDLE
open_session(CK_SLOT_ID slot)
{
	CK_SESSION_HANDLE session;

	expect("C_OpenSession", pkcs11_open_session(p11, slot, 0, &session));
	return session;
}

CK_SESSION_HANDLE
open_user_session(CK_SLOT_ID slot, const char *pin)
{
	CK_SESSION_HANDLE session = open_session(slot);

	expect("C_Login", pkcs11_login(p11, session, CKU_USER, pin));
	return session;
}

CK_SESSION_HANDLE
start_user_session(CK_ULONG nth, const char *pin)
{
	expect("C_Initialize", p11->C_Initialize(NULL));
	return open_user_session(slot_of_token(nth), pin);
}

CK_OBJECT_HANDLE
private_key(CK_SESSION_HANDLE session)
{
	CK_OBJECT_HANDLE key;

	expect("the key", pkcs11_find_class(p11, session, CKO_PRIVATE_KEY, &key));
	return key;
}

CK_RV
sign_text(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, CK_BYTE signature[SIGNATURE_SIZE])
{
	CK_ULONG length = SIGNATURE_SIZE;

	return pkcs11_sign(p11, session, CKM_SHA256_RSA_PKCS, key, SIGNED_TEXT,
	    sizeof(SIGNED_TEXT) - 1, signature, &length);
}
