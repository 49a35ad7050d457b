/* SPDX-License-Identifier: BSD-2-Clause */

/* Steps of all others: time, other programs, hands at the readers, faults. */

#include <stdio.h>
#include <string.h>

#include "../common/expire.h"
#include "checks.h"
#include "inprocess.h"
#include "model.h"
#include "programs.h"
#include "reader/settings.h"
#include "report.h"
#include "scene.h"
#include "sequence.h"
#include "steps.h"
#include "trouble.h"
#include "watch.h"
#include "simulated_pcsc.h"

/* Nobody changes a card in less, in ms. */
#define HANDS_MS 2100

static bool service_runs;

/* An event: at a place, with one more number. */
struct event {
	const char *name;
	bool program;	   /* waits for the end of a transaction, as programs do */
	bool only_between; /* calls of the application: else its tries could not be told apart */
	unsigned weight;
	void (*run)(int place, unsigned number);
};

static struct vcard *
card_at(int place)
{
	return places[place].card < 0 ? NULL : scene_cards[places[place].card].vcard;
}

static void
send_others(struct vcard *card, const uint8_t *command, size_t length)
{
	uint8_t response[VCARD_RESPONSE_MAX];
	size_t response_length;

	(void)vcard_exchange(card, command, length, response, &response_length);
}

static const uint8_t aids[][10] = {
    {0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x08},
    {0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x02},
    {0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x04, 0x01},
    {0xd3, 0x92, 0x10, 0, 0x31, 0, 0x01, 0x01, 0x01, 0x00},
    {0xd3, 0x92, 0xf0, 0, 0x26, 0x01, 0, 0, 0, 0x01},
};
#define AIDS (sizeof(aids) / sizeof(aids[0]))

static void
select_other(int place, unsigned number)
{
	struct vcard *card = card_at(place);

	if (card == NULL)
		return;
	if (scene_odd)
		scene_trouble++;
	(void)vcard_select_other(card, aids[number % AIDS], sizeof(aids[0]), NULL);
}

static void
send_pin(struct vcard *card, const uint8_t aid[10], uint8_t file, const char *pin)
{
	uint8_t select[15] = {0x00, 0xa4, 0x04, 0x0c, 10};
	uint8_t verify[5 + VCARD_PIN_MAX] = {0x00, 0x20, 0x00, (uint8_t)(0x80 | file)};
	const uint8_t file_select[] = {0x00, 0xa4, 0x02, 0x0c, 2, 0x00, file};

	if (strcmp(vcard_quirk_get(card, "application"), "present") != 0)
		return;
	memcpy(select + 5, aid, 10);
	verify[3] = 0x80;
	verify[4] = (uint8_t)strlen(pin);
	memcpy(verify + 5, pin, strlen(pin));
	send_others(card, select, sizeof(select)); /* 6F00 may be the answer to the first */
	send_others(card, select, sizeof(select));
	send_others(card, file_select, sizeof(file_select));
	send_others(card, verify, 5 + strlen(pin));
}

/* Another program asks for the same PIN, or for that of its own application. */
static void
verify_other(int place, unsigned number)
{
	struct vcard *card = card_at(place);
	enum jpki_role role = (enum jpki_role)(number / 2 % JPKI_ROLES);
	struct scene_card *its;

	if (card == NULL || vcard_faults_waiting(card) > 0)
		return;
	its = &scene_cards[places[place].card];
	if (scene_odd)
		scene_trouble++;
	vcard_power_on(card);
	if (number % 2 == 1) {
		send_pin(card, aids[0], 0x18, its->pins[JPKI_ATTRIBUTES]);
		its->theirs[JPKI_ATTRIBUTES] = vcard_pin_verified(card, VCARD_PIN_INPUT_AID);
		return;
	}
	if (vcard_pin_tries(card, (enum vcard_pin)role) == 0)
		return;
	send_pin(card, aids[4], role == JPKI_AUTHENTICATION ? 0x18 : 0x1b, its->pins[role]);
	its->theirs[role] = vcard_pin_verified(card, (enum vcard_pin)role);
}

