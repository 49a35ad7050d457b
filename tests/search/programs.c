/* SPDX-License-Identifier: BSD-2-Clause */
#include "programs.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <jpki/transport.h>

#include "base/mark.h"
#include "checks.h"
#include "model.h"
#include "reader/share.h"
#include "report.h"
#include "scene.h"
#include "trouble.h"

#define PROGRAMS 3
#define SW_OK 0x9000

struct program {
	bool runs;	/* it holds a share */
	bool killed;	/* its guard has not come yet */
	bool alone;	/* ... and is to heed nobody */
	bool lost;	/* the card was locked by others who may, and it has not seen that */
	bool forgotten; /* ... or may have forgotten the PIN, as a wrong one was given */
	bool open;	/* the card has verified its PIN */
	int place, card;
	unsigned insertion;
	uint64_t trouble; /* scene_trouble when it logged in */
	struct jpki_service *service;
	struct jpki_connection *connection;
	struct share share;
};
static struct program programs[PROGRAMS];

void
programs_reset(void)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		programs[i] = (struct program){.share = SHARE_NONE};
}

/* Is its card still where it was? */
static bool
has_card(const struct program *program)
{
	return places[program->place].card == program->card &&
	       scene_cards[program->card].insertion == program->insertion;
}

static void
forget(struct program *program)
{
	(void)jpki_transport.close(&program->connection, false, -1);
	jpki_transport.stop(&program->service);
	share_abandon(&program->share);
	*program = (struct program){.share = SHARE_NONE};
}

/* ------------------------------------------------------------------------------ the card */

static uint16_t
transmit(struct program *program, const uint8_t *command, size_t length)
{
	uint8_t response[JPKI_RESPONSE_MAX];
	size_t size = sizeof(response);

	if (jpki_transport.transmit(program->connection, command, length, response, &size) !=
		JPKI_OK ||
	    size < 2)
		return 0;
	return (uint16_t)(response[size - 2] << 8 | response[size - 1]);
}

/* The application, and a file in it; 6F00 may be the answer to the first command. */
static void
select_file(struct program *program, uint8_t ef)
{
	static const uint8_t application[] = {
	    0x00, 0xa4, 0x04, 0x0c, 10, 0xd3, 0x92, 0xf0, 0, 0x26, 0x01, 0, 0, 0, 0x01};
	const uint8_t file[] = {0x00, 0xa4, 0x02, 0x0c, 2, 0x00, ef};

	if (transmit(program, application, sizeof(application)) != SW_OK)
		(void)transmit(program, application, sizeof(application));
	(void)transmit(program, file, sizeof(file));
}

static bool
verify(struct program *program, enum jpki_role role, const char *pin)
{
	uint8_t command[5 + VCARD_PIN_MAX] = {0x00, 0x20, 0x00, 0x80, (uint8_t)strlen(pin)};

	memcpy(command + 5, pin, strlen(pin));
	select_file(program, role == JPKI_AUTHENTICATION ? 0x18 : 0x1b);
	return transmit(program, command, 5 + strlen(pin)) == SW_OK;
}

/* The answer may be left to be fetched (61xx), or be wanted with another length (6Cxx). */
static bool
sign(struct program *program, enum jpki_role role)
{
	static const uint8_t command[] = {0x80, 0x2a, 0x00, 0x80, 4, 'd', 'a', 't', 'a', 0x00};

	uint16_t sw;

	select_file(program, role == JPKI_AUTHENTICATION ? 0x17 : 0x1a);
	sw = transmit(program, command, sizeof(command));
	return sw == SW_OK || sw >> 8 == 0x61 || sw >> 8 == 0x6C;
}

/* ------------------------------------------------------------------------------ locking */

/* Whoever is logged in with that card and keeps to the rules stays so, but for a signature. */
static void
check_others(const struct program *program)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if (&programs[i] != program && programs[i].runs &&
		    programs[i].card == program->card)
			programs[i].lost = true;
	if (!program->alone && model_surely_logged_in(program->card))
		violate(CHECK_SHARED, "another program cuts the power, though we are logged in");
	if (program->alone)
		scene_trouble++;
	model_card_reset(program->place);
}

/* As lock.c does: with what keeps others from logging in meanwhile. */
static void
cut_power(struct program *program, int rest)
{
	if (has_card(program))
		check_others(program);
	(void)jpki_transport.close(&program->connection, true, rest);
}

