/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki doctor: finds what keeps the card from being used, from the PC/SC service to the browser,
 * and one remedy for each. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "doctor_card.h"
#include "doctor_programs.h"
#include "doctor_report.h"
#include "found.h"
#include "json.h"
#include "message.h"
#include "names.h"
#include "diagnosis.h"
#include "start.h"
#include "state.h"
#include "text.h"
#include "trouble.h"
#include "unlock.h"
#include "usb.h"

static char *
copy(const char *text)
{
	return text != NULL ? text_copy(text, strlen(text)) : NULL;
}

/* ---------------------------------------------------------------- service and readers */

static void
look_at_service(struct diagnosis *diagnosis, int service)
{
	static const char *const services[] = {
	    "/usr/sbin/pcscd", "/usr/bin/pcscd", "/sbin/pcscd", NULL};

	if (service == JPKI_OK)
		diagnosis_add(diagnosis, "service", MARK_GOOD,
		    copy(_("The service for card readers (pcscd) runs.")), NULL);
	else if (service == JPKI_ERR_NO_SERVICE && !doctor_is_installed(services))
		diagnosis_add(diagnosis, "service", MARK_BAD,
		    copy(_("The service for card readers (pcscd) is not installed.")),
		    copy(trouble_advice(service)));
	else
		diagnosis_add(diagnosis, "service", MARK_BAD, copy(trouble_sentence(service)),
		    copy(trouble_advice(service)));
}

/* Find readers that USB lists and the service does not. */
static void
look_at_usb(struct diagnosis *diagnosis)
{
	struct usb_readers usb;

	usb_read(&usb);
	for (size_t i = 0; i < usb.count; i++)
		if (!usb.rows[i].is_ccid)
			diagnosis_add(diagnosis, "reader", MARK_BAD,
			    text_format(_("%s is connected, which is no reader of the class CCID: "
					  "the service cannot use it."),
				usb.rows[i].name),
			    copy(_("Use a reader of the class CCID, as a Sony RC-S300.")));
		else
			diagnosis_add(diagnosis, "reader", MARK_BAD,
			    text_format(_("%s is connected, but the service does not list it."),
				usb.rows[i].name),
			    copy(_("Is the package libccid installed? Then pull the reader out and "
				   "put it "
				   "in again.")));
	if (usb.count == 0)
		diagnosis_add(diagnosis, "reader", MARK_BAD,
		    copy(trouble_sentence(JPKI_ERR_NO_READER)),
		    copy(trouble_advice(JPKI_ERR_NO_READER)));
	usb_free(&usb);
}

/* ---------------------------------------------------------------- the card */

static void
look_at_key(struct diagnosis *diagnosis, enum jpki_role role, const struct card_state *state)
{
	const struct key_state *key = &state->keys[role];

	if (key->is_there && key->tries_error == JPKI_OK && key->left == 0)
		diagnosis_add(diagnosis, "pin", MARK_BAD,
		    /* TRANSLATORS: the name of a PIN. */
		    text_format(_("Blocked: the %s."), name_of_pin(role)),
		    copy(trouble_blocked_advice(state_other_may_help(state, role))));
	if (key->is_there && key->certificate_error == JPKI_OK &&
	    key->facts.period != PERIOD_RUNS) {
		char *period = facts_period_text(&key->facts);

		diagnosis_add(diagnosis, "certificate", MARK_BAD,
		    /* TRANSLATORS: the name of a key; how its certificate's period stands. */
		    text_format(_("The certificate for %s: %s."), name_of_key_within(role), period),
		    copy(_("The town office renews certificates.")));
		text_free(&period);
	}
	if (!key->is_there)
		diagnosis_add(diagnosis, "certificate", MARK_NEUTRAL,
		    text_format(_("The card has no certificate for %s."), name_of_key_within(role)),
		    NULL);
}

static void
look_at_card(struct diagnosis *diagnosis, const struct found *found)
{
	struct card_state state;
	int rv = state_read(found, &state);

	if (rv != JPKI_OK) {
		diagnosis_add(diagnosis, "card", MARK_BAD, copy(trouble_sentence(rv)),
		    copy(trouble_advice(rv)));
		return;
	}
	diagnosis_add(diagnosis, "card", MARK_GOOD,
	    /* TRANSLATORS: what is in a reader, the reader's name. */
	    text_format(_("%s in %s."), name_of_holds(found->holds), found->reader), NULL);
	for (int role = 0; role < JPKI_ROLES; role++)
		look_at_key(diagnosis, (enum jpki_role)role, &state);
	state_free(&state);
}

static void
look_at_reader(struct diagnosis *diagnosis, struct found *found)
{
	int error = trouble_of_holds(found->holds);

	if (holds_keys(found->holds))
		look_at_card(diagnosis, found);
	else
		diagnosis_add(diagnosis, "card",
		    found->holds == JPKI_HOLDS_NOTHING ? MARK_NEUTRAL : MARK_BAD,
		    /* TRANSLATORS: a reader's name, what is in it. */
		    text_format(_("%s: %s."), found->reader, name_of_holds(found->holds)),
		    error != JPKI_OK ? copy(trouble_advice(error)) : NULL);
}

