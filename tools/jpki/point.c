/* SPDX-License-Identifier: BSD-2-Clause */
#include "columns.h"
#include "message.h"
#include "point.h"
#include "text.h"

/* Columns at which states and reasons begin. */
#define STATE_COLUMN 22
#define WHY_COLUMN 38

static const struct label {
	const char *word, *name;
} labels[POINTS] = {
    [POINT_PERIOD] = {"period", N_("Period")},
    [POINT_CHAIN] = {"chain", N_("Issued by a known CA")},
    [POINT_KEY] = {"key", N_("Key in the card")},
    [POINT_USAGE] = {"key-usage", N_("Key usage")},
    [POINT_POLICY] = {"policy", N_("Policy")},
    [POINT_ISSUE] = {"issue", N_("Rules of issue")},
    [POINT_REVOCATION] = {"revocation", N_("Revocation")},
    [POINT_OCSP] = {"ocsp", N_("Revocation (OCSP)")},
    [POINT_CRL] = {"crl", N_("Revocation (CRL)")},
};

static const struct label states[] = {
    [POINT_OK] = {"ok", N_("OK")},
    [POINT_WRONG] = {"not-ok", N_("not OK")},
    [POINT_UNKNOWN] = {"unknown", N_("unknown")},
    [POINT_UNCHECKED] = {"not-checked", N_("not checked")},
    [POINT_UNAVAILABLE] = {"not-available", N_("not available")},
};

void
points_set(struct points *points, enum point_id id, enum point_state state, char *why)
{
	text_free(&points->row[id].why);
	points->row[id].state = state;
	points->row[id].why = why;
}

void
points_free(struct points *points)
{
	for (int id = 0; id < POINTS; id++)
		points_set(points, (enum point_id)id, POINT_LEFT_OUT, NULL);
}

static bool
has(const struct points *points, enum point_state state)
{
	for (int id = 0; id < POINTS; id++)
		if (points->row[id].state == state)
			return true;
	return false;
}

enum verdict
points_verdict(const struct points *points)
{
	if (has(points, POINT_WRONG))
		return VERDICT_NOT_VALID;
	if (has(points, POINT_UNKNOWN) || has(points, POINT_UNAVAILABLE))
		return VERDICT_UNKNOWN;
	return VERDICT_VALID;
}

static bool
is_told(enum point_state state)
{
	return state == POINT_OK || state == POINT_WRONG;
}

bool
points_revocation_told(const struct points *points)
{
	return is_told(points->row[POINT_OCSP].state) || is_told(points->row[POINT_CRL].state);
}

const char *
verdict_word(enum verdict verdict)
{
	static const char *const words[] = {
	    [VERDICT_VALID] = "valid",
	    [VERDICT_NOT_VALID] = "not-valid",
	    [VERDICT_UNKNOWN] = "unknown",
	};

	return words[verdict];
}

static const char *
valid_sentence(const struct points *points)
{
	bool revocation = points_revocation_told(points);
	bool key = points->row[POINT_KEY].state == POINT_OK;

	if (revocation && key)
		return _("Valid.");
	if (revocation)
		return _("Valid; whether its key is in a card was not checked.");
	if (key)
		return _("Valid as far as the card tells; revocation was not checked.");
	return _("Valid as far as the certificate tells; neither its key nor revocation was "
		 "checked.");
}

const char *
points_sentence(const struct points *points)
{
	switch (points_verdict(points)) {
	case VERDICT_NOT_VALID:
		return _("Not valid.");
	case VERDICT_UNKNOWN:
		return _("It cannot be told whether it is valid.");
	default:
		return valid_sentence(points);
	}
}

/* The name, and the state in a column of its own. */
static char *
label_of(const char *name, const char *state)
{
	int blanks = STATE_COLUMN - columns_of(name);

	return text_format("%s%*s%s", name, blanks > 1 ? blanks : 1, "", state);
}

void
points_print(const struct points *points)
{
	for (int id = 0; id < POINTS; id++) {
		char *label;

		if (points->row[id].state == POINT_LEFT_OUT)
			continue;
		label = label_of(_(labels[id].name), _(states[points->row[id].state].name));
		columns_row(0, WHY_COLUMN, label, points->row[id].why);
		text_free(&label);
	}
}

json_t *
points_to_json(const struct points *points)
{
	json_t *array = json_array();

	for (int id = 0; id < POINTS; id++)
		if (points->row[id].state != POINT_LEFT_OUT)
			json_array_append_new(array,
			    json_pack("{s:s, s:s, s:s}", "point", labels[id].word, "state",
				states[points->row[id].state].word, "why", points->row[id].why));
	return array;
}
