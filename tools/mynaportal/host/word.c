/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include <jpki/error.h>

#include "exit_status.h"
#include "word.h"

static const struct {
	const char *text;
	int status;
} words[WORDS] = {
    [WORD_DONE] = {"ok", STATUS_DONE},
    [WORD_CANCELLED] = {"cancelled", STATUS_PIN},
    [WORD_BUSY] = {"busy", STATUS_FAILED},
    [WORD_NO_SERVICE] = {"no-service", STATUS_NO_CARD},
    [WORD_NOT_ALLOWED] = {"not-allowed", STATUS_NO_CARD},
    [WORD_NO_READER] = {"no-reader", STATUS_NO_CARD},
    [WORD_NO_CARD] = {"no-card", STATUS_NO_CARD},
    [WORD_MUTE] = {"mute", STATUS_NO_CARD},
    [WORD_OTHER_CARD] = {"other-card", STATUS_NO_CARD},
    [WORD_SEVERAL_CARDS] = {"several-cards", STATUS_NO_CARD},
    [WORD_NO_KEY] = {"no-key", STATUS_FAILED},
    [WORD_NO_ATTRIBUTES] = {"no-attributes", STATUS_FAILED},
    [WORD_PIN_BLOCKED] = {"pin-blocked", STATUS_PIN},
    [WORD_CARD_REMOVED] = {"card-removed", STATUS_NO_CARD},
    [WORD_CARD_HELD] = {"card-held", STATUS_NO_CARD},
    [WORD_CARD_ERROR] = {"card-error", STATUS_FAILED},
    [WORD_NOT_UNDERSTOOD] = {"not-understood", STATUS_USAGE},
    [WORD_REFUSED_ORIGIN] = {"refused-origin", STATUS_FAILED},
    [WORD_REFUSED_DIGEST] = {"refused-digest", STATUS_FAILED},
    [WORD_REFUSED_PIN] = {"refused-pin", STATUS_FAILED},
    [WORD_NO_PINENTRY] = {"no-pinentry", STATUS_PIN},
    [WORD_INTERNAL] = {"internal", STATUS_FAILED},
};

/* Errors that are not listed are WORD_CARD_ERROR. */
static const struct {
	int error;
	enum word word;
} of_errors[] = {
    {JPKI_OK, WORD_DONE},
    {JPKI_ERR_ARGUMENT, WORD_INTERNAL},
    {JPKI_ERR_MEMORY, WORD_INTERNAL},
    {JPKI_ERR_BUFFER, WORD_INTERNAL},
    {JPKI_ERR_RUNNING, WORD_INTERNAL},
    {JPKI_ERR_STOPPED, WORD_INTERNAL},
    {JPKI_ERR_ENDING, WORD_INTERNAL},
    {JPKI_ERR_LOGGED_IN, WORD_INTERNAL},
    {JPKI_ERR_NO_SERVICE, WORD_NO_SERVICE},
    {JPKI_ERR_NOT_ALLOWED, WORD_NOT_ALLOWED},
    {JPKI_ERR_NO_READER, WORD_NO_READER},
    {JPKI_ERR_NO_CARD, WORD_NO_CARD},
    {JPKI_ERR_MUTE, WORD_MUTE},
    {JPKI_ERR_NOT_JPKI, WORD_OTHER_CARD},
    {JPKI_ERR_BUSY, WORD_CARD_HELD},
    {JPKI_ERR_HELD, WORD_CARD_HELD},
    {JPKI_ERR_NO_KEY, WORD_NO_KEY},
    {JPKI_ERR_PIN_BLOCKED, WORD_PIN_BLOCKED},
};

const char *
word_text(enum word word)
{
	return words[word].text;
}

int
word_status(enum word word)
{
	return words[word].status;
}

enum word
word_of_error(int error)
{
	for (size_t i = 0; i < sizeof(of_errors) / sizeof(of_errors[0]); i++)
		if (of_errors[i].error == error)
			return of_errors[i].word;
	return WORD_CARD_ERROR;
}
