/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include "../module/clock.h"
#include "reader/presence.h"
#include "reader/transaction.h"

#define CARDS_MAX 64

struct vcard *card;
uint64_t number;

static struct vcard_pki *pki;
static struct vcard *cards[CARDS_MAX];
static size_t card_count;

int
make_pki(void **state)
{
	struct vcard_error error;

	(void)state;
	presence_fresh_ms = 0; /* what happens is seen at once */
	transaction_linger_ms = 0;
	setenv("JPKI_CONFIG", "", 1);
	setenv("XDG_CACHE_HOME", "/dev/null", 1);
	return vcard_pki_open(&pki, NULL, NULL, &error);
}

int
drop_pki(void **state)
{
	(void)state;
	vcard_pki_free(&pki);
	return 0;
}

struct vcard *
another_card(const char *serial)
{
	struct vcard_options options = {.pki = pki, .serial = serial};
	struct vcard_error error;

	assert_true(card_count < CARDS_MAX);
	if (vcard_new(&cards[card_count], &options, &error) != 0)
		fail_msg("%s", error.text);
	return cards[card_count++];
}

int
make_card(void **state)
{
	(void)state;
	inprocess_reset();
	card = another_card(SERIAL);
	return 0;
}

int
make_world(void **state)
{
	if (make_card(state) != 0 || inprocess_add_reader(READER) != 0 ||
	    inprocess_insert(READER, card) != 0 || jpki_start(JPKI_ALL_ROLES) != JPKI_OK)
		return -1;
	number = card_in(0);
	return 0;
}

int
drop_world(void **state)
{
	(void)state;
	(void)jpki_stop();
	inprocess_reset();
	while (card_count > 0)
		vcard_free(&cards[--card_count]);
	clock_go();
	return 0;
}

void
start_over(void)
{
	assert_int_equal(drop_world(NULL), 0);
	assert_int_equal(make_world(NULL), 0);
}

void
swap_card(const char *quirk, const char *value)
{
	struct vcard_error error;

	(void)inprocess_eject(READER);
	card = another_card(SERIAL);
	if (quirk != NULL && vcard_quirk_set(card, quirk, value, &error) != 0)
		fail_msg("%s", error.text);
	assert_int_equal(inprocess_insert(READER, card), 0);
	number = card_in(0);
}

void
reinsert(void)
{
	assert_int_equal(inprocess_eject(READER), 0);
	assert_int_equal(inprocess_insert(READER, card), 0);
}

enum jpki_holds
holds(size_t reader)
{
	enum jpki_holds what;
	uint64_t there;

	assert_ok(jpki_reader_card(reader, &what, &there));
	assert_int_equal(there != 0, what > JPKI_HOLDS_MUTE);
	return what;
}

uint64_t
card_in(size_t reader)
{
	enum jpki_holds what;
	uint64_t there;

	assert_ok(jpki_reader_card(reader, &what, &there));
	return there;
}

const char *
pin_of(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION ? "1234" : "ABC123";
}

const char *
wrong_pin_of(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION ? "9999" : "WRONG99";
}

enum vcard_pin
card_pin_of(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION ? VCARD_PIN_AUTHENTICATION : VCARD_PIN_SIGNATURE;
}

X509 *
certificate_of(enum jpki_role role, enum jpki_certificate which)
{
	static const enum vcard_certificate certificates[JPKI_ROLES][JPKI_CERTIFICATES] = {
	    {VCARD_CERTIFICATE_AUTHENTICATION, VCARD_CERTIFICATE_AUTHENTICATION_CA},
	    {VCARD_CERTIFICATE_SIGNATURE, VCARD_CERTIFICATE_SIGNATURE_CA},
	};

	return vcard_pki_certificate(pki, certificates[role][which]);
}

int
login(enum jpki_role role, const char *pin, enum jpki_try *spent)
{
	return jpki_login(number, role, (const uint8_t *)pin, strlen(pin), spent);
}

int
change_pin(enum jpki_role role, const char *old_pin, const char *new_pin, enum jpki_try *spent)
{
	return jpki_change_pin(number, role, (const uint8_t *)old_pin, strlen(old_pin),
	    (const uint8_t *)new_pin, strlen(new_pin), spent);
}

bool
logged_in(enum jpki_role role)
{
	bool yes;

	assert_ok(jpki_is_logged_in(number, role, &yes));
	return yes;
}

unsigned
tries(enum jpki_role role)
{
	return vcard_pin_tries(card, card_pin_of(role));
}

unsigned
tries_max(enum jpki_role role)
{
	return vcard_pin_tries_max(card_pin_of(role));
}

size_t
pins_sent(void)
{
	return vcard_ledger_count(card, VCARD_EVENT_VERIFY);
}

bool
locked(void)
{
	return !vcard_pin_verified(card, VCARD_PIN_AUTHENTICATION) &&
	       !vcard_pin_verified(card, VCARD_PIN_SIGNATURE);
}