/* Another program has a PIN changed. */
static void
change_other(int place, unsigned number)
{
	static const char *const pins[JPKI_ROLES][2] = {{"9753", "1234"}, {"WRONG9", "ABC123"}};
	struct vcard *card = card_at(place);
	unsigned role = number % JPKI_ROLES;
	const char *pin = pins[role][number / 2 % 2];
	uint8_t change[5 + VCARD_PIN_MAX] = {0x00, 0x24, 0x01, 0x80, (uint8_t)strlen(pin)};
	struct scene_card *its;

	scene_trouble++;
	verify_other(place, 2 * role);
	if (card == NULL || !vcard_pin_verified(card, (enum vcard_pin)role) ||
	    vcard_faults_waiting(card) > 0)
		return;
	memcpy(change + 5, pin, strlen(pin));
	send_others(card, change, 5 + strlen(pin));
	its = &scene_cards[places[place].card];
	if (!vcard_pin_is(card, (enum vcard_pin)role, pin) || strcmp(its->pins[role], pin) == 0)
		return;
	strcpy(its->old_pins[role], its->pins[role]);
	strcpy(its->pins[role], pin);
}

/* Wrong PINs elsewhere, or the town office. */
static void
set_tries(int place, unsigned number)
{
	struct vcard *card = card_at(place);
	enum vcard_pin pin = (enum vcard_pin)(number % JPKI_CREDENTIALS);
	unsigned tries = number / JPKI_CREDENTIALS % (vcard_pin_tries_max(pin) + 1);

	if (card == NULL)
		return;
	scene_trouble++;
	(void)vcard_pin_set_tries(card, pin, tries, NULL);
	scene_settle();
}

static void
warm_reset(int place, unsigned number)
{
	(void)number;
	report->statistics.resets++;
	scene_trouble++;
	model_card_reset(place);
	(void)inprocess_warm_reset(places[place].name);
}

static void
power_cut(int place, unsigned number)
{
	report->statistics.resets++;
	if (number % 4 == 3) {
		(void)inprocess_idle(places[place].name);
		return;
	}
	scene_trouble++;
	model_card_reset(place);
	(void)inprocess_power_cut(places[place].name);
}

static void
exclusive(int place, unsigned number)
{
	scene_trouble++;
	places[place].exclusive = number % 2 == 1;
	(void)inprocess_exclusive(places[place].name, places[place].exclusive);
}

static void
service(int place, unsigned number)
{
	(void)place;
	(void)number;
	scene_trouble++;
	if (service_runs)
		for (int i = 0; i < PLACES; i++)
			model_card_reset(i);
	service_runs = !service_runs;
	inprocess_service(service_runs);
	for (int i = 0; i < PLACES; i++)
		scene_card_out(places[i].card);
	programs_look();
}

/* The card goes out, or one comes in. */
static void
hand(int place, unsigned number)
{
	struct place *its = &places[place];
	int card = number % 4 == 3 ? (int)(number / 4 % CARDS) : 0;

	scene_trouble++;
	if (its->card >= 0) {
		model_card_gone(place);
		scene_card_out(its->card);
		its->card = -1;
		(void)inprocess_eject(its->name);
		return;
	}
	for (int i = 0; i < PLACES; i++)
		if (places[i].card == card)
			return;
	scene_pass(HANDS_MS);
	if (inprocess_insert(its->name, scene_cards[card].vcard) == 0)
		its->card = card;
}

/* Out and in again, another one perhaps. */
static void
swap(int place, unsigned number)
{
	if (places[place].card < 0)
		return;
	hand(place, number);
	hand(place, number);
}

static void
plug(int place, unsigned number)
{
	struct place *its = &places[place];

	scene_trouble++;
	its->plugged_again = true;
	if (!its->attached) {
		its->attached = inprocess_add_reader(its->name) == 0;
		model_card_unseen(place); /* its count of insertions begins anew */
		if (number % 2 == 0)
			hand(place, number / 2);
		return;
	}
	model_card_reset(place);
	scene_card_out(its->card);
	its->card = -1;
	its->attached = false;
	(void)inprocess_remove_reader(its->name);
	if (number % 4 == 3)
		plug(place, number / 2);
}

/* The reader goes and comes with another card, and nothing tells. */
static void
exchange_reader(int place, unsigned number)
{
	struct place *its = &places[place];

	if (!its->attached || its->card < 0)
		return;
	plug(place, 0);
	plug(place, 1);
	hand(place, 4 * number + 3);
	model_card_unseen(place);
}

