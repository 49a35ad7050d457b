/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch.h"

#include <string.h>

#include "checks.h"
#include "model.h"
#include "programs.h"
#include "report.h"
#include "scene.h"
#include "taken.h"
#include "trouble.h"
#include "simulated_pcsc.h"
#include "wrong_pins.h"

#define INS_VERIFY 0x20
#define INS_CHANGE 0x24
#define INS_SELECT 0xA4
#define INS_READ 0xB0
#define INS_SIGN 0x2A
#define READERS (MODEL_SLOTS / JPKI_ROLES)
/* How old an answer about tries may be to be acted on, in ms (PIN rule 4). */
#define SAID_RECENT_MS 2000

enum vcard_answer __real_vcard_exchange(struct vcard *card, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length);
enum vcard_answer __wrap_vcard_exchange(struct vcard *card, const uint8_t *command, size_t length,
    uint8_t *response, size_t *response_length);
void __real_vcard_power_off(struct vcard *card);
void __wrap_vcard_power_off(struct vcard *card);

struct watch watch;
bool watch_others;
unsigned watch_total_given[JPKI_CREDENTIALS], watch_total_sent[JPKI_CREDENTIALS];

/* A command and what was before it. */
struct sight {
	int card;
	uint8_t ins;
	const char *selects; /* the application that is to be selected, NULL: none */
	const char *data;    /* of a PIN */
	size_t length;
	int role;    /* whose PIN, -1: none of ours */
	bool in_own; /* its application is selected: JPKI's, unless it is that of the attributes */
	unsigned tries;
	size_t faults, powered;
};

/* The number of the card, from 1, that the module has read a file of: the one that it knows. */
static int last_read[READERS];

void
watch_reset(void)
{
	memset(&watch, 0, sizeof(watch));
	wrong_pins_reset();
	memset(last_read, 0, sizeof(last_read));
	memset(watch_total_given, 0, sizeof(watch_total_given));
	memset(watch_total_sent, 0, sizeof(watch_total_sent));
}

void
watch_begin(const char *function, size_t reader)
{
	watch = (struct watch){.function = function,
	    .reader = reader,
	    .card = -1,
	    .expected = reader < READERS ? last_read[reader] - 1 : -1,
	    .trouble = scene_trouble};
	model_touch(reader);
	checks_before();
	for (int i = 0; i < CARDS; i++)
		watch.signature_open[i] = scene_cards[i].ours[JPKI_SIGNATURE] ||
					  model_signature_open(i) || model_reset_unseen(i);
}

void
watch_give(enum jpki_role role, const struct given *pin)
{
	watch.asked = true;
	if (pin->missing || pin->pin[0] == '\0')
		return;
	watch.given[role] = true;
	strcpy(watch.pin, pin->pin);
	watch_total_given[role]++;
}

void
watch_give_new(const struct given *pin)
{
	watch.given_new = true;
	strcpy(watch.new_pin, pin->pin);
}

void
watch_end(CK_RV rv)
{
	report_answer(watch.function, rv);
	wrong_pins_settle();
	scene_settle();
	scene_tell_locked();
	checks_after(rv);
	watch.function = NULL;
}

static int
role_of_pin(struct vcard *card, uint8_t p2)
{
	uint16_t ef = p2 == 0x80 ? vcard_current_file(card) : p2 & 0x1F;

	switch (ef) {
	case 0x0018:
		return JPKI_AUTHENTICATION;
	case 0x001B:
		return JPKI_SIGNATURE;
	case 0x0011:
		return JPKI_ATTRIBUTES;
	default:
		return -1;
	}
}

/* By the end of its name. */
static const char *
application_of(const uint8_t *command, size_t length)
{
	if (command[1] != INS_SELECT || command[2] != 0x04 || length != 15)
		return NULL;
	switch (command[13] << 8 | command[14]) {
	case 0x0408:
		return "input-aid";
	case 0x0100:
		return "common";
	default:
		return "jpki";
	}
}

