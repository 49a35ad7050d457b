/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include <openssl/crypto.h>

#include "../common/certificates.h"
#include "fixture.h"

const char *const short_identifiers[] = {
    "known", "6a86", "6b00", "6a82", "6982", "6985", "6986", "6a80", NULL};

const int way_errors[WAY_ERRORS] = {
    JPKI_ERR_NO_SERVICE, JPKI_ERR_NO_READER, JPKI_ERR_NO_CARD, JPKI_ERR_RESET, JPKI_ERR_IO};

const char *
default_pin(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION ? PIN : PASSWORD;
}

struct vcard *vcard;
struct jpki_service *service;
struct jpki_card *card;
struct jpki_der der;

int
set_up(void **state)
{
	void *made;

	inprocess_reset();
	memset(&der, 0, sizeof(der));
	if (make_card(&made) != 0)
		return -1;
	vcard = made;
	vcard_power_off(vcard);
	mark();
	return inprocess_add_reader(READER) != 0 || inprocess_insert(READER, vcard) != 0 ||
	       jpki_transport.start(&service) != JPKI_OK ||
	       jpki_card_new(service, READER, &card) != JPKI_OK;
}

int
tear_down(void **state)
{
	void *made = vcard;

	jpki_card_free(&card);
	jpki_transport.stop(&service);
	inprocess_reset();
	return drop_card(&made);
}

void
start_over(void)
{
	memset(&der, 0, sizeof(der));
	for (int call = 0; call < INPROCESS_CALLS; call++)
		inprocess_plan((enum inprocess_call)call, 0, JPKI_OK, NULL, NULL);
	vcard_faults_clear(vcard);
	for (int pin = 0; pin < VCARD_PINS; pin++)
		vcard_pin_set_tries(
		    vcard, (enum vcard_pin)pin, vcard_pin_tries_max((enum vcard_pin)pin), NULL);
	jpki_card_free(&card);
	assert_int_equal(jpki_card_new(service, READER, &card), JPKI_OK);
	(void)inprocess_insert(READER, vcard);
	vcard_power_off(vcard);
	mark();
}

void
start_over_with(const char *quirk, const char *value)
{
	start_over();
	set_quirk(vcard, quirk, value);
}

void
begin(void)
{
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_SELECT, -1), JPKI_OK);
}

void
trust(void)
{
	assert_int_equal(jpki_card_begin(card, JPKI_BEGIN_TRUST, -1), JPKI_OK);
}

void
end(void)
{
	assert_int_equal(jpki_card_end(card), JPKI_OK);
}

struct jpki_pin *
pin_of(enum jpki_role role, const char *typed)
{
	struct jpki_pin *pin;

	assert_int_equal(jpki_pin_new(role, (const uint8_t *)typed, strlen(typed), &pin), JPKI_OK);
	return pin;
}

int
verify_pin(enum jpki_role role, const char *typed, unsigned *tries)
{
	struct jpki_pin *pin = pin_of(role, typed);
	unsigned unasked;
	int rv = jpki_card_verify(card, role, pin, tries != NULL ? tries : &unasked);

	jpki_pin_free(&pin);
	return rv;
}

void
login(enum jpki_role role)
{
	begin();
	assert_int_equal(verify_pin(role, default_pin(role), NULL), JPKI_OK);
}

int
whole_login(enum jpki_role role, const char *typed)
{
	int rv, ended;

	rv = jpki_card_begin(card, JPKI_BEGIN_SELECT, -1);
	if (rv != JPKI_OK)
		return rv;
	rv = verify_pin(role, typed, NULL);
	ended = jpki_card_end(card);
	return rv != JPKI_OK ? rv : ended;
}

void
mark(void)
{
	vcard_ledger_mark(vcard);
}

unsigned
exchanges(void)
{
	return (unsigned)vcard_ledger_totals(vcard).exchanges;
}

unsigned
events(enum vcard_event event)
{
	return (unsigned)vcard_ledger_count(vcard, event);
}

void
plan_fault(enum vcard_fault fault, unsigned nth, unsigned sw)
{
	assert_int_equal(vcard_fault_add(vcard, fault, nth, (uint16_t)sw, NULL), 0);
}

size_t
expected_der(enum jpki_role role, enum jpki_certificate which, unsigned char **bytes)
{
	int length;

	*bytes = NULL;
	length = i2d_X509(role_certificate(test_pki(), role, which), bytes);
	assert_true(length > 0);
	return (size_t)length;
}

size_t
expected_length(void)
{
	unsigned char *bytes;
	size_t length = expected_der(JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &bytes);

	OPENSSL_free(bytes);
	return length;
}

unsigned
blocks(size_t bytes)
{
	return (unsigned)((bytes + BLOCK - 1) / BLOCK);
}

void
assert_certificate(enum jpki_role role, enum jpki_certificate which)
{
	unsigned char *expected;
	size_t length = expected_der(role, which, &expected);

	assert_int_equal(der.total, length);
	assert_int_equal(der.have, length);
	assert_memory_equal(der.bytes, expected, length);
	OPENSSL_free(expected);
}
