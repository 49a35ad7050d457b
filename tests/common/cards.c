/* SPDX-License-Identifier: BSD-2-Clause */
#include "cards.h"

#include <stdlib.h>

#include "clock.h"
#include "reader/presence.h"
#include "reader/transaction.h"

#define CARDS_MAX 64

struct vcard *card;
struct vcard_pki *pki;

static struct vcard_pki *pki_of_another;
static struct vcard *cards[CARDS_MAX];
static size_t card_count;

enum jpki_role each_role[JPKI_ROLES] = {JPKI_AUTHENTICATION, JPKI_SIGNATURE};

enum jpki_role
role_of(void **state)
{
	return *(const enum jpki_role *)*state;
}

int
open_pki(void)
{
	struct vcard_error error;

	presence_max_age_ms = 0; /* but where that is the subject */
	transaction_linger_ms = 0;
	setenv("JPKI_CONFIG", "", 1);
	setenv("XDG_CACHE_HOME", "/dev/null", 1);
	return vcard_pki_open(&pki, NULL, NULL, &error);
}

int
drop_pki(void **state)
{
	vcard_pki_free(&pki);
	vcard_pki_free(&pki_of_another);
	return 0;
}

static struct vcard *
another_card_of(struct vcard_pki *its_pki, const char *serial)
{
	struct vcard_options options = {.pki = its_pki, .serial = serial};
	struct vcard_error error;

	assert_true(card_count < CARDS_MAX);
	if (vcard_new(&cards[card_count], &options, &error) != 0)
		fail_msg("%s", error.text);
	return cards[card_count++];
}

struct vcard *
another_card(const char *serial)
{
	return another_card_of(pki, serial);
}

struct vcard *
card_of_another_person(void)
{
	struct vcard_error error;

	if (pki_of_another == NULL && vcard_pki_open(&pki_of_another, NULL, NULL, &error) != 0)
		fail_msg("%s", error.text);
	return another_card_of(pki_of_another, SERIAL_2);
}

void
drop_cards(void)
{
	inprocess_reset();
	while (card_count > 0)
		vcard_free(&cards[--card_count]);
	clock_go();
}

void
start_over(void)
{
	assert_int_equal(tear_down(NULL), 0);
	assert_int_equal(set_up(NULL), 0);
}

const char *
pin_of(enum jpki_role role)
{
	return role == JPKI_AUTHENTICATION ? PIN : PASSWORD;
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

void
set_tries(enum jpki_role role, unsigned count)
{
	assert_int_equal(vcard_pin_set_tries(card, card_pin_of(role), count, NULL), 0);
}

size_t
pins_sent(void)
{
	return vcard_ledger_count(card, VCARD_EVENT_VERIFY);
}
