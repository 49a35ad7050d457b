/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki status: readers, cards, certificates, tries. */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "columns.h"
#include "json.h"
#include "message.h"
#include "names.h"
#include "pulled.h"
#include "reminder.h"
#include "state.h"
#include "text.h"
#include "trouble.h"
#include "unlock.h"
#include "verdict.h"

/* Where values begin, in every language. */
#define COLUMN 26

/* A reader, what is in it, and its state. */
struct row {
	struct found found;
	int error; /* of asking the card */
	struct card_state state;
};

struct overview {
	int service;	  /* error of asking for readers */
	size_t readers;	  /* number of all readers */
	struct row *rows; /* the readers that --reader means */
	size_t count;
};

static void
row_free(struct row *row)
{
	if (holds_keys(row->found.holds) && row->error == JPKI_OK)
		state_free(&row->state);
}

static void
overview_free(struct overview *overview)
{
	for (size_t i = 0; i < overview->count; i++)
		row_free(&overview->rows[i]);
	free(overview->rows);
}

static void
add_reader(struct overview *overview, const struct words *words, size_t reader)
{
	struct row row = {.error = JPKI_OK};

	if (jpki_reader_name(reader, row.found.reader) != JPKI_OK ||
	    !found_is_meant(words, row.found.reader) ||
	    jpki_reader_card(reader, &row.found.holds, &row.found.card) != JPKI_OK ||
	    row.found.holds == JPKI_HOLDS_NO_READER)
		return;
	if (holds_keys(row.found.holds)) {
		row.error = state_read(&row.found, &row.state);
		if (row.error == JPKI_OK)
			reminder_note(&row.state);
	}
	overview->rows = list_grow(overview->rows, overview->count, sizeof(row));
	overview->rows[overview->count++] = row;
}

static void
overview_read(struct overview *overview, const struct words *words)
{
	*overview = (struct overview){0};
	overview->service = jpki_readers(&overview->readers);
	for (size_t i = 0; i < overview->readers; i++)
		add_reader(overview, words, i);
}

/* ---------------------------------------------------------------- for people */

static char *
certificate_text(enum jpki_role role, const struct key_state *key)
{
	char *day, *state, *text;

	if (!key->is_there)
		return text_format("%s", _("none"));
	if (key->certificate_error == JPKI_ERR_NOT_VERIFIED)
		return role == JPKI_SIGNATURE
			   ? text_format("%s", _("there; with --sign also until when it is valid"))
			   : text_format("%s", _("there; to be read only with its PIN"));
	if (key->certificate_error != JPKI_OK)
		return text_format("%s", _("there, but it cannot be read"));
	day = day_text(key->facts.last_day);
	state = facts_period_text(&key->facts);
	/* TRANSLATORS: the date, and as how it stands. */
	text = text_format(_("until %s (%s)"), day, state);
	text_free(&day);
	text_free(&state);
	return text;
}

static void
print_key(enum jpki_role role, const struct key_state *key)
{
	char *certificate = certificate_text(role, key), *tries;

	columns_row(0, COLUMN, name_of_key(role), certificate);
	text_free(&certificate);
	if (!key->is_there)
		return;
	tries = state_tries_text(key->tries_error, key->left, key->maximum);
	columns_row(2, COLUMN, role == JPKI_AUTHENTICATION ? _("PIN") : _("Password"), tries);
	text_free(&tries);
}

static void
print_reader(const struct row *row, enum jpki_holds holds)
{
	char *name = columns_clean(row->found.reader, strlen(row->found.reader));

	columns_row(0, COLUMN, _("Reader"), name);
	text_free(&name);
	columns_row(0, COLUMN, _("Card"), name_of_holds(holds));
}

static int
print_card(const struct row *row)
{
	struct verdict verdict = verdict_of_card(&row->state);

	columns_text(stdout, 0, verdict.line);
	if (verdict.advice != NULL)
		columns_text(stdout, 0, verdict.advice);
	putchar('\n');
	print_reader(row, row->found.holds);
	for (int role = 0; role < JPKI_ROLES; role++)
		print_key((enum jpki_role)role, &row->state.keys[role]);
	text_free(&verdict.line);
	return verdict.is_bad ? STATUS_FAILED : STATUS_DONE;
}

static const struct row *
first_without_keys(const struct overview *overview)
{
	for (size_t i = 0; i < overview->count; i++)
		if (overview->rows[i].found.holds != JPKI_HOLDS_NOTHING)
			return &overview->rows[i];
	return overview->count > 0 ? &overview->rows[0] : NULL;
}

/* Tell why there is no card that can be used. */
static int
tell_missing(const struct overview *overview, const struct words *words)
{
	const struct row *row = first_without_keys(overview);

	if (overview->service != JPKI_OK)
		return trouble_tell(overview->service);
	if (row != NULL && row->found.holds == JPKI_HOLDS_UNKNOWN)
		pulled_watch(0, row->found.reader);
	if (row != NULL)
		return trouble_tell_holds(row->found.holds);
	return found_tell_no_reader(words, overview->readers);
}

/* Tell why a card cannot be asked, and in which reader it is, or was. */
static int
print_trouble(const struct row *row)
{
	enum jpki_holds instead;
	int status;

	pulled_watch(row->found.card, row->found.reader);
	instead = pulled_instead(row->error);
	status = trouble_tell(row->error);
	putchar('\n');
	print_reader(row, instead == JPKI_HOLDS_CARD ? row->found.holds : instead);
	return status;
}

static int
print_row(const struct row *row)
{
	if (!holds_keys(row->found.holds)) {
		print_reader(row, row->found.holds);
		return STATUS_DONE;
	}
	if (row->error == JPKI_OK)
		return print_card(row);
	return print_trouble(row);
}