static void
rename_reader(int place, unsigned number)
{
	struct place *its = &places[place];
	char name[sizeof(its->name)];

	if (programs_at(place)) /* whose file of locks would be another one */
		return;
	scene_trouble++;
	snprintf(name, sizeof(name), "Reader %c%s", 'A' + place, number % 2 == 1 ? " 2" : "");
	(void)inprocess_power_cut(its->name); /* it was unplugged on the way */
	model_card_reset(place);
	if (inprocess_rename_reader(its->name, name) != 0)
		return;
	strcpy(its->name, name);
	its->renamed = its->plugged_again = true;
	scene_card_out(its->card);
}

static struct event events[] = {
    {"another program selects an application", true, false, 8, select_other},
    {"another program has a PIN verified", true, false, 4, verify_other},
    {"tries are spent or given back elsewhere", true, true, 3, set_tries},
    {"another program has a PIN changed", true, true, 2, change_other},
    {"a program of the user goes on", true, false, 8, programs_act},
    {"a program of the user signs a document", true, false, 2, programs_sign_alone},
    {"a program of the user is given a wrong PIN", true, true, 1, programs_refused},
    {"another program resets the card", true, false, 6, warm_reset},
    {"another program cuts the power", true, false, 4, power_cut},
    {"another program holds the card, or lets go", true, false, 1, exclusive},
    {"the service stops or starts", false, false, 2, service},
    {"a hand takes the card, or puts one in", false, false, 4, hand},
    {"a hand puts a card in place of another", false, false, 3, swap},
    {"a reader is unplugged or plugged in", false, false, 2, plug},
    {"a reader comes back with another card", false, false, 0, exchange_reader},
    {"a reader gets another name", false, false, 1, rename_reader},
};
#define EVENTS (sizeof(events) / sizeof(events[0]))

void
others_exchange_readers(bool may)
{
	for (size_t i = 0; i < EVENTS; i++)
		if (events[i].run == exchange_reader)
			events[i].weight = may ? 3 : 0;
}

static const struct event *
choose(unsigned number, bool during)
{
	unsigned total = 0;
	size_t i;

	for (i = 0; i < EVENTS; i++)
		total += during && events[i].only_between ? 0 : events[i].weight;
	number %= total;
	for (i = 0; i < EVENTS; i++) {
		unsigned weight = during && events[i].only_between ? 0 : events[i].weight;

		if (number < weight)
			break;
		number -= weight;
	}
	return &events[i];
}

static int
place_of(unsigned number)
{
	return places[1].name[0] != '\0' && number % 4 == 3 ? 1 : 0;
}

/* What others do is none of what waits for a call of the module. */
static void
happen(const struct event *event, int place, unsigned number)
{
	struct plan plans[INPROCESS_CALLS];

	tell("%s (reader %c, %u)", event->name, 'A' + place, number);
	report->statistics.events++;
	memcpy(plans, pcsc.plans, sizeof(plans));
	memset(pcsc.plans, 0, sizeof(pcsc.plans));
	watch_others = true;
	event->run(place, number);
	programs_look();
	scene_settle();
	watch_others = false;
	memcpy(pcsc.plans, plans, sizeof(plans));
}

void
others_end(void)
{
	watch_others = true;
	programs_end();
	watch_others = false;
}

/* The thread comes whose moment it is. */
static void
the_thread_comes(void)
{
	watch_begin("the thread that waits", NO_READER);
	watch.waits = true;
	(void)expire();
	checks_expired();
	watch_end(CKR_OK);
}

/* Others get the card when a transaction of ours that lasts for a moment more is over. */
static void
the_moment_passes(void)
{
	if (scene_linger_ms() == 0)
		return;
	scene_pass(scene_linger_ms());
	the_thread_comes();
}

void
step_program(const uint16_t *a)
{
	static const struct event event = {
	    "a program of the user goes on", true, false, 0, programs_act};

	the_moment_passes();
	happen(&event, place_of(a[1]), a[0]);
}

