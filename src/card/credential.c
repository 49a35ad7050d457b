/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/credential.h"

const uint8_t jpki_aid[JPKI_AID_SIZE] = {
    0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};

static const struct credential credentials[JPKI_ROLES] = {
    [JPKI_AUTHENTICATION] =
	{
	    .name = "User Authentication",
	    .key_ef = 0x0017,
	    .pin_ef = 0x0018,
	    .certificate_ef = {0x000A, 0x000B},
	    .presence_byte = 1,
	    .letters = false,
	    .pin = {.min_length = 4, .max_length = 4, .tries = 3},
	},
    [JPKI_SIGNATURE] =
	{
	    .name = "Digital Signature",
	    .key_ef = 0x001A,
	    .pin_ef = 0x001B,
	    .certificate_ef = {0x0001, 0x0002},
	    .presence_byte = 0,
	    .letters = true,
	    .private_certificate = true,
	    .each_signature = true,
	    .pin = {.min_length = 6, .max_length = 16, .tries = 5},
	},
};

const struct credential *
credential_of(enum jpki_role role)
{
	return (unsigned)role < JPKI_ROLES ? &credentials[role] : NULL;
}

const struct jpki_pin_policy *
jpki_pin_policy(enum jpki_role role)
{
	const struct credential *credential = credential_of(role);

	return credential != NULL ? &credential->pin : NULL;
}
