/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A thousand calls each of those that need no card, by a program that is logged in.
 * tests/e2e/test_asking.py counts the system calls that are made between two lines which it
 * prints, unbuffered: "begin NAME" and "end NAME".
 */

#include <stdio.h>
#include <unistd.h>

#include "load.h"

#define TIMES 1000

static CK_SLOT_ID slot;
static CK_SESSION_HANDLE session;
static CK_OBJECT_HANDLE key, certificate;
static CK_BYTE data[1024];

static void
tell(const char *what, const char *name)
{
	char line[64];
	int length = snprintf(line, sizeof(line), "%s %s\n", what, name);

	if (write(1, line, (size_t)length) != length)
		_exit(1);
}

static CK_RV
sign_update(void)
{
	return p11->C_SignUpdate(session, data, sizeof(data));
}

static CK_RV
digest_update(void)
{
	return p11->C_DigestUpdate(session, data, sizeof(data));
}

static CK_RV
session_info(void)
{
	CK_SESSION_INFO info;

	return p11->C_GetSessionInfo(session, &info);
}

static CK_RV
slot_info(void)
{
	CK_SLOT_INFO info;

	return p11->C_GetSlotInfo(slot, &info);
}

static CK_RV
token_info(void)
{
	CK_TOKEN_INFO info;

	return p11->C_GetTokenInfo(slot, &info);
}

static CK_RV
mechanism_info(void)
{
	CK_MECHANISM_INFO info;

	return p11->C_GetMechanismInfo(slot, CKM_SHA256_RSA_PKCS, &info);
}

static CK_RV
find_key(void)
{
	return pkcs11_find_class(p11, session, CKO_PRIVATE_KEY, &key);
}

static CK_RV
find_certificate(void)
{
	return pkcs11_find_class(p11, session, CKO_CERTIFICATE, &certificate);
}

static CK_RV
key_attributes(void)
{
	CK_BYTE modulus[SIGNATURE_SIZE], id[16];
	CK_ATTRIBUTE wanted[] = {{CKA_MODULUS, modulus, sizeof(modulus)}, {CKA_ID, id, sizeof(id)}};

	return p11->C_GetAttributeValue(session, key, wanted, 2);
}

static CK_RV
certificate_attributes(void)
{
	static CK_BYTE value[8192];
	CK_BYTE label[64];
	CK_ATTRIBUTE wanted[] = {
	    {CKA_VALUE, value, sizeof(value)}, {CKA_LABEL, label, sizeof(label)}};

	return p11->C_GetAttributeValue(session, certificate, wanted, 2);
}

static const struct {
	const char *name;
	CK_RV (*call)(void);
} calls[] = {
    {"C_SignUpdate", sign_update},
    {"C_DigestUpdate", digest_update},
    {"C_GetSessionInfo", session_info},
    {"C_GetSlotInfo", slot_info},
    {"C_GetTokenInfo", token_info},
    {"C_GetMechanismInfo", mechanism_info},
    {"C_FindObjects", find_key},
    {"C_FindObjects-certificate", find_certificate},
    {"C_GetAttributeValue", key_attributes},
    {"C_GetAttributeValue-certificate", certificate_attributes},
};

/* The first time something may have to be read from the card. */
static void
repeat(const char *name, CK_RV (*call)(void))
{
	expect(name, call());
	tell("begin", name);
	for (int i = 0; i < TIMES; i++)
		expect(name, call());
	tell("end", name);
}

static void
begin_operations(void)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};

	expect("C_FindObjects", find_key());
	expect("C_FindObjects", find_certificate());
	expect("C_SignInit", pkcs11_sign_init(p11, session, CKM_SHA256_RSA_PKCS, key));
	expect("C_DigestInit", p11->C_DigestInit(session, &mechanism));
}

int
main(int argc, char **argv)
{
	CK_BYTE signature[SIGNATURE_SIZE];
	CK_ULONG length = sizeof(signature);

	if (argc != 3) {
		fprintf(stderr, "usage: asking MODULE PIN\n");
		return 2;
	}
	(void)load(argv[1]);
	session = start_user_session(0, argv[2]);
	slot = slot_of_token(0);
	begin_operations();
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		repeat(calls[i].name, calls[i].call);
	expect("C_SignFinal", p11->C_SignFinal(session, signature, &length));
	expect("C_Finalize", p11->C_Finalize(NULL));
	return 0;
}
