/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "failure.h"
#include "message.h"
#include "names.h"
#include "text.h"
#include "trouble.h"
#include "unlock.h"

/* How many times a person is asked until the PIN could be right. */
#define QUESTIONS 3

/* Check that OpenSSL works before a PIN is asked for, because it is needed for hashes and to check
 * the card's signatures. */
static int
check_openssl(void)
{
	EVP_MD *hash = EVP_MD_fetch(NULL, "SHA256", NULL);

	if (hash != NULL) {
		EVP_MD_free(hash);
		return STATUS_DONE;
	}
	ERR_clear_error();
	complain("%s", _("OpenSSL has no SHA-256: its configuration activates no provider that "
			 "has it."));
	advise("%s", _("Activate the provider \"default\" there, or run this without OPENSSL_CONF. "
		       "No PIN\nwas asked for."));
	return STATUS_FAILED;
}

int
unlock_prepare(const struct words *words, const struct found *found, enum jpki_role role,
    struct unlock *unlock)
{
	int status = check_openssl();

	*unlock = (struct unlock){
	    .found = found, .role = role, .last_try = verb_has(words, OPTION_LAST_TRY)};
	jpki_spare_last_try(!unlock->last_try);
	return status == STATUS_DONE ? ask_prepare(words, &unlock->ask) : status;
}

int
unlock_check(const struct unlock *unlock, unsigned *left, unsigned *maximum)
{
	int status, rv = jpki_tries(unlock->found->card, unlock->role, left, maximum);

	if (rv != JPKI_OK)
		return trouble_tell(rv);
	if (*left == 0) {
		status = trouble_tell(JPKI_ERR_PIN_BLOCKED);
		failure_tries(0);
		return status;
	}
	if (*left == 1 && !unlock->last_try) {
		status = trouble_tell(JPKI_ERR_LAST_TRY);
		failure_tries(1);
		return status;
	}
	return STATUS_DONE;
}

/* Ask once. STATUS_DONE: *secret is a PIN that could be right, or NULL if the person should be
 * asked again. *wrong is the reason, also of the time before, which a window shows. */
static int
ask_once(const struct unlock *unlock, const char *tries, int *wrong, struct jpki_secret **secret)
{
	char *why = *wrong != JPKI_OK ? text_format("%s\n%s", trouble_sentence(*wrong), tries)
				      : text_copy(tries, strlen(tries));
	int status = ask_secret(&unlock->ask, name_of_pin(unlock->role), why, secret);

	text_free(&why);
	if (status != STATUS_DONE)
		return status;
	*wrong = jpki_check_pin(unlock->role, (*secret)->bytes, (*secret)->length);
	if (*wrong == JPKI_OK)
		return STATUS_DONE;
	jpki_secret_free(secret);
	status = trouble_tell_pin(unlock->found->card, unlock->role, *wrong, JPKI_TRY_KEPT);
	return ask_may_be_repeated(&unlock->ask) ? STATUS_DONE : status;
}

int
unlock_ask(const struct unlock *unlock, struct jpki_secret **secret)
{
	unsigned left = 0, maximum = 0;
	int status = unlock_check(unlock, &left, &maximum), wrong = JPKI_OK;
	char *tries;

	*secret = NULL;
	if (status != STATUS_DONE)
		return status;
	/* TRANSLATORS: how many tries are left, of how many. */
	tries = text_format(_("Tries left: %u of %u."), left, maximum);
	if (ask_is_person(&unlock->ask))
		advise("%s", tries);
	for (int i = 0; i < QUESTIONS && status == STATUS_DONE && *secret == NULL; i++)
		status = ask_once(unlock, tries, &wrong, secret);
	text_free(&tries);
	return status == STATUS_DONE && *secret == NULL ? STATUS_PIN : status;
}

/* Ignore Ctrl-Z: a stopped program could not lock the card in time. */
static void
not_to_be_stopped(void)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	(void)sigaction(SIGTSTP, &ignore, NULL);
}

int
unlock(const struct unlock *unlock)
{
	struct jpki_secret *secret = NULL;
	enum jpki_try spent = JPKI_TRY_KEPT;
	int rv, status = unlock_ask(unlock, &secret);

	if (status != STATUS_DONE)
		return status;
	rv = jpki_login(unlock->found->card, unlock->role, secret->bytes, secret->length, &spent);
	jpki_secret_free(&secret);
	if (rv == JPKI_ERR_NO_CARD && spent == JPKI_TRY_KEPT)
		return trouble_tell_taken_out();
	if (rv != JPKI_OK)
		return trouble_tell_pin(unlock->found->card, unlock->role, rv, spent);
	not_to_be_stopped();
	return STATUS_DONE;
}
