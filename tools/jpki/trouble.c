/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "columns.h"
#include "exit_status.h"
#include "failure.h"
#include "message.h"
#include "names.h"
#include "pulled.h"
#include "text.h"
#include "trouble.h"

struct row {
	int error;
	const char *word;
	int status;
	const char *sentence, *advice; /* for _(); NULL: none */
};

#define LOOK_AT_LOG                                                                                \
	N_("Take the card out and put it in again. If it happens again, \"JPKI_LOG=trace jpki "    \
	   "...\" shows what the card said; nothing secret is in that.")
#define CLOSE_OTHERS N_("Close the other program, or wait until it is done, and try again.")

static const struct row errors[] = {
    {JPKI_ERR_NO_SERVICE, "no-service", STATUS_NO_CARD,
	N_("The service for card readers (pcscd) does not run."),
	N_("Install it and start it:\n  sudo apt-get install pcscd\n"
	   "  sudo systemctl start pcscd.socket")},
    {JPKI_ERR_NOT_ALLOWED, "not-allowed", STATUS_NO_CARD,
	N_("The service for card readers (pcscd) does not let you use them."),
	N_("It lets in only root and who is logged in at the computer's own screen, so not over "
	   "ssh. The administrator can allow it with a rule for polkit: the page \"pcscd\" of the "
	   "documentation has one.")},
    {JPKI_ERR_NO_READER, "no-reader", STATUS_NO_CARD, N_("There is no card reader."),
	N_("Connect one. If it is connected: it has to be one of the class CCID; a Sony RC-S380 "
	   "is none, an RC-S300 is.")},
    {JPKI_ERR_NO_CARD, "no-card", STATUS_NO_CARD, N_("There is no card in the reader."),
	N_("Put your My Number card in, or on, the reader, and leave it there.")},
    {JPKI_ERR_MUTE, "mute", STATUS_NO_CARD, N_("The card in the reader does not answer."),
	N_("Is it upside down, or not in as far as it goes? The chip belongs to the reader's "
	   "contacts. Clean it with a dry cloth.")},
    {JPKI_ERR_NOT_JPKI, "other-card", STATUS_NO_CARD,
	N_("The card in the reader is no My Number card."), N_("Put in your My Number card.")},
    {JPKI_ERR_BUSY, "busy", STATUS_NO_CARD,
	N_("The card cannot be asked now: another program has it, or it fails."),
	N_("Close other programs that use it. Then take it out and put it in again.")},
    {JPKI_ERR_HELD, "busy", STATUS_NO_CARD,
	N_("Another program uses the card, and has not let go of it in time."), CLOSE_OTHERS},
    {JPKI_ERR_RESET, "reset", STATUS_FAILED, N_("Another program has reset the card meanwhile."),
	N_("Try again.")},
    {JPKI_ERR_IO, "io", STATUS_FAILED, N_("Reader and card do not understand each other."),
	N_("Take the card out and put it in again, nearer to the middle of the reader.")},
    {JPKI_ERR_TIMEOUT, "timeout", STATUS_FAILED, N_("The card has not answered in time."),
	LOOK_AT_LOG},
    {JPKI_ERR_CANCELLED, "cancelled", STATUS_FAILED, N_("That was cancelled."), NULL},
    {JPKI_ERR_NO_KEY, "no-certificate", STATUS_FAILED, N_("The card has no such certificate."),
	N_("A person may decline it, and nobody under 15 gets one for signatures. The town office "
	   "issues it.")},
    {JPKI_ERR_NOT_FOUND, "no-certificate", STATUS_FAILED, N_("The card has no such certificate."),
	N_("The town office issues it.")},
    {JPKI_ERR_NOT_VERIFIED, "locked", STATUS_FAILED,
	N_("The card wants its PIN again, as another program has reset it or time has passed."),
	N_("Try again.")},
    {JPKI_ERR_UNSUPPORTED, "unsupported", STATUS_FAILED, N_("This card cannot do that."), NULL},
    {JPKI_ERR_LENGTH, "length", STATUS_FAILED,
	N_("The card has refused the length of what it was given."), LOOK_AT_LOG},
    {JPKI_ERR_DATA, "garbled", STATUS_FAILED, N_("What the card has answered makes no sense."),
	LOOK_AT_LOG},
    {JPKI_ERR_STATUS, "status", STATUS_FAILED,
	N_("The card has answered with an error that is not known."), LOOK_AT_LOG},
    {JPKI_ERR_PIN_WRONG, "pin-wrong", STATUS_PIN, N_("The card says that it is wrong."),
	N_("Think again before the next try. Which PIN is meant: four digits are for logging in, "
	   "six to sixteen letters and digits for signing.")},
    {JPKI_ERR_PIN_BLOCKED, "pin-blocked", STATUS_PIN,
	N_("It is blocked: the card accepts it no more, not even the right one."),
	N_("Whoever knows the other one can set a new one with the app JPKI暗証番号リセット and a "
	   "machine in a convenience store; otherwise the town office does it.")},
    {JPKI_ERR_PIN_LENGTH, "pin-length", STATUS_PIN, N_("It is too short or too long to be right."),
	N_("The PIN for user authentication has 4 digits, the password for digital signature 6 "
	   "to 16 letters and digits.")},
    {JPKI_ERR_PIN_CHARACTER, "pin-character", STATUS_PIN,
	N_("It has a character that such a PIN cannot have."),
	N_("The PIN for user authentication has 4 digits, the password for digital signature 6 "
	   "to 16 letters A to Z and digits.")},
    {JPKI_ERR_LAST_TRY, "last-try", STATUS_PIN,
	N_("Only one try is left: a wrong PIN would block it."),
	N_("If you are sure of it, say --last-try. Nothing was sent.")},
    {JPKI_ERR_PIN_REFUSED, "pin-refused", STATUS_PIN,
	N_("The card has refused the same one before, so it was not sent."), NULL},
    {JPKI_ERR_NEW_PIN_LENGTH, "new-pin-length", STATUS_PIN,
	N_("The new one is too short or too long."),
	N_("The PIN for user authentication has 4 digits, the password for digital signature 6 "
	   "to 16 letters and digits.")},
    {JPKI_ERR_NEW_PIN_CHARACTER, "new-pin-character", STATUS_PIN,
	N_("The new one has a character that it cannot have, or lacks a letter or a digit."),
	N_("The PIN for user authentication has digits alone. The password for digital signature "
	   "has letters A to Z and digits, at least one of each.")},
    {JPKI_ERR_LOGGED_IN, "logged-in", STATUS_FAILED, N_("There is a login already."), NULL},
    {JPKI_ERR_MEMORY, "memory", STATUS_FAILED, N_("out of memory"), NULL},
};

