/* SPDX-License-Identifier: BSD-2-Clause */
/* signer.h: the results, for people and programs. */
#include "columns.h"
#include "exit_status.h"
#include "json.h"
#include "message.h"
#include "signer.h"
#include "text.h"

#define COLUMN 22

static const struct {
	const char *word, *label;
} points[SIGNER_POINTS] = {
    [SIGNER_SIGNATURE] = {"signature", N_("Signature")},
    [SIGNER_CERTIFICATE] = {"certificate", N_("Certificate")},
    [SIGNER_ISSUER] = {"issuer", N_("Issued")},
    [SIGNER_PERIOD] = {"period", N_("Period")},
    [SIGNER_USAGE] = {"key_usage", N_("Use")},
    [SIGNER_POLICY] = {"policy", N_("Policy")},
};

static const struct {
	const char *word, *text;
	int status;
} states[] = {
    [SIGNER_UNSEEN] = {"unchecked", N_("not checked"), STATUS_FAILED},
    [SIGNER_OK] = {"ok", N_("OK"), STATUS_DONE},
    [SIGNER_WRONG] = {"wrong", N_("NOT OK"), STATUS_FAILED},
    [SIGNER_UNKNOWN] = {"unknown", N_("not known"), STATUS_UNKNOWN},
};

static enum signer_state
signer_state(const struct signer *signer)
{
	enum signer_state state = SIGNER_OK;

	for (int i = 0; i < SIGNER_POINTS; i++) {
		if (signer->point[i].state == SIGNER_WRONG ||
		    signer->point[i].state == SIGNER_UNSEEN)
			return SIGNER_WRONG;
		if (signer->point[i].state == SIGNER_UNKNOWN)
			state = SIGNER_UNKNOWN;
	}
	return state;
}

enum signer_state
signers_state(const struct signers *signers)
{
	enum signer_state state = signers->count > 0 ? SIGNER_OK : SIGNER_WRONG;

	for (int i = 0; i < signers->count && state != SIGNER_WRONG; i++) {
		enum signer_state one = signer_state(&signers->list[i]);

		if (one != SIGNER_OK)
			state = one;
	}
	return state;
}

const char *
signer_state_word(enum signer_state state)
{
	return state == SIGNER_OK ? "valid" : state == SIGNER_UNKNOWN ? "unknown" : "not-valid";
}

int
signer_state_status(enum signer_state state)
{
	return states[state].status;
}

/* ---------------------------------------------------------------- for people */

static void
print_if(const char *label, const char *value)
{
	if (value != NULL && *value != '\0')
		columns_row(0, COLUMN, label, value);
}

/* Print the signer. The name is only a claim unless everything is right. */
static void
print_person(const struct signer *signer)
{
	const struct facts *facts = &signer->facts;
	bool sure = signer_state(signer) == SIGNER_OK;

	print_if(sure ? _("Signed by") : _("Says to be of"),
	    facts->name != NULL ? facts->name : facts->subject);
	print_if(_("Date of birth"), facts->birth_date);
	print_if(_("Sex"), facts->sex);
	print_if(_("Address"), facts->address);
	if (facts->name != NULL)
		print_if(_("Holder"), facts->subject);
	print_if(_("Issued by"), facts->issuer);
	print_if(_("Serial number"), facts->serial);
}

static void
print_point(const struct signer *signer, int point)
{
	const char *state = _(states[signer->point[point].state].text);
	const char *why = signer->point[point].why;
	/* TRANSLATORS: "OK: why". */
	char *text = why != NULL ? text_format(_("%s: %s"), state, why) : text_format("%s", state);

	columns_row(0, COLUMN, _(points[point].label), text);
	text_free(&text);
}

static void
print_time(const struct signer *signer)
{
	char *time, *text;

	if (!signer->says_time) {
		columns_row(0, COLUMN, _("Time"), _("it does not say when it was made"));
		return;
	}
	time = day_time_text(signer->time);
	text = text_format(_("%s, by the signer's own clock: that proves nothing"), time);
	columns_row(0, COLUMN, _("Time"), text);
	text_free(&text);
	text_free(&time);
}

static void
print_one(const struct signer *signer)
{
	print_person(signer);
	for (int point = 0; point < SIGNER_POINTS; point++)
		print_point(signer, point);
	print_time(signer);
	columns_row(0, COLUMN, _("Revocation"), _("not checked"));
	if (signer->unsigned_attributes > 0)
		columns_row(0, COLUMN, _("Not covered"),
		    _("attributes beside the signature, as time stamps: not looked at"));
}

void
signers_print(const struct signers *signers)
{
	for (int i = 0; i < signers->count; i++) {
		tell("%s", "");
		if (signers->count > 1)
			tell(_("Signer %d of %d"), i + 1, signers->count);
		print_one(&signers->list[i]);
	}
}

/* ---------------------------------------------------------------- for programs */

static json_t *
one_to_json(const struct signer *signer)
{
	const struct facts *facts = &signer->facts;
	json_t *object = json_pack("{s:s}", "result", signer_state_word(signer_state(signer)));

	for (int i = 0; i < SIGNER_POINTS; i++)
		json_object_set_new(
		    object, points[i].word, json_string(states[signer->point[i].state].word));
	if (signer->says_time)
		json_set_text_taken(object, "claimed_time", day_time_iso(signer->time));
	json_set_text(object, "name", facts->name);
	json_set_text(object, "birth_date", facts->birth_date_iso);
	json_set_text(object, "sex", facts->sex_word);
	json_set_text(object, "address", facts->address);
	json_set_text(object, "subject", facts->subject);
	json_set_text(object, "certificate_issuer", facts->issuer);
	json_set_text(object, "serial", facts->serial);
	json_set_text(object, "sha256", facts->fingerprint);
	return object;
}

json_t *
signers_to_json(const struct signers *signers)
{
	json_t *list = json_array();

	for (int i = 0; i < signers->count; i++)
		json_array_append_new(list, one_to_json(&signers->list[i]));
	return list;
}
