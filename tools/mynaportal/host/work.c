/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include <unistd.h>

#include <jpki/jpki.h>

#include "answer.h"
#include "attributes.h"
#include "cards.h"
#include "check.h"
#include "combination.h"
#include "credential.h"
#include "installation.h"
#include "moment.h"
#include "program.h"
#include "signing.h"
#include "window.h"
#include "window_lock.h"
#include "work.h"

/* How long the PC/SC service may take to answer at all, in seconds. */
#define PATIENCE 20

/* How long the work after the PIN may take, in seconds, and how much longer for each signature. */
#define OPEN_PATIENCE 60u
#define OPEN_PATIENCE_FOR_EACH 3u

/* How many times a person is asked for the PIN. Blocked tries end it sooner. */
#define QUESTIONS 10

struct work {
	const struct request *request;
	const struct credential *credential;
	struct card card;
	struct window window;
	struct signing *signing; /* NULL: nothing is signed */
	json_t *answer;		 /* filled in step by step; returned only if complete */
};

/* ---------------------------------------------------------------- before the PIN */

/* Start libjpki. If the service never answers, SIGALRM ends this process, which the parent sees. */
static int
start(unsigned keys)
{
	int rv;

	(void)alarm(PATIENCE);
	rv = jpki_start(keys != 0 ? keys : JPKI_ROLE(JPKI_AUTHENTICATION));
	(void)alarm(0);
	return rv;
}

/* The word for an error. A card without the application of the attributes is not another kind of
 * card. */
static enum word
trouble_of(const struct work *work, int error)
{
	if (error == JPKI_ERR_NOT_FOUND && work->request->kind == REQUEST_ATTRIBUTES)
		return WORD_NO_ATTRIBUTES;
	return cards_trouble(error);
}

/* Ask for the tries left. WORD_PIN_BLOCKED if there are none. */
static enum word
ask_tries(struct work *work)
{
	struct window *window = &work->window;
	int rv = work->credential->tries(work->card.number, &window->left, &window->maximum);

	if (rv != JPKI_OK)
		return trouble_of(work, rv);
	return window->left == 0 ? WORD_PIN_BLOCKED : WORD_DONE;
}

/* Add the combination code, unless the card's number cannot be read. */
static void
add_combination(struct work *work, const uint8_t installation[INSTALLATION_SIZE])
{
	char number[JPKI_MANUFACTURE_NUMBER_SIZE];
	uint8_t code[COMBINATION_SIZE];

	if (jpki_manufacture_number(work->card.number, number) == JPKI_OK &&
	    combination_code(number, installation, code))
		json_object_set_new(
		    work->answer, "combination_code", answer_hex(code, sizeof(code)));
	explicit_bzero(number, sizeof(number));
}

/* Add the numbers that identify this installation, and this card on it. Before the PIN, because
 * another application of the card is selected. A login works without them. */
static void
add_numbers(struct work *work)
{
	uint8_t installation[INSTALLATION_SIZE];

	if (!installation_number(installation))
		return;
	json_object_set_new(work->answer, "uuid", answer_hex(installation, sizeof(installation)));
	add_combination(work, installation);
}

/* ---------------------------------------------------------------- the PIN */

static int
use_pin(struct work *work, struct jpki_secret **pin, enum jpki_try *spent)
{
	/* Other programs may have spent tries while the window was open. The last try is spent
	 * only if the window said that it is the last. */
	jpki_spare_last_try(work->window.left > 1);
	return work->signing != NULL ? signing_use_pin(work->signing, pin, spent)
				     : attributes_do(work->card.number, pin, spent, work->answer);
}

/* Should the person be asked again after this error? */
static bool
may_be_repeated(int error)
{
	return error == JPKI_ERR_PIN_WRONG || error == JPKI_ERR_PIN_REFUSED ||
	       error == JPKI_ERR_LAST_TRY || error == JPKI_ERR_PIN_LENGTH ||
	       error == JPKI_ERR_PIN_CHARACTER;
}

