/* SPDX-License-Identifier: BSD-2-Clause */
#include "wrong_pins.h"

#include <string.h>

#include "scene.h"

#define WRONG_PINS 16

struct wrong_pin {
	char pin[VCARD_PIN_MAX + 1]; /* "": none */
	unsigned tries;
	bool holds; /* ... as far as the card has said so truthfully */
};
static struct wrong_pin wrong_pins[CARDS][JPKI_CREDENTIALS][WRONG_PINS];
static unsigned tries_before[CARDS][JPKI_CREDENTIALS];

/* What was answered last, before anybody has heard it. */
static struct {
	enum { NOTHING, REFUSED, VERIFIED } what;
	int card;
	enum jpki_role role;
	struct wrong_pin pin;
} answer;

/* The PIN that was sent last. */
static struct {
	bool may_be_lost;
	int card;
	enum jpki_role role;
	struct wrong_pin pin;
} sent;

void
wrong_pins_reset(void)
{
	memset(wrong_pins, 0, sizeof(wrong_pins));
	answer.what = NOTHING;
	sent.may_be_lost = false;
	wrong_pins_follow();
}

void
wrong_pins_note(int card, enum jpki_role role, const char *pin, unsigned tries, bool truthful)
{
	answer.what = REFUSED;
	answer.card = card;
	answer.role = role;
	answer.pin = (struct wrong_pin){.tries = tries, .holds = truthful};
	strcpy(answer.pin.pin, pin);
}

void
wrong_pins_forget(int card, enum jpki_role role)
{
	answer.what = VERIFIED;
	answer.card = card;
	answer.role = role;
}

/* Its place, or a free one, or the first. */
static struct wrong_pin *
place_of(int card, enum jpki_role role, const char *pin)
{
	struct wrong_pin *of_key = wrong_pins[card][role], *place = NULL;

	for (size_t i = 0; i < WRONG_PINS; i++) {
		if (strcmp(of_key[i].pin, pin) == 0)
			return &of_key[i];
		if (place == NULL && of_key[i].pin[0] == '\0')
			place = &of_key[i];
	}
	return place != NULL ? place : of_key;
}

void
wrong_pins_sent(int card, enum jpki_role role, const char *pin)
{
	unsigned tries = scene_cards[card].said[role].tries;

	sent.may_be_lost = scene_cards[card].said[role].known && tries > 0;
	sent.card = card;
	sent.role = role;
	sent.pin = (struct wrong_pin){.tries = tries - 1};
	strcpy(sent.pin.pin, pin);
}

void
wrong_pins_unheard(void)
{
	answer.what = NOTHING;
	if (sent.may_be_lost)
		*place_of(sent.card, sent.role, sent.pin.pin) = sent.pin;
	sent.may_be_lost = false;
}

void
wrong_pins_settle(void)
{
	if (answer.what == REFUSED)
		*place_of(answer.card, answer.role, answer.pin.pin) = answer.pin;
	if (answer.what == VERIFIED)
		memset(wrong_pins[answer.card][answer.role], 0,
		    sizeof(wrong_pins[answer.card][answer.role]));
	answer.what = NOTHING;
}

void
wrong_pins_doubt(int card, enum jpki_role role)
{
	for (size_t i = 0; i < WRONG_PINS; i++)
		wrong_pins[card][role][i].holds = false;
}

void
wrong_pins_follow(void)
{
	for (int card = 0; card < CARDS; card++)
		for (int role = 0; role < JPKI_CREDENTIALS; role++) {
			unsigned now =
			    vcard_pin_tries(scene_cards[card].vcard, (enum vcard_pin)role);

			if (now > tries_before[card][role])
				wrong_pins_doubt(card, (enum jpki_role)role);
			tries_before[card][role] = now;
		}
}

void
wrong_pins_gone(int card)
{
	memset(wrong_pins[card], 0, sizeof(wrong_pins[card]));
	if (answer.card == card)
		answer.what = NOTHING;
}

static const struct wrong_pin *
find(int card, enum jpki_role role, const char *pin)
{
	const struct wrong_pin *place = place_of(card, role, pin);

	return pin[0] != '\0' && strcmp(place->pin, pin) == 0 ? place : NULL;
}

bool
wrong_pins_holds(int card, enum jpki_role role, const char *pin)
{
	const struct scene_card *its = &scene_cards[card];
	const struct wrong_pin *found = find(card, role, pin);

	return found != NULL && found->holds && its->said[role].known && its->said[role].truthful &&
	       (!its->said[role].counted || its->said[role].tries <= found->tries);
}

bool
wrong_pins_known(int card, enum jpki_role role, const char *pin)
{
	const struct scene_card *its = &scene_cards[card];
	const struct wrong_pin *found = find(card, role, pin);

	return found != NULL && (!its->said[role].truthful || !its->said[role].counted ||
				    its->said[role].tries <= found->tries);
}