static void
look_at_readers(struct diagnosis *diagnosis)
{
	size_t readers = 0, there = 0;
	int service = jpki_readers(&readers);

	look_at_service(diagnosis, service);
	for (size_t i = 0; i < readers; i++) {
		struct found found = {0};
		char name[JPKI_READER_NAME_SIZE], *clean;

		if (jpki_reader_name(i, name) != JPKI_OK ||
		    jpki_reader_card(i, &found.holds, &found.card) != JPKI_OK ||
		    found.holds == JPKI_HOLDS_NO_READER)
			continue;
		there++;
		clean = columns_clean(name, strlen(name));
		snprintf(found.reader, sizeof(found.reader), "%s", clean);
		text_free(&clean);
		look_at_reader(diagnosis, &found);
	}
	if (there == 0 && service == JPKI_OK)
		look_at_usb(diagnosis);
}

static void
pass_over(void *context, const struct jpki_kept *one)
{
	(void)context;
	(void)one;
}

/* Check the cache folder. Without it cards can be used, only more slowly. */
static void
look_at_cache(struct diagnosis *diagnosis)
{
	if (jpki_cache_list(pass_over, NULL) == JPKI_ERR_FOLDER)
		diagnosis_add(diagnosis, "cache", MARK_NEUTRAL,
		    copy(_("What is public on cards is not kept, but read anew each time, as the "
			   "folder for it is not used: \"jpki cache\" tells why.")),
		    NULL);
}

/* ---------------------------------------------------------------- the verb */

static void
examine(struct diagnosis *diagnosis)
{
	int rv = start_library();

	if (rv == JPKI_OK)
		look_at_readers(diagnosis);
	else
		diagnosis_add(diagnosis, "library", MARK_BAD, copy(trouble_sentence(rv)), NULL);
	jpki_stop();
	look_at_cache(diagnosis);
	doctor_look_at_programs(diagnosis);
}

static void
print(const struct diagnosis *diagnosis)
{
	if (diagnosis->bad == 0)
		tell("%s\n", _("Nothing was found that is wrong."));
	else
		/* TRANSLATORS: of diagnosis in a list. */
		tell(ngettext("%zu point needs attention (!!).\n",
			 "%zu points need attention (!!).\n", diagnosis->bad),
		    diagnosis->bad);
	diagnosis_print(diagnosis);
}

/* Whether an option was given that only goes with --card: then that was told. */
static bool
is_for_card(const struct words *words)
{
	static const enum option_id of_card[] = {
	    UNLOCK_OPTIONS, OPTION_NO_PIN, OPTION_READER, OPTION_NONE};

	for (const enum option_id *id = of_card; *id != OPTION_NONE; id++)
		if (verb_has(words, *id)) {
			verb_misused(words, "%s",
			    _("--reader, --pin-fd, --last-try and --no-pin go with --card"));
			return true;
		}
	if (words->count > 0)
		verb_misused(words, _("\"%s\" is too much here"), words->word[0]);
	return words->count > 0;
}

static int
run(const struct words *words)
{
	static const enum option_id ways[] = {
	    OPTION_FIX, OPTION_UNFIX, OPTION_REPORT, OPTION_JSON, OPTION_NONE};
	static const enum option_id subjects[] = {
	    OPTION_FIX, OPTION_UNFIX, OPTION_REPORT, OPTION_CARD, OPTION_NONE};
	struct diagnosis diagnosis = {0};
	int status;

	if (!verb_one_of(words, ways) || !verb_one_of(words, subjects))
		return STATUS_USAGE;
	if (verb_has(words, OPTION_CARD))
		return doctor_card(words);
	if (is_for_card(words))
		return STATUS_USAGE;
	if (verb_has(words, OPTION_UNFIX))
		return doctor_unfix();
	if (verb_has(words, OPTION_REPORT)) /* a report is in English, for any reader */
		setlocale(LC_MESSAGES, "C");
	if (verb_has(words, OPTION_FIX) && (status = doctor_fix()) != STATUS_DONE)
		return status;
	examine(&diagnosis);
	if (verb_has(words, OPTION_JSON))
		json_print(json_pack("{s:o}", "points", diagnosis_json(&diagnosis)));
	else if (verb_has(words, OPTION_REPORT))
		doctor_report(&diagnosis);
	else
		print(&diagnosis);
	status = diagnosis.bad == 0 ? STATUS_DONE : STATUS_FAILED;
	diagnosis_free(&diagnosis);
	return status;
}

static const enum option_id options[] = {OPTION_FIX, OPTION_UNFIX, OPTION_REPORT, OPTION_CARD,
    OPTION_NO_PIN, UNLOCK_OPTIONS, OPTION_READER, OPTION_JSON, OPTION_NONE};

const struct verb verb_doctor = {
    .name = "doctor",
    .summary = N_("find what keeps the card from being used, and mend it"),
    .usage = N_("[--card [auth|sign]] [OPTION]..."),
    .about =
	N_("Looks at the service for readers, the readers, the card, and at the programs that "
	   "use it: whether they know the module, and whether OpenSC's module, which asks for "
	   "the same PINs, is registered beside it. Sends no PIN, but with --card, which asks the "
	   "card whether it does what is known of others, and prints that for the makers."),
    .options = options,
    .words_max = 1,
    .run = run,
};
