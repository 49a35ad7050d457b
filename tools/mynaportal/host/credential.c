/* SPDX-License-Identifier: BSD-2-Clause */
#include "credential.h"
#include "message.h"

static int
check_authentication(const uint8_t *pin, size_t length)
{
	return jpki_check_pin(JPKI_AUTHENTICATION, pin, length);
}

static int
authentication_tries(uint64_t card, unsigned *left, unsigned *maximum)
{
	return jpki_tries(card, JPKI_AUTHENTICATION, left, maximum);
}

static int
check_signature(const uint8_t *pin, size_t length)
{
	return jpki_check_pin(JPKI_SIGNATURE, pin, length);
}

static int
signature_tries(uint64_t card, unsigned *left, unsigned *maximum)
{
	return jpki_tries(card, JPKI_SIGNATURE, left, maximum);
}

static const struct credential credentials[] = {
    [REQUEST_LOG_IN] = {JPKI_ROLE(JPKI_AUTHENTICATION),
	N_("PIN of the certificate for user authentication (4 digits)"), N_("PIN"),
	check_authentication, authentication_tries},
    [REQUEST_SIGN] = {JPKI_ROLE(JPKI_SIGNATURE),
	N_("Password of the certificate for digital signature (6 to 16 letters and digits)"),
	N_("Signature password"), check_signature, signature_tries},
    [REQUEST_ATTRIBUTES] = {0, N_("PIN for entering what is on the card's surface (4 digits)"),
	N_("PIN"), jpki_check_attributes_pin, jpki_attributes_tries},
};

const struct credential *
credential_for(enum request_kind kind)
{
	return (size_t)kind < sizeof(credentials) / sizeof(credentials[0]) ? &credentials[kind]
									   : NULL;
}