static bool
has_card(const struct overview *overview)
{
	for (size_t i = 0; i < overview->count; i++)
		if (holds_keys(overview->rows[i].found.holds))
			return true;
	return false;
}

static int
print_overview(const struct overview *overview, const struct words *words)
{
	int printed = 0, status = has_card(overview) ? STATUS_DONE : tell_missing(overview, words);

	for (int cards = 1; cards >= 0; cards--)
		for (size_t i = 0; i < overview->count; i++) {
			const struct row *row = &overview->rows[i];
			int one;

			if (holds_keys(row->found.holds) != (cards == 1))
				continue;
			if (printed++ > 0 || status == STATUS_NO_CARD)
				putchar('\n');
			one = print_row(row);
			if (status == STATUS_DONE)
				status = one;
		}
	return status;
}

/* ---------------------------------------------------------------- for programs */

static json_t *
certificate_json(const struct key_state *key)
{
	char *from, *until;
	json_t *object;

	if (key->certificate_error != JPKI_OK)
		return json_pack("{s:s}", "state",
		    key->certificate_error == JPKI_ERR_NOT_VERIFIED
			? "locked"
			: trouble_word(key->certificate_error));
	from = day_iso(day_at(key->facts.from));
	until = day_iso(key->facts.last_day);
	object = json_pack("{s:s, s:s, s:s, s:I}", "state", facts_period_word(key->facts.period),
	    "from", from, "until", until, "days_left", (json_int_t)key->facts.days_left);
	text_free(&from);
	text_free(&until);
	return object;
}

static json_t *
key_json(const struct key_state *key)
{
	json_t *pin;

	if (!key->is_there)
		return json_null();
	pin = key->tries_error == JPKI_OK
		  ? json_pack("{s:i, s:i}", "left", (int)key->left, "maximum", (int)key->maximum)
		  : json_null();
	return json_pack("{s:o, s:o}", "tries", pin, "certificate", certificate_json(key));
}

static json_t *
row_json(const struct row *row)
{
	char *name = columns_clean(row->found.reader, strlen(row->found.reader));
	json_t *object =
	    json_pack("{s:s, s:s}", "reader", name, "holds", word_of_holds(row->found.holds));

	text_free(&name);
	if (!holds_keys(row->found.holds))
		return object;
	if (row->error != JPKI_OK) {
		json_object_set_new(object, "error", json_string(trouble_word(row->error)));
		return object;
	}
	json_object_set_new(object, "model", json_string(row->state.model));
	json_object_set_new(object, "serial", json_string(row->state.serial));
	for (int role = 0; role < JPKI_ROLES; role++)
		json_object_set_new(
		    object, word_of_key((enum jpki_role)role), key_json(&row->state.keys[role]));
	return object;
}

static int
print_json(const struct overview *overview)
{
	json_t *rows = json_array();
	bool bad = false;

	for (size_t i = 0; i < overview->count; i++) {
		const struct row *row = &overview->rows[i];

		json_array_append_new(rows, row_json(row));
		if (holds_keys(row->found.holds) && row->error == JPKI_OK) {
			struct verdict verdict = verdict_of_card(&row->state);

			bad = bad || verdict.is_bad;
			text_free(&verdict.line);
		}
	}
	json_print(json_pack("{s:s, s:o}", "service",
	    overview->service == JPKI_OK ? "running" : trouble_word(overview->service), "readers",
	    rows));
	if (!has_card(overview))
		return STATUS_NO_CARD;
	return bad ? STATUS_FAILED : STATUS_DONE;
}

/* ---------------------------------------------------------------- the verb */

/* Log in with the signature password, so that its certificate can be read too. */
static int
log_in(const struct words *words)
{
	struct found found;
	struct unlock unlocking;
	int status = found_card(words, &found);

	if (status == STATUS_DONE && !(found.keys & JPKI_ROLE(JPKI_SIGNATURE)))
		return STATUS_DONE; /* the list shows that */
	if (status == STATUS_DONE)
		status = unlock_prepare(words, &found, JPKI_SIGNATURE, &unlocking);
	if (status == STATUS_DONE)
		status = unlock(&unlocking);
	return status;
}

static bool
fits(const struct words *words)
{
	static const enum option_id ways[] = {OPTION_REMIND, OPTION_SIGN, OPTION_NONE};
	static const enum option_id alone[] = {OPTION_REMIND, OPTION_NONE};

	if (!verb_one_of(words, ways))
		return false;
	if (verb_has(words, OPTION_REMIND))
		return verb_only(words, "--remind", alone);
	return verb_needs(words, OPTION_PIN_FD, OPTION_SIGN) &&
	       verb_needs(words, OPTION_LAST_TRY, OPTION_SIGN);
}

static int
run(const struct words *words)
{
	struct overview overview;
	int status;

	if (!fits(words))
		return STATUS_USAGE;
	if (verb_has(words, OPTION_REMIND))
		return reminder_run();
	status = verb_has(words, OPTION_SIGN) ? log_in(words) : found_start();

	if (status != STATUS_DONE)
		return status;
	overview_read(&overview, words);
	status =
	    verb_has(words, OPTION_JSON) ? print_json(&overview) : print_overview(&overview, words);
	overview_free(&overview);
	jpki_stop();
	return status;
}

static const enum option_id options[] = {
    OPTION_SIGN, OPTION_REMIND, UNLOCK_OPTIONS, OPTION_READER, OPTION_JSON, OPTION_NONE};

const struct verb verb_status = {
    .name = "status",
    .summary = N_("what is in the readers: certificates, until when, tries left"),
    .usage = N_("[OPTION]..."),
    .about = N_("Shows what is in each reader, which certificates a card has and until when they "
		"are valid, and how many wrong PINs may still be given. Needs no PIN."),
    .options = options,
    .run = run,
};