/* Advice for a blocked PIN if the other one cannot help. */
static const char only_office[] = N_("Only the town office can set a new one.");

/* The error for what is in a reader; what is no error is not in the table. */
static const int of_holds[] = {
    [JPKI_HOLDS_NO_READER] = JPKI_ERR_NO_READER,
    [JPKI_HOLDS_NOTHING] = JPKI_ERR_NO_CARD,
    [JPKI_HOLDS_MUTE] = JPKI_ERR_MUTE,
    [JPKI_HOLDS_UNKNOWN] = JPKI_ERR_BUSY,
    [JPKI_HOLDS_OTHER] = JPKI_ERR_NOT_JPKI,
};

static const struct row resident = {0, "resident", STATUS_NO_CARD,
    N_("The card in the reader is a resident card (Juki card) of 2003 to 2015."),
    N_("The certificates of all of these have ended by 2018-12-21. Put in your My Number card.")};

static const struct row *
find(int error)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].error == error)
			return &errors[i];
	return NULL;
}

/* Whether the card in use has a PIN that is not known to be blocked. */
static bool
any_may_help(void)
{
	unsigned left, maximum;

	for (int role = 0; role < JPKI_ROLES; role++) {
		int rv = jpki_tries(pulled_card(), (enum jpki_role)role, &left, &maximum);

		if (rv != JPKI_ERR_NO_KEY && (rv != JPKI_OK || left > 0))
			return true;
	}
	return false;
}

/* The advice, for _(), or NULL. */
static const char *
advice_of(const struct row *row)
{
	if (row->error == JPKI_ERR_PIN_BLOCKED && !any_may_help())
		return only_office;
	return row->advice;
}