/* It ends, is refused, or sees that it has been logged out. */
static void
leave(struct program *program)
{
	bool was_open, others;
	int rest;

	others = share_leave(&program->share, SHARE_ALL, &rest, &was_open);
	if (program->alone || (!others && (program->open || was_open)))
		cut_power(program, rest);
	else if (rest >= 0)
		(void)close(rest);
	forget(program);
}

static void
kill_it(struct program *program)
{
	struct share share = program->share;

	tell("  it is killed");
	report->statistics.kills++;
	(void)jpki_transport.close(&program->connection, false, -1);
	jpki_transport.stop(&program->service);
	share_abandon(&program->share);
	memcpy(program->share.path, share.path, sizeof(share.path));
	program->runs = false;
	program->killed = true;
}

/* May the card be locked? *file keeps others out then. */
static bool
take_share(const struct program *program, int *file)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	*file = program->alone ? -1 : open(program->share.path, O_RDWR | O_CLOEXEC);
	if (*file < 0 || fcntl(*file, F_OFD_SETLK, &whole) == 0)
		return true;
	(void)close(*file);
	*file = -1;
	return false;
}

/* As jpki-guard does. A card that others have for themselves is tried again. */
static void
guard_comes(struct program *program)
{
	int file, rv;

	tell("  the guard of one that was killed comes");
	if (!has_card(program) || !take_share(program, &file)) {
		forget(program);
		return;
	}
	(void)jpki_transport.start(&program->service);
	rv = jpki_transport.open(
	    program->service, places[program->place].name, 0, &program->connection);
	if (rv == JPKI_OK)
		rv = jpki_transport.begin(program->connection, 0);
	if (rv == JPKI_OK) {
		check_others(program);
		rv = jpki_transport.close(&program->connection, true, -1);
	}
	if (rv == JPKI_OK && file >= 0)
		mark_set(file, false);
	if (file >= 0)
		(void)close(file);
	if (rv != JPKI_ERR_BUSY)
		forget(program);
	jpki_transport.stop(&program->service);
}

/* ------------------------------------------------------------------------------ logging in */

/* While the module is locking the card one would wait: it comes another time. */
static bool
join(struct program *program, enum jpki_role role)
{
	struct jpki_reader_state state = {0};

	strcpy(state.name, places[program->place].name);
	return jpki_transport.start(&program->service) == JPKI_OK &&
	       jpki_transport.poll(program->service, &state, 1) == JPKI_OK && state.present &&
	       share_join(&program->share, state.insertion, role) == SHARE_JOINED;
}

static bool
begin(struct program *program)
{
	return jpki_transport.begin(program->connection, 0) == JPKI_OK;
}

/* As login.c does; false: it was refused, or could not be. */
static bool
log_in(struct program *program, int place, enum jpki_role role, const char *pin)
{
	struct scene_card *card = &scene_cards[places[place].card];

	*program = (struct program){.share = SHARE_NONE,
	    .place = place,
	    .card = places[place].card,
	    .insertion = card->insertion};
	if (!join(program, role))
		return false;
	if (jpki_transport.open(program->service, places[place].name, 0, &program->connection) !=
		JPKI_OK ||
	    !begin(program))
		return false;
	program->alone = role == JPKI_SIGNATURE;
	jpki_transport.guard(program->connection, program->alone ? NULL : program->share.path, 0);
	program->open = verify(program, role, pin);
	program->alone = program->alone && program->open;
	card->ours[role] = vcard_pin_verified(card->vcard, (enum vcard_pin)role);
	if (program->open)
		share_open(&program->share);
	(void)jpki_transport.end(program->connection);
	program->trouble = scene_trouble;
	program->runs = program->open;
	return program->open;
}

/*
 * The card there, if a program can work with it and no fault would hit that. A reader that came
 * back, and that the module has not seen go, has the file of locks of before: it would lock the
 * card, by a connection that is none any more. One that got another name, connected or not, has
 * another file.
 */
static struct scene_card *
usable(int place, enum jpki_role role)
{
	struct scene_card *card = places[place].card < 0 ? NULL : &scene_cards[places[place].card];

	if (card == NULL || vcard_faults_waiting(card->vcard) > 0 ||
	    vcard_pin_tries(card->vcard, (enum vcard_pin)role) == 0 || places[place].renamed ||
	    (places[place].plugged_again && model_reset_unseen(places[place].card)) ||
	    strcmp(vcard_quirk_get(card->vcard, "application"), "present") != 0)
		return NULL;
	if (scene_odd)
		scene_trouble++;
	return card;
}

