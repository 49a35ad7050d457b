/* SPDX-License-Identifier: BSD-2-Clause */

/* Steps of a program on libjpki: the attributes, and what is asked beside them. */

#include <string.h>

#include <jpki/jpki.h>

#include "call.h"
#include "checks.h"
#include "pins.h"
#include "reader/refusal.h"
#include "report.h"
#include "scene.h"
#include "steps.h"
#include "wrong_pins.h"

/* A call begins, about the card that is found in a reader: its number, 0 if there is none. */
static uint64_t
begin(const char *function, size_t reader)
{
	int there = scene_card_of(reader);
	enum jpki_holds holds;
	uint64_t card = 0;

	watch_begin("jpki_reader_card", reader);
	(void)jpki_reader_card(reader, &holds, &card);
	watch_end(CKR_OK);
	watch_begin(function, reader);
	/* the number means that one, though it may not have been read yet */
	watch.expected = scene_card_of(reader) == there ? there : -1;
	return card;
}

static void
end(const char *function, int rv)
{
	tell("  %s: %d", function, rv);
	if (watch.beside && watch.given[JPKI_ATTRIBUTES])
		model_logins_ended(watch.reader);
	watch_end(CKR_OK);
}

/* They come from a right PIN alone, and are those of the card. */
static void
judge_attributes(const struct jpki_attributes *attributes)
{
	char name[VCARD_ATTRIBUTE_SIZE];

	checks_login();
	if (watch.disturbed || watch.deceived)
		return;
	vcard_attribute(scene_cards[watch.card].vcard, VCARD_ATTRIBUTE_NAME, name);
	if (attributes->name[0] != '\0' && strcmp(attributes->name, name) != 0)
		violate(CHECK_LOGIN, "the attributes are somebody else's");
}

/* When one was called wrong last: who comes again at once is told so, whatever was since. */
static uint64_t wrong_at;

static void
note_wrong(int rv)
{
	if (rv == JPKI_ERR_PIN_WRONG || rv == JPKI_ERR_PIN_REFUSED || rv == JPKI_ERR_PIN_LENGTH ||
	    rv == JPKI_ERR_PIN_CHARACTER)
		wrong_at = scene_now();
}

/* As with C_Login (calls.c): what is called wrong without the card is what it has refused. */
static void
judge_refusal(size_t reader, const struct given *pin)
{
	int card = scene_card_of(reader);

	if (scene_now() - wrong_at >= REFUSAL_MS && watch.verifies == 0 && pin->pin[0] != '\0' &&
	    !pin->missing && card >= 0 && !places[scene_place_of(card)].plugged_again &&
	    watch.trouble == scene_trouble && !wrong_pins_known(card, JPKI_ATTRIBUTES, pin->pin))
		violate(CHECK_TWICE, "%s refuses a PIN that the card has not", watch.function);
}

static int
give_pin(size_t reader, const struct given *pin)
{
	struct jpki_attributes attributes;
	enum jpki_try spent;
	uint64_t card;
	int rv;

	tell("reader %zu, %s", reader, pin->kind);
	card = begin("jpki_attributes", reader);
	watch_give(JPKI_ATTRIBUTES, pin);
	rv = jpki_attributes(
	    card, pin->missing ? NULL : pin->typed, pin->length, &attributes, &spent);
	if (rv == JPKI_OK)
		judge_attributes(&attributes);
	if (rv == JPKI_ERR_PIN_REFUSED)
		judge_refusal(reader, pin);
	/* an answer that lied can have it believe so */
	if (spent == JPKI_TRY_SPENT && watch.verifies == 0 && watch.trouble == scene_trouble)
		violate(CHECK_TRIES, "a PIN that was not sent is said to have cost a try");
	note_wrong(rv);
	report->statistics.attributes += rv == JPKI_OK;
	report->statistics.verifies += watch.verifies;
	end("jpki_attributes", rv);
	return rv;
}

void
step_attributes_pin(const uint16_t *a)
{
	size_t reader = a[0] % PLACES;
	struct given pin;

	pins_type(&pin, scene_card_of(reader), JPKI_ATTRIBUTES, a[1]);
	/* as who asks nobody does */
	if (give_pin(reader, &pin) == JPKI_ERR_PIN_WRONG && a[2] % 4 == 2)
		(void)give_pin(reader, &pin);
}

void
step_attributes_tries(const uint16_t *a)
{
	uint64_t card = begin("jpki_attributes_tries", a[0] % PLACES);
	unsigned left, maximum;

	end("jpki_attributes_tries", jpki_attributes_tries(card, &left, &maximum));
}

void
step_number(const uint16_t *a)
{
	uint64_t card = begin("jpki_manufacture_number", a[0] % PLACES);
	char number[JPKI_MANUFACTURE_NUMBER_SIZE], its[VCARD_MANUFACTURE_NUMBER_SIZE];
	int where = scene_card_of(a[0] % PLACES);
	int rv = jpki_manufacture_number(card, number);

	if (rv == JPKI_OK && !watch.disturbed && watch.beside && where >= 0) {
		vcard_manufacture_number(scene_cards[where].vcard, its);
		if (strcmp(number, its) != 0)
			violate(CHECK_LOGIN, "the number is that of another card");
	}
	end("jpki_manufacture_number", rv);
}
