/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "fixture.h"

const char *const short_identifiers[] = {
    "known", "6a86", "6b00", "6a82", "6982", "6985", "6986", "6a80", NULL};

const char *
default_pin(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION ? PIN : PASSWORD;
}

int
make_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	void *vcard;

	inprocess_reset();
	if (w == NULL || make_card(&vcard) != 0)
		return -1;
	*state = w;
	w->vcard = vcard;
	vcard_power_off(w->vcard);
	mark(w);
	return inprocess_add_reader(READER) != 0 || inprocess_insert(READER, w->vcard) != 0 ||
	       jpki_transport.start(&w->service) != JPKI_OK ||
	       jpki_card_new(w->service, READER, &w->card) != JPKI_OK;
}

int
drop_world(void **state)
{
	struct world *w = *state;
	void *vcard = w->vcard;

	jpki_card_free(&w->card);
	jpki_transport.stop(&w->service);
	inprocess_reset();
	drop_card(&vcard);
	free(w);
	return 0;
}

void
start_over(struct world *w)
{
	for (int call = 0; call < INPROCESS_CALLS; call++)
		inprocess_plan((enum inprocess_call)call, 0, JPKI_OK, NULL, NULL);
	vcard_faults_clear(w->vcard);
	for (int pin = 0; pin < VCARD_PINS; pin++)
		vcard_pin_set_tries(
		    w->vcard, (enum vcard_pin)pin, vcard_pin_tries_max((enum vcard_pin)pin), NULL);
	jpki_card_free(&w->card);
	assert_int_equal(jpki_card_new(w->service, READER, &w->card), JPKI_OK);
	(void)inprocess_insert(READER, w->vcard);
	vcard_power_off(w->vcard);
	mark(w);
}

void
begin(struct world *w)
{
	assert_int_equal(jpki_card_begin(w->card, JPKI_BEGIN_SELECT, -1), JPKI_OK);
}

void
trust(struct world *w)
{
	assert_int_equal(jpki_card_begin(w->card, JPKI_BEGIN_TRUST, -1), JPKI_OK);
}

void
end(struct world *w)
{
	assert_int_equal(jpki_card_end(w->card), JPKI_OK);
}

struct jpki_pin *
pin_of(enum jpki_role role, const char *typed)
{
	struct jpki_pin *pin;

	assert_int_equal(jpki_pin_new(role, (const uint8_t *)typed, strlen(typed), &pin), JPKI_OK);
	return pin;
}

int
verify_pin(struct world *w, enum jpki_role role, const char *typed, unsigned *tries)
{
	struct jpki_pin *pin = pin_of(role, typed);
	int rv = jpki_card_verify(w->card, role, pin, tries);

	jpki_pin_free(&pin);
	return rv;
}

void
login(struct world *w, enum jpki_role role)
{
	unsigned tries;

	begin(w);
	assert_int_equal(verify_pin(w, role, default_pin(role), &tries), JPKI_OK);
}

int
whole_login(struct world *w, enum jpki_role role, const char *typed)
{
	unsigned tries;
	int rv, ended;

	rv = jpki_card_begin(w->card, JPKI_BEGIN_SELECT, -1);
	if (rv != JPKI_OK)
		return rv;
	rv = verify_pin(w, role, typed, &tries);
	ended = jpki_card_end(w->card);
	return rv != JPKI_OK ? rv : ended;
}

void
mark(struct world *w)
{
	vcard_ledger_mark(w->vcard);
}

unsigned
exchanges(struct world *w)
{
	return (unsigned)vcard_ledger_totals(w->vcard).exchanges;
}

unsigned
events(struct world *w, enum vcard_event event)
{
	return (unsigned)vcard_ledger_count(w->vcard, event);
}

void
plan_fault(struct world *w, enum vcard_fault fault, unsigned nth, unsigned sw)
{
	assert_int_equal(vcard_fault_add(w->vcard, fault, nth, (uint16_t)sw, NULL), 0);
}

size_t
expected_der(enum jpki_role role, enum jpki_certificate which, unsigned char **der)
{
	static const enum vcard_certificate certificates[JPKI_ROLES][JPKI_CERTIFICATES] = {
	    {VCARD_CERTIFICATE_AUTHENTICATION, VCARD_CERTIFICATE_AUTHENTICATION_CA},
	    {VCARD_CERTIFICATE_SIGNATURE, VCARD_CERTIFICATE_SIGNATURE_CA},
	};
	X509 *certificate = vcard_pki_certificate(test_pki(), certificates[role][which]);
	int length;

	*der = NULL;
	length = i2d_X509(certificate, der);
	assert_true(length > 0);
	return (size_t)length;
}

size_t
expected_length(void)
{
	unsigned char *der;
	size_t length = expected_der(JPKI_AUTHENTICATION, JPKI_CERTIFICATE, &der);

	OPENSSL_free(der);
	return length;
}

unsigned
blocks(size_t bytes)
{
	return (unsigned)((bytes + BLOCK - 1) / BLOCK);
}

void
assert_certificate(const struct jpki_der *der, enum jpki_role role, enum jpki_certificate which)
{
	unsigned char *expected;
	size_t length = expected_der(role, which, &expected);

	assert_int_equal(der->total, length);
	assert_int_equal(der->have, length);
	assert_memory_equal(der->bytes, expected, length);
	OPENSSL_free(expected);
}