void
step_time(const uint16_t *a)
{
	static const uint64_t times[] = {
	    1, 500, 1999, 2000, 2001, 5000, 7999, 9999, 10000, 10001, 60000, 599999, 600000};
	uint64_t ms = times[a[0] % (sizeof(times) / sizeof(times[0]))];

	tell("%lu ms pass", (unsigned long)ms);
	scene_pass(ms);
	the_thread_comes();
}

void
step_event(const uint16_t *a)
{
	the_moment_passes();
	happen(choose(a[0], false), place_of(a[2]), a[1]);
}

/* ------------------------------------------------------- what waits for a call of the module */

static struct waiting {
	bool waits;
	const struct event *event; /* NULL: an error alone */
	int place;
	unsigned number;
	enum inprocess_call call;
} waiting[INPROCESS_CALLS];

bool
trouble_in_transaction(int place)
{
	for (size_t i = 0; i < INPROCESS_READERS; i++)
		if (pcsc.readers[i].attached &&
		    strcmp(pcsc.readers[i].name, places[place].name) == 0)
			return pcsc.readers[i].holder != NULL;
	return false;
}

static void
it_is_time(void *context)
{
	struct waiting *its = context;

	its->waits = false;
	scene_trouble++;
	if (its->event == NULL) {
		watch.disturbed = true;
		if (its->call == INPROCESS_ANSWER)
			watch_answer_lost();
		tell("  an error at a call of kind %d", its->call);
		for (size_t i = 0; i < CARDS && its->call == INPROCESS_CLOSE; i++)
			scene_cards[i].not_cut = true;
		if (its->call == INPROCESS_CLOSE)
			model_cut_failed();
		return;
	}
	if (its->event->program && trouble_in_transaction(its->place))
		return;
	happen(its->event, its->place, its->number);
}

bool
trouble_waits(void)
{
	for (size_t i = 0; i < INPROCESS_CALLS; i++)
		if (waiting[i].waits)
			return true;
	for (size_t i = 0; i < PLACES; i++)
		if (places[i].exclusive)
			return true;
	for (size_t i = 0; i < CARDS; i++)
		if (vcard_faults_waiting(scene_cards[i].vcard) > 0)
			return true;
	return false;
}

void
trouble_clear(void)
{
	for (enum inprocess_call call = 0; call < INPROCESS_CALLS; call++)
		inprocess_plan(call, 0, JPKI_OK, NULL, NULL);
	memset(waiting, 0, sizeof(waiting));
	for (size_t i = 0; i < CARDS; i++)
		vcard_faults_clear(scene_cards[i].vcard);
	service_runs = true;
}

static void
plan(
    enum inprocess_call call, unsigned nth, int error, const struct event *event, const uint16_t *a)
{
	scene_trouble++;
	waiting[call] = (struct waiting){true, event, place_of(a[3] / 64), a[2], call};
	inprocess_plan(call, nth, error, it_is_time, &waiting[call]);
}

void
step_event_during(const uint16_t *a)
{
	enum inprocess_call call = a[0] % INPROCESS_CALLS;
	const struct event *event = choose(a[1], true);
	unsigned nth = 1 + a[3] % (call == INPROCESS_TRANSMIT || call == INPROCESS_ANSWER ? 12 : 3);

	tell("at call %u of kind %d: %s (%u)", nth, call, event->name, a[2]);
	plan(call, nth, JPKI_OK, event, a);
}

void
step_error_during(const uint16_t *a)
{
	static const int errors[] = {JPKI_ERR_NO_SERVICE, JPKI_ERR_NO_READER, JPKI_ERR_NO_CARD,
	    JPKI_ERR_RESET, JPKI_ERR_BUSY, JPKI_ERR_TIMEOUT, JPKI_ERR_IO, JPKI_ERR_DATA,
	    JPKI_ERR_MEMORY};
	enum inprocess_call call = a[0] % INPROCESS_CALLS;
	int error = call == INPROCESS_START ? JPKI_ERR_MEMORY : errors[a[1] % 9];
	unsigned nth = 1 + a[3] % (call == INPROCESS_TRANSMIT || call == INPROCESS_ANSWER ? 12 : 3);

	tell("at call %u of kind %d: error %d", nth, call, error);
	report->statistics.faults++;
	plan(call, nth, error, NULL, a);
}

