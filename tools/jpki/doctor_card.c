/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki doctor --card. The results are for the developers, so they are in English; what is said to
 * the person goes to standard error, in the person's language. */
#include <stdio.h>
#include <string.h>

#include <jpki/examine.h>

#include "columns.h"
#include "doctor_card.h"
#include "doctor_report.h"
#include "found.h"
#include "json.h"
#include "message.h"
#include "names.h"
#include "pulled.h"
#include "text.h"
#include "trouble.h"
#include "unlock.h"

/* The beginnings of the columns, after that of the mark. */
#define FACT_COLUMN 2
#define EXPECTED_COLUMN 34
#define SEEN_COLUMN 57

static const struct {
	const char *word, *mark;
} outcomes[] = {
    [JPKI_AGREES] = {"agrees", " "},
    [JPKI_DIFFERS] = {"differs", "!"},
    [JPKI_NOT_ASKED] = {"not-asked", "-"},
};

/* An examination of a card, and its results. */
struct visit {
	struct found found;
	enum jpki_role role;
	struct unlock unlock;
	struct jpki_secret *pin; /* NULL: none was given */
	enum jpki_try spent;
	json_t *facts;
	int counts[JPKI_NOT_ASKED + 1];
};

/* ---------------------------------------------------------------- beforehand */

static void
tell_what_is_done(void)
{
	columns_text(stderr, 0,
	    _("Little is published about these cards: what jpki takes them to do was seen on a "
	      "few. This asks yours. It reads what can be read without a PIN, asks how "
	      "many tries are left, cuts the card's power and resets it; programs that are logged "
	      "in with it are logged out. With the right PIN, which is sent once, it makes some "
	      "signatures of a text that is of no use to anybody, checks them, and forgets them. "
	      "Nothing on the card is changed. What is printed has no name, no number of a card, "
	      "no "
	      "certificate and no PIN in it: please send it to the makers of jpki."));
}

/* Sets *wanted: should a PIN be asked for? Without one the rest is examined all the same. */
static int
wants_pin(const struct words *words, const struct visit *visit, bool *wanted)
{
	unsigned left = 0, maximum = 0;
	int rv;

	*wanted = false;
	if (verb_has(words, OPTION_NO_PIN))
		return STATUS_DONE;
	if ((visit->found.keys & JPKI_ROLE(visit->role)) == 0) {
		columns_text(stderr, 0,
		    _("The card has no such certificate: what needs its PIN is not asked."));
		return STATUS_DONE;
	}
	rv = jpki_tries(visit->found.card, visit->role, &left, &maximum);
	if (rv != JPKI_OK)
		return trouble_tell(rv);
	*wanted = left > 0;
	if (left == 0)
		columns_text(stderr, 0, _("The PIN is blocked: what needs it is not asked."));
	return STATUS_DONE;
}

static int
ask_pin(const struct words *words, struct visit *visit)
{
	bool wanted;
	int status = wants_pin(words, visit, &wanted);

	if (status != STATUS_DONE || !wanted)
		return status;
	status = unlock_prepare(words, &visit->found, visit->role, &visit->unlock);
	return status == STATUS_DONE ? unlock_ask(&visit->unlock, &visit->pin) : status;
}

/* ---------------------------------------------------------------- what is seen */

static void
note(void *context, const struct jpki_observation *one)
{
	struct visit *visit = context;
	char *seen = columns_clean(one->seen, strlen(one->seen));

	visit->counts[one->outcome]++;
	json_array_append_new(visit->facts,
	    json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", one->id, "fact", one->fact, "expected",
		one->expected, "seen", seen, "outcome", outcomes[one->outcome].word));
	text_free(&seen);
}

static const char *
text_of(const json_t *fact, const char *name)
{
	return json_string_value(json_object_get(fact, name));
}

static const char *
mark_of(const char *outcome)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (strcmp(outcomes[i].word, outcome) == 0)
			return outcomes[i].mark;
	return "?";
}

/* ---------------------------------------------------------------- a card that is pulled */

static bool
is_outcome(const json_t *fact, enum jpki_outcome outcome)
{
	return strcmp(text_of(fact, "outcome"), outcomes[outcome].word) == 0;
}

/* Could this result come from a card that was being taken out? Extended length has no right
 * answer, so it counts too. */
static bool
is_doubtful(const json_t *fact)
{
	return !is_outcome(fact, JPKI_AGREES) || strcmp(text_of(fact, "id"), "read-extended") == 0;
}

/* The last fact that was asked, or NULL. */
static const json_t *
last_asked(const struct visit *visit)
{
	for (size_t i = json_array_size(visit->facts); i > 0; i--) {
		const json_t *fact = json_array_get(visit->facts, i - 1);

		if (!is_outcome(fact, JPKI_NOT_ASKED))
			return fact;
	}
	return NULL;
}

static void
unsee(struct visit *visit, json_t *fact)
{
	if (is_outcome(fact, JPKI_NOT_ASKED))
		return;
	visit->counts[is_outcome(fact, JPKI_AGREES) ? JPKI_AGREES : JPKI_DIFFERS]--;
	visit->counts[JPKI_NOT_ASKED]++;
	json_object_set_new(fact, "seen", json_string(""));
	json_object_set_new(fact, "outcome", json_string(outcomes[JPKI_NOT_ASKED].word));
}

