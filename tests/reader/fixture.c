/* SPDX-License-Identifier: BSD-2-Clause */
#include "fixture.h"

uint64_t number;

int
make_pki(void **state)
{
	return open_pki();
}

int
make_card(void **state)
{
	inprocess_reset();
	card = another_card(SERIAL);
	return 0;
}

int
set_up(void **state)
{
	if (make_card(state) != 0 || inprocess_add_reader(READER) != 0 ||
	    inprocess_insert(READER, card) != 0 || jpki_start(JPKI_ALL_ROLES) != JPKI_OK)
		return -1;
	number = card_in(0);
	return 0;
}

int
tear_down(void **state)
{
	(void)jpki_stop();
	drop_cards();
	return 0;
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

X509 *
certificate_of(enum jpki_role role, enum jpki_certificate which)
{
	return role_certificate(pki, role, which);
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

bool
locked(void)
{
	return !vcard_pin_verified(card, VCARD_PIN_AUTHENTICATION) &&
	       !vcard_pin_verified(card, VCARD_PIN_SIGNATURE);
}