void
step_fault(const uint16_t *a)
{
	static const uint16_t words[] = {0x9000, 0x63C0, 0x63C1, 0x63C2, 0x63C3, 0x63CF, 0x6983,
	    0x6984, 0x6982, 0x6985, 0x6A82, 0x6A86, 0x6F00, 0x6100, 0x6110, 0x6C00, 0x6C10, 0x6700,
	    0x6D00, 0x6281};
	int place = place_of(a[3] / 64), card = places[place].card;
	uint16_t sw = words[a[1] % (sizeof(words) / sizeof(words[0]))];
	enum vcard_fault fault = a[0] % 4 < 2 ? a[0] % 2 : a[0] / 4 % VCARD_FAULTS;

	if (card < 0)
		return;
	tell("at exchange %u: fault %d, %04X", 1 + a[2] % 10, fault, sw);
	report->statistics.faults++;
	scene_trouble++;
	(void)vcard_fault_add(scene_cards[card].vcard, fault, 1 + a[2] % 10, sw, NULL);
}

void
trouble_ejected(int card)
{
	for (int i = 0; i < PLACES; i++) {
		if (places[i].card != card)
			continue;
		scene_card_out(card);
		places[i].card = -1;
		model_card_gone(i);
	}
}

void
step_calm_down(const uint16_t *a)
{
	bool runs = service_runs;

	(void)a;
	tell("nothing that waits happens");
	trouble_clear();
	service_runs = runs;
}

/* All that is needed for a call to do something. */
void
step_put_right(const uint16_t *a)
{
	struct vcard *card;

	tell("all is put right");
	if (!service_runs)
		service(0, 0);
	if (!places[0].attached)
		plug(0, 0);
	if (places[0].exclusive)
		exclusive(0, 0);
	if (places[0].card < 0)
		hand(0, a[0]);
	card = card_at(0);
	for (unsigned pin = 0; card != NULL && pin < JPKI_CREDENTIALS; pin++)
		if (vcard_pin_tries(card, (enum vcard_pin)pin) < 2)
			set_tries(
			    0, pin + JPKI_CREDENTIALS * vcard_pin_tries_max((enum vcard_pin)pin));
	if (!model_running())
		step_initialize((const uint16_t[STEP_ARGUMENTS]){0});
}

/*
 * Quirks after which a right PIN does not mean a signature; the others make no difference to
 * an application.
 */
static const char *const odd[] = {"select-clears", "signature-certificate",
    "authentication-certificate", "label", "sign-forms", "signature", "pss-salt", "application",
    "preselected"};

void
step_quirk(const uint16_t *a)
{
	struct vcard *card = scene_cards[a[0] % 4 < CARDS ? a[0] % 4 : 0].vcard;
	const struct vcard_quirk *quirk;
	size_t count = 0, values = 0;

	while (vcard_quirk(count) != NULL)
		count++;
	if (count == 0)
		return;
	quirk = vcard_quirk(a[1] % count);
	while (quirk->values[values] != NULL)
		values++;
	if (values == 0)
		return;
	tell("card %d: %s is %s", scene_find(card), quirk->name, quirk->values[a[2] % values]);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (strcmp(odd[i], quirk->name) == 0)
			scene_odd = true;
	(void)vcard_quirk_set(card, quirk->name, quirk->values[a[2] % values], NULL);
}

/* The module is started with another window: before anybody is there. */
void
step_window(const uint16_t *a)
{
	static const uint64_t windows[] = {0, 2000, 60000};

	if (model_open_session(0) != NULL)
		return;
	scene_window_ms = windows[a[0] % (sizeof(windows) / sizeof(windows[0]))];
	settings_now.signature_window_ms = scene_window_ms;
	tell("a window of %lu ms", (unsigned long)scene_window_ms);
}

void
step_linger(const uint16_t *a)
{
	(void)a;
	scene_set_linger(80);
	tell("transactions last for a moment more");
}

void
step_second_reader(const uint16_t *a)
{
	if (places[1].name[0] != '\0')
		return;
	tell("a second reader");
	snprintf(places[1].name, sizeof(places[1].name), "Reader B");
	plug(1, a[0] % 2);
	places[1].plugged_again = false;
	if (places[1].card < 0)
		hand(1, 3 + 4 * (1 + a[1] % 2));
}
