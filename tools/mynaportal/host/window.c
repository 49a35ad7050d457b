/* SPDX-License-Identifier: BSD-2-Clause */
#include "message.h"
#include "pinentry.h"
#include "text.h"
#include "trouble.h"
#include "window.h"

/* Bytes of room for what is typed: more than any PIN needs, in full-width letters too. */
#define ROOM 256

static char *
line(char *text, const char *more)
{
	if (text[0] != '\0')
		text = text_append(text, "\n");
	return text_append(text, more);
}

/* Add a line, and free it. */
static char *
line_of(char *text, char *more)
{
	text = line(text, more);
	text_free(&more);
	return text;
}

/* Who wants how many documents signed. */
static char *
signing_text(const struct request *request, const char *who)
{
	unsigned long count = request->count;

	/* TRANSLATORS: an address as https://myna.go.jp, or "A site"; how many. */
	return text_format(ngettext("%s asks for your signature under %lu document.",
			       "%s asks for your signature under %lu documents.", count),
	    who, count);
}

/* Who wants what. */
static char *
purpose_text(const struct request *request)
{
	const char *who = request->origin != NULL ? request->origin : _("A site");

	switch (request->kind) {
	case REQUEST_SIGN:
		return signing_text(request, who);
	case REQUEST_ATTRIBUTES:
		/* TRANSLATORS: an address as https://myna.go.jp, or "A site". */
		return text_format(
		    _("%s asks for your name, address, date of birth and sex."), who);
	default:
		/* TRANSLATORS: an address as https://myna.go.jp, or "A site". */
		return text_format(_("%s asks you to log in with your My Number card."), who);
	}
}

static char *
tries_text(const struct window *window)
{
	if (window->left == 1)
		return text_format(
		    "%s", _("ONLY ONE TRY IS LEFT: a wrong one blocks it, and then it has to be "
			    "set anew."));
	return text_format(_("Tries left: %u of %u."), window->left, window->maximum);
}

static char *
add_why_again(char *text, const struct window *window)
{
	if (window->wrong == JPKI_OK)
		return text;
	text = line(text, trouble_sentence(window->wrong));
	return line(text, window->spent ? _("That has cost a try.") : _("No try was spent."));
}

/* Which document the PIN is for, if the user's settings require one for each. */
static char *
add_document(char *text, const struct window *window)
{
	if (window->document == 0)
		return text;
	/* TRANSLATORS: which one, of how many. */
	return line_of(
	    text, text_format(_("This is for document %zu of %zu: your settings want the "
				"password for each signature."),
		      window->document, window->request->count));
}

static char *
window_text(const struct window *window)
{
	const struct request *request = window->request;
	char *text = add_why_again(text_copy("", 0), window);

	text = line_of(text, purpose_text(request));
	if (request->origin == NULL)
		text = line(text, _("Which one is not known: the official extension, which has "
				    "passed it on, does not tell the site."));
	if (request->kind == REQUEST_SIGN)
		text = line(text, _("Your name, address, date of birth and sex go along, in your "
				    "certificate."));
	text = add_document(text, window);
	text = line(text, _(window->credential->name));
	return line_of(text, tries_text(window));
}

enum word
window_ask(const struct window *window, struct jpki_secret **secret)
{
	static const enum word words[] = {
	    [PINENTRY_GIVEN] = WORD_DONE,
	    [PINENTRY_CANCELLED] = WORD_CANCELLED,
	    [PINENTRY_MISSING] = WORD_NO_PINENTRY,
	};
	char *text = window_text(window);
	enum word word;

	*secret = jpki_secret_new(ROOM);
	if (*secret == NULL)
		out_of_memory();
	word = words[pinentry_ask(_(window->credential->label), text, window->terminal, *secret)];
	text_free(&text);
	if (word != WORD_DONE)
		jpki_secret_free(secret);
	return word;
}