static struct sight
look(struct vcard *card, const uint8_t *command, size_t length)
{
	struct sight sight = {.card = scene_find(card), .ins = command[1], .role = -1};

	sight.selects = application_of(command, length);
	if (command[1] == INS_VERIFY || command[1] == INS_CHANGE) {
		sight.role = role_of_pin(card, command[3]);
		sight.length = length > 5 ? command[4] : 0;
		sight.data = (const char *)command + 5;
	}
	sight.in_own = strcmp(vcard_application(card),
			   sight.role == JPKI_ATTRIBUTES ? "input-aid" : "jpki") == 0;
	if (sight.role >= 0)
		sight.tries = vcard_pin_tries(card, (enum vcard_pin)sight.role);
	sight.faults = vcard_faults_waiting(card);
	sight.powered = vcard_ledger_count(card, VCARD_EVENT_POWER_OFF);
	return sight;
}

static uint16_t
status_of(const uint8_t *response, size_t length)
{
	return length < 2 || length > 258
		   ? 0
		   : (uint16_t)(response[length - 2] << 8 | response[length - 1]);
}

static bool
refusal(uint16_t sw)
{
	return (sw & 0xFFF0) == 0x63C0 || sw == 0x6983 || sw == 0x6984;
}

/* Which application is selected, as far as the module can know. */
static void
follow_selection(const struct sight *sight, struct vcard *card, uint16_t sw, bool faulty)
{
	struct scene_card *its = &scene_cards[sight->card];
	bool select = sight->selects != NULL;
	bool selected = select && strcmp(vcard_application(card), sight->selects) == 0;
	bool done = sw == 0x9000 || sw >> 8 == 0x61; /* or so says what is fetched */

	if (vcard_ledger_count(card, VCARD_EVENT_POWER_OFF) != sight->powered)
		its->deceived = true;
	if (sight->ins == INS_SELECT && !select && faulty && done)
		its->deceived = true; /* of a file */
	if (selected)
		its->deceived = false;
	else if (select && done)
		its->deceived = true;
}

/* What it has said of the tries. */
static void
hear_tries(const struct sight *sight, uint16_t sw, bool faulty)
{
	struct scene_card *its = &scene_cards[sight->card];
	unsigned tries;

	if (sight->ins != INS_VERIFY || sight->role < 0)
		return;
	if ((sw & 0xFFF0) == 0x63C0)
		tries = sw & 0x0F;
	else if (sw == 0x6983 || sw == 0x6984)
		tries = 0;
	else if (sw == 0x9000 || sw >> 8 == 0x61) /* a fault: what is fetched then may be 9000 */
		tries = vcard_pin_tries_max((enum vcard_pin)sight->role);
	else
		return;
	its->said[sight->role].known = true;
	its->said[sight->role].counted = sw != 0x9000 || sight->length > 0;
	its->said[sight->role].truthful = !faulty && sight->in_own;
	its->said[sight->role].tries = tries;
	its->said[sight->role].at = scene_now();
	if (!its->said[sight->role].truthful)
		wrong_pins_doubt(sight->card, (enum jpki_role)sight->role);
}

static const struct reader *
place_of(const struct sight *sight)
{
	const struct vcard *card = scene_cards[sight->card].vcard;

	for (size_t i = 0; i < INPROCESS_READERS; i++)
		if (pcsc.readers[i].attached && pcsc.readers[i].card == card)
			return &pcsc.readers[i];
	return NULL;
}

/* While it has a share in the card, others may leave that to it: so a guard is there, too. */
static void
check_guard_of_share(const struct sight *sight)
{
	const struct reader *place = place_of(sight);

	if (place != NULL && place->holder != NULL && !place->holder->guarded &&
	    taken_share(place->name))
		violate(CHECK_LOCKED, "it has a share in the card, and no guard is there");
}

/*
 * A PIN is about to be verified: were the program killed now, somebody would lock the card, and for
 * the sake of the signature key or the attributes whoever else is logged in.
 */