static enum word
ask_pin(struct work *work, struct jpki_secret **pin)
{
	unsigned seconds = OPEN_PATIENCE + OPEN_PATIENCE_FOR_EACH * (unsigned)work->request->count;
	enum word word = moment_of_window() ? window_ask(&work->window, pin) : WORD_INTERNAL;

	if (word != WORD_DONE || moment_of_card(seconds))
		return word;
	jpki_secret_free(pin);
	return WORD_INTERNAL;
}

/* Ask once and use the PIN. The result is in window.wrong: JPKI_OK, or an error of libjpki. */
static enum word
ask_once(struct work *work)
{
	enum jpki_try spent = JPKI_TRY_KEPT;
	struct jpki_secret *pin;
	enum word word = ask_pin(work, &pin);
	int rv;

	if (word != WORD_DONE)
		return word;
	rv = work->credential->check(pin->bytes, pin->length);
	if (rv == JPKI_OK)
		rv = use_pin(work, &pin, &spent);
	jpki_secret_free(&pin);
	work->window.wrong = rv;
	work->window.spent = spent == JPKI_TRY_SPENT;
	return rv == JPKI_OK || may_be_repeated(rv) ? WORD_DONE : trouble_of(work, rv);
}

static enum word
ask_until_it_is_right(struct work *work)
{
	for (int i = 0; i < QUESTIONS; i++) {
		enum word word = ask_tries(work);

		if (word == WORD_DONE)
			word = ask_once(work);
		if (word != WORD_DONE || work->window.wrong == JPKI_OK)
			return word;
	}
	return WORD_CANCELLED;
}

/* Ask until no further PIN is needed. */
static enum word
ask_for_all(struct work *work)
{
	enum word word;

	do {
		word = ask_until_it_is_right(work);
		if (work->signing != NULL)
			work->window.document = signing_next(work->signing);
	} while (word == WORD_DONE && work->window.document != 0);
	return word;
}

static enum word
ask_alone(struct work *work)
{
	int lock;
	enum word word = window_lock_take(&lock);

	if (word == WORD_DONE)
		word = ask_for_all(work);
	window_lock_release(lock);
	return word;
}

/* ---------------------------------------------------------------- all of it */

static enum word
do_with_card(struct work *work)
{
	enum word word = cards_find(work->credential->keys, &work->card);

	if (word == WORD_DONE)
		word = ask_tries(work);
	if (word == WORD_DONE && !program_is_there("pinentry"))
		word = WORD_NO_PINENTRY;
	if (word != WORD_DONE)
		return word;
	add_numbers(work);
	if (work->request->kind != REQUEST_ATTRIBUTES)
		work->signing = signing_new(work->card.number, work->request);
	word = ask_alone(work);
	if (word == WORD_DONE && work->signing != NULL)
		signing_add(work->signing, work->answer);
	signing_free(&work->signing);
	return word;
}

static enum word
do_started(struct work *work)
{
	int rv = start(work->credential->keys);
	enum word word;

	if (rv != JPKI_OK)
		return word_of_error(rv);
	word = do_with_card(work);
	(void)jpki_stop();
	moment_over();
	return word;
}

static json_t *
check(void)
{
	int rv;
	json_t *answer;

	(void)alarm(PATIENCE);
	rv = jpki_start(JPKI_ALL_ROLES);
	(void)alarm(0);
	answer = check_answer(rv);
	(void)jpki_stop();
	return answer;
}

json_t *
work_do(const struct request *request, const char *terminal, enum word *word)
{
	struct work work = {.request = request, .credential = credential_for(request->kind)};

	*word = WORD_DONE;
	if (request->kind == REQUEST_CHECK)
		return check();
	work.window = (struct window){
	    .request = request, .credential = work.credential, .terminal = terminal};
	work.answer = answer_done(request->mode);
	*word = do_started(&work);
	if (*word == WORD_DONE)
		return work.answer;
	json_decref(work.answer);
	return answer_refused(request->mode, *word);
}