/* The error; or JPKI_ERR_NO_CARD if the card has been taken out, which may also have gone
 * unnoticed if only the last answer was wrong. Then the last results, which may come from that,
 * are dropped. */
static int
judge_end(struct visit *visit, int error)
{
	const json_t *last = last_asked(visit);
	int gone;

	if (error == JPKI_OK && (last == NULL || !is_doubtful(last)))
		return JPKI_OK;
	gone = trouble_of_holds(pulled_instead(error == JPKI_OK ? JPKI_ERR_IO : error));
	if (gone == JPKI_OK)
		return error;
	for (size_t i = json_array_size(visit->facts); i > 0; i--) {
		json_t *fact = json_array_get(visit->facts, i - 1);

		if (!is_doubtful(fact))
			break;
		unsee(visit, fact);
	}
	return gone;
}

/* ---------------------------------------------------------------- what is printed */

static void
print_row(const char *mark, const char *fact, const char *expected, const char *seen)
{
	char *label = text_format(
	    "%-*s%-*s %s", FACT_COLUMN, mark, EXPECTED_COLUMN - FACT_COLUMN - 1, fact, expected);

	columns_row(0, SEEN_COLUMN, label, seen);
	text_free(&label);
}

static void
print_fact(const json_t *fact)
{
	const char *outcome = text_of(fact, "outcome"), *seen = text_of(fact, "seen");

	print_row(mark_of(outcome), text_of(fact, "fact"), text_of(fact, "expected"),
	    seen[0] != '\0' ? seen : "not asked");
}

/* The reader's name, without the serial number that some names contain. */
static char *
reader_of(const struct visit *visit)
{
	char *name = columns_clean(visit->found.reader, strlen(visit->found.reader));

	doctor_report_hide_numbers(name);
	return name;
}

static void
print_table(const struct visit *visit, int error)
{
	char *reader = reader_of(visit);
	const json_t *fact;
	size_t i;

	printf("jpki %s: %s, %s\n%s\n\n", JPKI_VERSION, word_of_holds(visit->found.holds),
	    word_of_key(visit->role), reader);
	print_row("", "Fact", "Expected", "Seen");
	json_array_foreach(visit->facts, i, fact)
	{
		print_fact(fact);
	}
	printf("\n%d agree, %d differ (!), %d not asked (-).\n", visit->counts[JPKI_AGREES],
	    visit->counts[JPKI_DIFFERS], visit->counts[JPKI_NOT_ASKED]);
	if (error != JPKI_OK)
		printf("It ended early: %s.\n",
		    error == JPKI_ERR_NO_CARD ? "the card was taken out" : jpki_strerror(error));
	text_free(&reader);
}

static void
print_json(const struct visit *visit, int error)
{
	char *reader = reader_of(visit);
	json_t *all =
	    json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:O}", "version", JPKI_VERSION, "reader",
		reader, "holds", word_of_holds(visit->found.holds), "key", word_of_key(visit->role),
		"agree", visit->counts[JPKI_AGREES], "differ", visit->counts[JPKI_DIFFERS],
		"not_asked", visit->counts[JPKI_NOT_ASKED], "facts", visit->facts);

	if (error != JPKI_OK)
		json_object_set_new(all, "error", json_string(trouble_word(error)));
	json_print(all);
	text_free(&reader);
}

/* ---------------------------------------------------------------- all of it */

static int
tell_error(const struct visit *visit, int error)
{
	if (error == JPKI_OK)
		return STATUS_DONE;
	return visit->pin != NULL
		   ? trouble_tell_pin(visit->found.card, visit->role, error, visit->spent)
		   : trouble_tell(error);
}

static bool
is_about_pin(int error)
{
	return error == JPKI_ERR_PIN_WRONG || error == JPKI_ERR_PIN_BLOCKED ||
	       error == JPKI_ERR_PIN_REFUSED;
}

/* Examine the card. The results before an error are printed too, unless the error is about the
 * PIN. */
static int
examine(const struct words *words, struct visit *visit)
{
	int rv = jpki_examine(visit->found.card, visit->role,
	    visit->pin != NULL ? visit->pin->bytes : NULL,
	    visit->pin != NULL ? visit->pin->length : 0, note, visit, &visit->spent);

	rv = judge_end(visit, rv);
	if (is_about_pin(rv) || json_array_size(visit->facts) == 0)
		return tell_error(visit, rv);
	if (verb_has(words, OPTION_JSON))
		print_json(visit, rv);
	else
		print_table(visit, rv);
	return tell_error(visit, rv);
}

static int
visit_card(const struct words *words, enum jpki_role role)
{
	struct visit visit = {.role = role, .facts = json_array()};
	int status = found_card(words, &visit.found);

	if (status == STATUS_DONE) {
		tell_what_is_done();
		advise("%s", "");
		status = ask_pin(words, &visit);
	}
	if (status == STATUS_DONE)
		status = examine(words, &visit);
	jpki_secret_free(&visit.pin);
	json_decref(visit.facts);
	jpki_stop();
	return status;
}

int
doctor_card(const struct words *words)
{
	enum jpki_role role = JPKI_AUTHENTICATION;

	if (words->count > 0 && !key_of_word(words->word[0], &role))
		return verb_misused(words, _("there is no key \"%s\""), words->word[0]);
	return visit_card(words, role);
}
