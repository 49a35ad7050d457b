/* SPDX-License-Identifier: BSD-2-Clause */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/certificates.h"
#include "../common/clock.h"
#include "base/clock.h"
#include "inprocess.h"
#include "model.h"
#include "reader/presence.h"
#include "reader/readers.h"
#include "reader/transaction.h"
#include "wrong_pins.h"

#define PERSONS 2
#define READER_NAME "Reader A"

struct scene_card scene_cards[CARDS];
struct place places[PLACES];
uint64_t scene_trouble;
bool scene_odd, scene_pss_doubted, scene_certificate_doubted;
uint64_t scene_window_ms;

static struct vcard_pki *pkis[PERSONS];

uint64_t
scene_now(void)
{
	return clock_now_ms();
}

uint64_t
scene_linger_ms(void)
{
	return transaction_linger_ms;
}

void
scene_set_linger(uint64_t ms)
{
	transaction_linger_ms = ms;
}

void
scene_pass(uint64_t ms)
{
	clock_skip_ms(ms);
}

bool
scene_prepare(void)
{
	struct vcard_error error;

	/* a person's own settings are none of the search's business */
	if (setenv("JPKI_CONFIG", "", 1) != 0 || setenv("XDG_CACHE_HOME", "/dev/null", 1) != 0 ||
	    setenv("JPKI_LOG", "off", 1) != 0)
		return false;
	clock_stop_at(1000000);	 /* only steps let time pass */
	presence_max_age_ms = 0; /* what happens is seen at once */
	for (size_t i = 0; i < PERSONS; i++)
		if (vcard_pki_open(&pkis[i], NULL, NULL, &error) != 0)
			return false;
	return true;
}

static bool
make_card(struct scene_card *card, unsigned person, const char *serial)
{
	static const char *const pins[PERSONS][JPKI_CREDENTIALS] = {
	    {"1234", "ABC123", "5678"}, {"2468", "XYZ7890", "1357"}};
	const struct vcard_options options = {.pki = pkis[person],
	    .serial = serial,
	    .pins = {[VCARD_PIN_AUTHENTICATION] = pins[person][JPKI_AUTHENTICATION],
		[VCARD_PIN_SIGNATURE] = pins[person][JPKI_SIGNATURE],
		[VCARD_PIN_INPUT_AID] = pins[person][JPKI_ATTRIBUTES]}};
	struct vcard_error error;

	*card = (struct scene_card){.person = person};
	for (int role = 0; role < JPKI_CREDENTIALS; role++) {
		snprintf(card->pins[role], sizeof(card->pins[role]), "%s", pins[person][role]);
		snprintf(card->old_pins[role], sizeof(card->old_pins[role]), "%s",
		    role == JPKI_SIGNATURE ? "OLD999" : "9999");
	}
	return vcard_new(&card->vcard, &options, &error) == 0;
}

bool
scene_begin(void)
{
	inprocess_reset();
	scene_trouble = 0;
	scene_odd = scene_pss_doubted = scene_certificate_doubted = false;
	scene_window_ms = 10000;
	transaction_linger_ms = 0;
	if (!make_card(&scene_cards[0], 0, "JPKI000000000001") ||
	    !make_card(&scene_cards[1], 1, "JPKI000000000002") ||
	    !make_card(&scene_cards[2], 1, "JPKI000000000001"))
		return false;
	for (size_t i = 0; i < PLACES; i++)
		places[i] = (struct place){.card = -1};
	snprintf(places[0].name, sizeof(places[0].name), "%s", READER_NAME);
	places[0].attached = true;
	places[0].card = 0;
	return inprocess_add_reader(READER_NAME) == 0 &&
	       inprocess_longest(READER_NAME, JPKI_LONG_DATA_MAX) == 0 &&
	       inprocess_insert(READER_NAME, scene_cards[0].vcard) == 0;
}

void
scene_end(void)
{
	inprocess_reset();
	for (size_t i = 0; i < CARDS; i++)
		vcard_free(&scene_cards[i].vcard);
}

int
scene_find(const struct vcard *card)
{
	for (int i = 0; i < CARDS; i++)
		if (scene_cards[i].vcard == card)
			return i;
	return -1;
}

int
scene_place_of(int card)
{
	return places[0].card == card ? 0 : 1;
}

int
scene_place(const char *name)
{
	for (int i = 0; i < PLACES; i++)
		if (places[i].attached && strcmp(places[i].name, name) == 0)
			return i;
	return -1;
}

int
scene_card_of(size_t index)
{
	struct reader *reader = model_running() ? readers_at(index) : NULL;
	char name[JPKI_READER_NAME_SIZE];
	int place;

	if (reader == NULL)
		return -1;
	readers_name(reader, name);
	place = scene_place(name);
	return place < 0 ? -1 : places[place].card;
}

void
scene_card_out(int card)
{
	if (card < 0)
		return;
	scene_cards[card].insertion++;
	wrong_pins_gone(card);
}

X509 *
scene_certificate(int card, enum jpki_role role)
{
	return role_certificate(pkis[scene_cards[card].person], role, JPKI_CERTIFICATE);
}

void
scene_settle(void)
{
	for (size_t i = 0; i < CARDS; i++) {
		struct scene_card *card = &scene_cards[i];

		for (int role = 0; role < JPKI_CREDENTIALS; role++)
			if (!vcard_pin_verified(card->vcard, (enum vcard_pin)role))
				card->ours[role] = card->theirs[role] = card->lied[role] = false;
		if (!card->ours[0] && !card->ours[1] && !card->ours[JPKI_ATTRIBUTES])
			card->not_cut = false;
	}
	wrong_pins_follow();
}

void
scene_tell_locked(void)
{
	for (size_t reader = 0; reader < MODEL_SLOTS / JPKI_ROLES; reader++) {
		int card = scene_card_of(reader);

		if (card < 0 || !scene_cards[card].ours[JPKI_SIGNATURE])
			model_locked(reader);
	}
}