static void
log_in_somewhere(struct program *program, int place)
{
	const struct scene_card *card = usable(place, JPKI_AUTHENTICATION);

	if (card == NULL)
		return;
	if (log_in(program, place, JPKI_AUTHENTICATION, card->pins[JPKI_AUTHENTICATION])) {
		tell("  it logs in");
		report->statistics.others_logins++;
	} else {
		leave(program);
	}
}

static bool
surely_logged_in(const struct program *program)
{
	return program->runs && has_card(program) && !program->lost &&
	       program->trouble == scene_trouble && !scene_odd && !trouble_waits();
}

static void
sign_once(struct program *program)
{
	bool sure = surely_logged_in(program) && !program->forgotten;
	bool signs = false;

	if (usable(program->place, JPKI_AUTHENTICATION) == NULL)
		return;
	if (begin(program)) {
		signs = sign(program, JPKI_AUTHENTICATION);
		(void)jpki_transport.end(program->connection);
	}
	tell("  it %s", signs ? "signs" : "is logged out");
	report->statistics.others_signatures += signs;
	if (signs)
		return;
	if (sure)
		violate(CHECK_SHARED, "another program has been logged out");
	leave(program);
}

/* ------------------------------------------------------------------------------ events */

void
programs_act(int place, unsigned number)
{
	struct program *program = &programs[number % PROGRAMS];
	unsigned what = number / PROGRAMS % 8;

	if ((program->runs || program->killed) && trouble_in_transaction(program->place))
		return;
	tell("  program %zu", (size_t)(program - programs) + 1);
	if (program->killed) {
		guard_comes(program);
	} else if (!program->runs) {
		log_in_somewhere(program, place);
	} else if (what < 3) {
		sign_once(program);
	} else if (what < 6) {
		tell("  it ends");
		leave(program);
	} else {
		kill_it(program);
		if (what == 6)
			guard_comes(program);
	}
	checks_after_others();
}

static struct program *
idle(void)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if (!programs[i].runs && !programs[i].killed)
			return &programs[i];
	return NULL;
}

void
programs_sign_alone(int place, unsigned number)
{
	struct program *program = idle();
	const struct scene_card *card = usable(place, JPKI_SIGNATURE);

	if (program == NULL || card == NULL)
		return;
	scene_trouble++;
	if (log_in(program, place, JPKI_SIGNATURE, card->pins[JPKI_SIGNATURE]) && number % 4 == 3) {
		kill_it(program);
		return;
	}
	if (program->runs && begin(program)) {
		report->statistics.others_signatures += sign(program, JPKI_SIGNATURE);
		(void)jpki_transport.end(program->connection);
	}
	leave(program);
	checks_after_others();
}

void
programs_refused(int place, unsigned number)
{
	static const char *const wrong[JPKI_ROLES] = {"8642", "NEVER1"};
	enum jpki_role role = (enum jpki_role)(number % JPKI_ROLES);
	struct program *program = idle();

	if (program == NULL || usable(place, role) == NULL)
		return;
	scene_trouble++; /* a card may forget an earlier success */
	(void)log_in(program, place, role, wrong[role]);
	leave(program);
	checks_after_others();
}

void
programs_look(void)
{
	for (size_t i = 0; i < PROGRAMS; i++) {
		if (has_card(&programs[i]))
			continue;
		if (programs[i].runs)
			leave(&programs[i]);
		else if (programs[i].killed)
			forget(&programs[i]);
	}
}

void
programs_end(void)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if (programs[i].runs)
			leave(&programs[i]);
	for (size_t i = 0; i < PROGRAMS; i++)
		if (programs[i].killed)
			guard_comes(&programs[i]);
	scene_settle();
	checks_after_others();
	for (size_t i = 0; i < PROGRAMS; i++)
		forget(&programs[i]);
}

void
programs_power_cut(int card)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if (programs[i].runs && programs[i].card == card)
			programs[i].lost = true;
}

bool
programs_at(int place)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if ((programs[i].runs || programs[i].killed) && programs[i].place == place)
			return true;
	return false;
}

bool
programs_hold(int card)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if ((programs[i].runs || programs[i].killed) && programs[i].card == card &&
		    has_card(&programs[i]))
			return true;
	return false;
}

void
programs_forgotten(int card)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if (programs[i].card == card)
			programs[i].forgotten = true;
}

bool
programs_surely_logged_in(int card)
{
	for (size_t i = 0; i < PROGRAMS; i++)
		if (programs[i].card == card && surely_logged_in(&programs[i]))
			return true;
	return false;
}