static void
check_guard(const struct sight *sight)
{
	const struct reader *place = place_of(sight);
	const struct jpki_connection *holder = place != NULL ? place->holder : NULL;

	if (holder == NULL)
		return;
	if (!holder->guarded)
		violate(CHECK_LOCKED, "a PIN is sent, and no guard is there");
	if ((watch.given[JPKI_SIGNATURE] || watch.given[JPKI_ATTRIBUTES]) && holder->share != NULL)
		violate(CHECK_LOCKED, "the guard would leave it open for others");
}

/*
 * Is it another person's card than the one that was read? A reader that came back tells nothing,
 * nor does a serial number that both have.
 */
static bool
is_other_person(const struct sight *sight)
{
	int expected = watch.expected, place = scene_place_of(sight->card);

	if (scene_odd || expected < 0 ||
	    scene_cards[expected].person == scene_cards[sight->card].person)
		return false;
	return !places[place].plugged_again || expected == 1 || sight->card == 1;
}

/* What the PIN of the call is for. */
static enum jpki_role
role_given(void)
{
	if (watch.given[JPKI_ATTRIBUTES])
		return JPKI_ATTRIBUTES;
	return watch.given[JPKI_SIGNATURE] ? JPKI_SIGNATURE : JPKI_AUTHENTICATION;
}

/* One more PIN is on its way to a card. */
static void
pin_leaves(const struct sight *sight)
{
	const struct scene_card *its = &scene_cards[sight->card];
	bool change = sight->ins == INS_CHANGE;
	const char *pin = change ? watch.new_pin : watch.pin;
	int role = sight->role;
	bool given = role >= 0 && (change ? watch.given_new : watch.given[role]);

	if (change)
		watch.changes++;
	else
		watch.verifies++;
	if (!change && role >= 0 && !its->deceived)
		watch_total_sent[role]++;
	watch.card = sight->card;
	watch.deceived = its->deceived;
	if (!its->deceived && !sight->in_own)
		violate(CHECK_APPLICATION, "a PIN is sent to the application %s",
		    vcard_application(its->vcard));
	if (is_other_person(sight))
		violate(
		    CHECK_APPLICATION, "%s sends a PIN to another person's card", watch.function);
	if (watch.verifies > 1 || watch.changes > 1)
		violate(CHECK_TWICE, "%s sends a second PIN", watch.function);
	if (!given && !watch.given[role_given()])
		violate(watch.asked ? CHECK_GIVEN : CHECK_TWICE,
		    "%s sends a PIN, and none that could be right was given", watch.function);
	if (!its->deceived && (!given || strlen(pin) != sight->length ||
				  memcmp(pin, sight->data, sight->length) != 0))
		violate(CHECK_GIVEN, "%s sends another PIN than was given", watch.function);
	check_guard(sight);
	if (!change && role >= 0 && !its->deceived &&
	    wrong_pins_holds(sight->card, (enum jpki_role)role, watch.pin))
		violate(CHECK_TWICE, "%s sends a PIN that the card has refused", watch.function);
	if (!change)
		wrong_pins_sent(sight->card, role_given(), watch.pin);
	if (role == JPKI_SIGNATURE || role == JPKI_ATTRIBUTES)
		watch.signature_open[sight->card] = true;
	checks_tries_before(sight->card, role, change, sight->tries, sight->in_own,
	    scene_now() - its->said[role < 0 ? 0 : role].at < SAID_RECENT_MS);
}

/* What the module learns of the PIN. */
static void
hear_verdict(const struct sight *sight, uint16_t sw, bool truthful)
{
	enum jpki_role role = role_given();
	bool change = sight->ins == INS_CHANGE;

	if (sw == 0x9000 && change == watch.given_new)
		wrong_pins_forget(sight->card, role);
	else if ((sw & 0xFFF0) == 0x63C0 && !change)
		wrong_pins_note(sight->card, role, watch.pin, sw & 0x0F, truthful);
}

