/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki sign: sign files with a key of the card. */
#include <limits.h>
#include <unistd.h>

#include "descriptor_option.h"
#include "document.h"
#include "export.h"
#include "message.h"
#include "pulled.h"
#include "signing_key.h"

struct signing {
	struct signing_key key;
	struct documents documents;
	size_t done;  /* documents signed so far */
	size_t since; /* of these, after the last login */
};

static int
sign_next(struct signing *signing)
{
	struct document *document = &signing->documents.list[signing->done];
	int rv = signing_key_sign(
	    &signing->key, document->digest, &document->signature, &document->signature_length);

	if (rv == JPKI_OK) {
		signing->done++;
		signing->since++;
	}
	return rv;
}

/* Sign with a PIN of its own, if a setting requires one for each signature (window = 0). */
static int
sign_next_with_pin(struct signing *signing)
{
	int rv, status = signing_key_ask_for_one(&signing->key);

	if (status != STATUS_DONE)
		return status;
	rv = sign_next(signing);
	signing->since = 0;
	return signing_key_end_one(&signing->key, rv);
}

/* Seconds that a card may take for a signature, and those that a login lasts by itself. */
#define SECONDS_EACH 3
#define SECONDS_ANYWAY 10

/* After a login: keep the key unlocked for all the files that the person has named; the card is
 * locked when they are done. If a setting requires a PIN for each signature, that still applies. */
static int
stay_open(const struct signing *signing, int status)
{
	const struct unlock *unlocked = &signing->key.unlock;
	size_t seconds = SECONDS_ANYWAY + SECONDS_EACH * (signing->documents.count - signing->done);

	if (status == STATUS_DONE)
		(void)jpki_stay_open(unlocked->found->card, unlocked->role,
		    seconds < JPKI_STAY_OPEN_MAX ? (unsigned)seconds : JPKI_STAY_OPEN_MAX);
	return status;
}

/* The key is locked again: the login's time has passed, or the card was reset. Log in again, with
 * a PIN that the person gives again. */
static int
open_again(struct signing *signing)
{
	advise(_("%zu of %zu files are signed. The card has locked its key again and wants the PIN "
		 "once more."),
	    signing->done, signing->documents.count);
	if (signing->since == 0)
		return sign_next_with_pin(signing);
	signing->since = 0;
	signing_key_lock(&signing->key);
	return stay_open(signing, unlock(&signing->key.unlock));
}

static int
sign_all(struct signing *signing)
{
	int status = STATUS_DONE;

	while (signing->done < signing->documents.count && status == STATUS_DONE) {
		int rv = sign_next(signing);

		if (rv == JPKI_ERR_NOT_VERIFIED && pulled_instead(rv) == JPKI_HOLDS_CARD)
			status = open_again(signing);
		else if (rv != JPKI_OK)
			status = signing_key_tell(&signing->key, rv);
	}
	if (status != STATUS_DONE)
		advise("%s", _("Nothing was written."));
	return status;
}

/* Read the files before asking for the PIN, because the login's time is short. */
static int
sign_documents(const struct words *words, struct signing *signing)
{
	enum jpki_role role = verb_has(words, OPTION_AUTH) ? JPKI_AUTHENTICATION : JPKI_SIGNATURE;
	int status = signing_key_find(words, role, &signing->key);

	if (status == STATUS_DONE)
		status = documents_digest(&signing->documents);
	if (status == STATUS_DONE)
		status = stay_open(signing, signing_key_open(&signing->key));
	if (status == STATUS_DONE)
		status = sign_all(signing);
	signing_key_lock(&signing->key);
	return status == STATUS_DONE ? documents_write(&signing->documents) : status;
}

static bool
has_input(const struct words *words)
{
	for (int i = 0; i < words->count; i++)
		if (content_is_input(words->word[i]))
			return true;
	return false;
}

/* Check the use of standard input and output. STATUS_DONE, or it was told what is wrong. */
static int
check_streams(const struct words *words, const char *output)
{
	const char *pin = words->value[OPTION_PIN_FD];
	bool input = has_input(words);

	if (input && words->count > 1)
		return verb_misused(words, "%s", _("standard input (-) can only be signed alone"));
	if (input && pin != NULL && descriptor_option(pin) == STDIN_FILENO)
		return verb_misused(
		    words, "%s", _("standard input cannot be both the file and the PIN"));
	if ((output != NULL ? export_path(output) == NULL : input) && isatty(STDOUT_FILENO))
		return verb_misused(
		    words, "%s", _("a signature would garble the terminal: use --output FILE"));
	return STATUS_DONE;
}

static int
run(const struct words *words)
{
	const char *output = words->value[OPTION_OUTPUT];
	struct signing signing = {
	    .documents = {.detached = verb_has(words, OPTION_DETACHED),
		.force = verb_has(words, OPTION_FORCE)},
	};
	int status;

	if (words->count == 0)
		return verb_misused(words, "%s", _("a file is missing"));
	if (output != NULL && words->count > 1)
		return verb_misused(words, "%s", _("--output is for one file alone"));
	status = check_streams(words, output);
	if (status != STATUS_DONE)
		return status;
	/* the certificate in the file contains personal data */
	signing.documents.mode = verb_has(words, OPTION_AUTH) ? 0666 : 0600;
	status = documents_find(&signing.documents, words->word, (size_t)words->count, output);
	if (status == STATUS_DONE)
		status = sign_documents(words, &signing);
	signing_key_close(&signing.key);
	documents_free(&signing.documents);
	return status;
}

static const enum option_id options[] = {OPTION_DETACHED, OPTION_OUTPUT, OPTION_FORCE, OPTION_AUTH,
    UNLOCK_OPTIONS, OPTION_READER, OPTION_NONE};

const struct verb verb_sign = {
    .name = "sign",
    .summary = N_("sign files"),
    .usage = N_("FILE... [OPTION]..."),
    .about = N_("Signs files with the key for digital signature: each FILE becomes FILE.p7m, that\n"
		"holds it and its signature, or with --detached FILE.p7s, the signature alone.\n"
		"The password is asked for once. The signature is CMS (CAdES-BES), and holds your\n"
		"certificate: name, address, date of birth and sex."),
    .options = options,
    .words_max = INT_MAX,
    .run = run,
};