/* Print advice for people, broken into lines. */
static void
advise_text(const char *text)
{
	fflush(stdout);
	columns_text(stderr, 0, text);
}

static int
tell_row(const struct row *row)
{
	char *sentence = text_format("jpki: %s", _(row->sentence));
	const char *advice;

	failure_note(_(row->sentence));
	failure_code(row->word);
	advise_text(sentence);
	text_free(&sentence);
	advice = advice_of(row);
	if (advice != NULL)
		advise_text(_(advice));
	return row->status;
}

static const struct row pulled = {0, "no-card", STATUS_NO_CARD,
    N_("The card was taken out meanwhile."), N_("Put it in again, and run this again.")};

static const struct row unplugged = {0, "no-reader", STATUS_NO_CARD,
    N_("The card reader was unplugged meanwhile."), N_("Connect it again, and run this again.")};

/* The row of the real cause, if the card or its reader has gone. */
static const struct row *
find_cause(int error)
{
	switch (pulled_instead(error)) {
	case JPKI_HOLDS_NO_READER:
		return &unplugged;
	case JPKI_HOLDS_NOTHING:
		return &pulled;
	case JPKI_HOLDS_MUTE:
		return find(JPKI_ERR_MUTE);
	default:
		return find(error);
	}
}

int
trouble_tell(int error)
{
	const struct row *row = find_cause(error);

	if (row != NULL)
		return tell_row(row);
	complain("%s", jpki_strerror(error));
	return STATUS_FAILED;
}

int
trouble_of_holds(enum jpki_holds holds)
{
	return (size_t)holds < sizeof(of_holds) / sizeof(of_holds[0]) ? of_holds[holds] : JPKI_OK;
}

int
trouble_tell_holds(enum jpki_holds holds)
{
	if (holds == JPKI_HOLDS_RESIDENT)
		return tell_row(&resident);
	return trouble_of_holds(holds) != JPKI_OK ? trouble_tell(trouble_of_holds(holds))
						  : STATUS_DONE;
}

static void
tell_tries(uint64_t card, enum jpki_role role, enum jpki_try spent)
{
	unsigned left = 0, maximum = 0;
	const char *cost = spent == JPKI_TRY_SPENT ? _("That has cost a try.")
			   : spent == JPKI_TRY_KEPT
			       ? _("No try was spent.")
			       : _("It is not certain whether a try was spent.");

	failure_try(spent);
	if (jpki_tries(card, role, &left, &maximum) != JPKI_OK) {
		advise("%s", cost);
		return;
	}
	failure_tries(left);
	if (left == 0)
		advise(_("%s None is left."), cost);
	else
		/* TRANSLATORS: what it has cost; then how many of how many are left. */
		advise(_("%s Tries left: %u of %u."), cost, left, maximum);
}

int
trouble_tell_pin(uint64_t card, enum jpki_role role, int error, enum jpki_try spent)
{
	const struct row *row = find(error);
	int status = row != NULL && row->status == STATUS_PIN ? tell_row(row) : trouble_tell(error);

	tell_tries(card, role, spent);
	return status;
}

int
trouble_tell_taken_out(void)
{
	static const struct row taken_out = {0, "no-card", STATUS_NO_CARD,
	    N_("The card was taken out meanwhile. No try was spent."), N_("Run this again.")};

	return tell_row(&taken_out);
}

int
trouble_tell_silent(void)
{
	static const struct row silent = {0, "no-answer", STATUS_NO_CARD,
	    N_("The service for card readers (pcscd) is there, but does not answer."),
	    N_("Start it anew:\n  sudo systemctl restart pcscd")};

	return tell_row(&silent);
}

const char *
trouble_sentence(int error)
{
	const struct row *row = find(error);

	return row != NULL ? _(row->sentence) : jpki_strerror(error);
}

const char *
trouble_advice(int error)
{
	const struct row *row = find(error);

	return row != NULL && row->advice != NULL ? _(row->advice) : NULL;
}

const char *
trouble_blocked_advice(bool other_may_help)
{
	return other_may_help ? trouble_advice(JPKI_ERR_PIN_BLOCKED) : _(only_office);
}

const char *
trouble_word(int error)
{
	const struct row *row = find(error);

	return row != NULL ? row->word : "failed";
}
