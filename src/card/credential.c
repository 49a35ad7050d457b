/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/credential.h"

static const uint8_t aids[APPLICATIONS][AID_SIZE] = {
    [APPLICATION_JPKI] = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01},
    [APPLICATION_ATTRIBUTES] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08},
    [APPLICATION_NUMBER] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00},
};

static const struct credential credentials[JPKI_CREDENTIALS] = {
    [JPKI_AUTHENTICATION] =
	{
	    .name = "User Authentication",
	    .application = APPLICATION_JPKI,
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
	    .application = APPLICATION_JPKI,
	    .key_ef = 0x001A,
	    .pin_ef = 0x001B,
	    .certificate_ef = {0x0001, 0x0002},
	    .presence_byte = 0,
	    .letters = true,
	    .private_certificate = true,
	    .each_signature = true,
	    .pin = {.min_length = 6, .max_length = 16, .tries = 5},
	},
    [JPKI_ATTRIBUTES] =
	{
	    .name = "Attributes",
	    .application = APPLICATION_ATTRIBUTES,
	    .pin_ef = 0x0011,
	    .pin = {.min_length = 4, .max_length = 4, .tries = 3},
	},
};

const uint8_t *
credential_aid(enum application application)
{
	return aids[application];
}

const struct credential *
credential_of(enum jpki_role role)
{
	return (unsigned)role < JPKI_CREDENTIALS ? &credentials[role] : NULL;
}

const struct credential *
credential_of_key(enum jpki_role role)
{
	return (unsigned)role < JPKI_ROLES ? &credentials[role] : NULL;
}

const struct jpki_pin_policy *
jpki_pin_policy(enum jpki_role role)
{
	const struct credential *credential = credential_of(role);

	return credential != NULL ? &credential->pin : NULL;
}