static void
pin_answered(const struct sight *sight, struct vcard *card, uint16_t sw, bool faulty)
{
	struct scene_card *its = &scene_cards[sight->card];
	int role = sight->role;
	bool verified = role >= 0 && vcard_pin_verified(card, (enum vcard_pin)role);

	watch.deceived = watch.deceived || its->deceived;
	if (faulty || (sw != 0x9000 && !refusal(sw)))
		wrong_pins_unheard();
	hear_verdict(sight, sw, !faulty && sight->in_own && !its->deceived && !verified);
	if (sight->ins == INS_CHANGE) {
		if (role >= 0 && sight->in_own &&
		    vcard_pin_is(card, (enum vcard_pin)role, watch.new_pin) &&
		    strcmp(its->pins[role], watch.new_pin) != 0) {
			strcpy(its->old_pins[role], its->pins[role]);
			strcpy(its->pins[role], watch.new_pin);
		}
		return;
	}
	watch.said_right = sw == 0x9000;
	watch.said_wrong = refusal(sw);
	watch.lied = faulty;
	watch.right =
	    role >= 0 && sight->in_own && verified && strcmp(its->pins[role], watch.pin) == 0;
	if (role == JPKI_AUTHENTICATION && !verified)
		programs_forgotten(sight->card);
	if (role < 0 || !verified)
		return;
	its->ours[role] = true;
	its->reader = watch.reader;
	if (refusal(sw))
		its->lied[role] = true;
}

enum vcard_answer
__wrap_vcard_exchange(struct vcard *card, const uint8_t *command, size_t length, uint8_t *response,
    size_t *response_length)
{
	struct sight sight;
	enum vcard_answer answer;
	bool pin, faulty;
	uint16_t sw;

	if (scene_find(card) < 0 || watch_others || !vcard_powered(card))
		return __real_vcard_exchange(card, command, length, response, response_length);
	wrong_pins_settle();
	sight = look(card, command, length);
	model_exchange(watch.reader);
	check_guard_of_share(&sight);
	pin = sight.length > 0;
	if (sight.selects != NULL && strcmp(sight.selects, "jpki") != 0)
		watch.beside = true;
	if (pin)
		pin_leaves(&sight);
	answer = __real_vcard_exchange(card, command, length, response, response_length);
	sw = answer == VCARD_ANSWERED ? status_of(response, *response_length) : 0;
	faulty = vcard_faults_waiting(card) != sight.faults;
	if (faulty) {
		scene_trouble++;
		watch.disturbed = true;
	}
	if (faulty && sight.ins == INS_SIGN)
		scene_pss_doubted = true;
	if (faulty && sight.ins == INS_READ)
		scene_certificate_doubted = true;
	if (answer == VCARD_GONE)
		trouble_ejected(sight.card);
	scene_settle();
	if (sight.ins == INS_READ && watch.reader < READERS)
		last_read[watch.reader] = sight.card + 1;
	else if (sight.ins == INS_READ)
		memset(last_read, 0, sizeof(last_read)); /* whichever reader that is */
	follow_selection(&sight, card, sw, faulty);
	hear_tries(&sight, sw, faulty);
	if (pin)
		pin_answered(&sight, card, sw, faulty);
	return answer;
}

void
watch_answer_lost(void)
{
	for (int i = 0; i < CARDS; i++)
		for (int role = 0; role < JPKI_CREDENTIALS; role++)
			scene_cards[i].said[role].truthful = false;
	watch.said_wrong = false;
	wrong_pins_unheard();
}

/* The module cuts the power, unless others act. */
void
__wrap_vcard_power_off(struct vcard *card)
{
	int number = scene_find(card);

	__real_vcard_power_off(card);
	if (number < 0 || watch.function == NULL || watch_others)
		return;
	if (watch.waits && !watch.disturbed && model_signature_in_time(number))
		violate(CHECK_SIGNING, "the signature key is locked though it may be used");
	if (!watch.disturbed && !watch.signature_open[number] && programs_surely_logged_in(number))
		violate(CHECK_SHARED, "%s cuts the power, though another program is logged in",
		    watch.function);
	scene_settle();
	model_power_cut(number);
	programs_power_cut(number);
}
