/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "completion.h"
#include "message.h"

/* Part of a text. */
struct part {
	const char *text;
	size_t length;
};

static bool
is_part(struct part part, const char *word)
{
	return strlen(word) == part.length && strncmp(part.text, word, part.length) == 0;
}

static void
offer(const char *word, const char *text)
{
	printf("%s\t%s\n", word, text);
}

static void
offer_verbs(const struct verb *const *verbs)
{
	for (; *verbs != NULL; verbs++)
		offer((*verbs)->name, _((*verbs)->summary));
}

/* ---------------------------------------------------------------- what was typed before */

struct before {
	const struct verb *verb;
	bool given[OPTION_COUNT];
	bool only_words;	/* "--" was typed */
	enum option_id waiting; /* the option whose value comes next */
	char **word;		/* the words that are no options */
	int count;
};

static enum option_id
find_option(const struct verb *verb, struct part name)
{
	for (const enum option_id *id = verb->options; *id != OPTION_NONE; id++)
		if (is_part(name, verb_option(*id)->name))
			return *id;
	return OPTION_NONE;
}

/* "--name" or "--name=value". */
static enum option_id
option_of(const struct verb *verb, const char *word)
{
	return find_option(verb, (struct part){word + 2, strcspn(word + 2, "=")});
}

static void
take_option(struct before *before, const char *word)
{
	enum option_id id = option_of(before->verb, word);

	before->given[id] = true;
	if (id != OPTION_NONE && verb_option(id)->value != NULL && strchr(word, '=') == NULL)
		before->waiting = id;
}

static void
take(struct before *before, char *word)
{
	if (before->waiting != OPTION_NONE) {
		if (strcmp(word, "=") != 0) /* bash passes "=" as a word */
			before->waiting = OPTION_NONE;
	} else if (before->only_words || strncmp(word, "--", 2) != 0)
		before->word[before->count++] = word;
	else if (word[2] == '\0')
		before->only_words = true;
	else
		take_option(before, word);
}

/* ---------------------------------------------------------------- the words of a usage */

/* The next word of a usage, without brackets and dots. *repeated is true if it had dots. */
static bool
next_part(const char **usage, struct part *part, bool *repeated)
{
	const char *text = *usage + strspn(*usage, " ");
	size_t length = strcspn(text, " ");

	*usage = text + length;
	*repeated = length > 3 && strncmp(text + length - 3, "...", 3) == 0;
	if (*repeated)
		length -= 3;
	if (length > 1 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	*part = (struct part){text, length};
	return length > 0;
}

static bool
is_variable(struct part part)
{
	return isupper((unsigned char)part.text[0]) != 0;
}

/* Take the choices of a part one after the other: "auth|sign". */
static bool
next_choice(struct part *part, struct part *choice)
{
	if (part->length == 0)
		return false;
	*choice = (struct part){part->text, 0};
	while (choice->length < part->length && choice->text[choice->length] != '|')
		choice->length++;
	part->text += choice->length;
	part->length -= choice->length;
	if (part->length > 0) { /* the bar */
		part->text++;
		part->length--;
	}
	return true;
}

static bool
can_be(struct part part, const char *word)
{
	struct part choice;

	if (is_variable(part))
		return true;
	while (next_choice(&part, &choice))
		if (is_part(choice, word))
			return true;
	return false;
}

/* ---------------------------------------------------------------- offers */

static void
offer_names(const struct verb *verb)
{
	const char *name, *text;

	for (size_t i = 0; verb->name_at != NULL && (name = verb->name_at(i, &text)) != NULL; i++)
		offer(name, _(text));
}

static void
offer_variable(const struct verb *verb, const char *name, size_t length)
{
	struct part part = {name, length};

	if (is_part(part, "FILE") || is_part(part, "FOLDER"))
		printf("%.*s\n", (int)length, name);
	else if (verb != NULL)
		offer_names(verb);
}

static void
offer_part(const struct verb *verb, struct part part)
{
	struct part choice;

	if (is_variable(part))
		offer_variable(verb, part.text, part.length);
	else
		while (next_choice(&part, &choice))
			printf("%.*s\t\n", (int)choice.length, choice.text);
}

/* Offer what may come next in one alternative of a usage, which ends at a bar or at the end. True
 * if a word may come here. */
static bool
offer_way(const struct before *before, const char **usage)
{
	struct part part = {0};
	bool fits = true, repeated = false, offered = false;
	int at = 0;

	while (next_part(usage, &part, &repeated) && !is_part(part, "|")) {
		if (part.text[0] == '-' || is_part(part, "OPTION"))
			continue;
		if (fits && (at == before->count || (repeated && at < before->count))) {
			offer_part(before->verb, part);
			offered = true;
		}
		fits = fits && at < before->count && can_be(part, before->word[at]);
		at++;
	}
	return offered;
}

static bool
offer_words(const struct before *before)
{
	const char *usage = before->verb->usage;
	bool offered = false;

	while (*usage != '\0')
		offered = offer_way(before, &usage) || offered;
	return offered;
}

static void
offer_options(const struct before *before)
{
	for (const enum option_id *id = before->verb->options; *id != OPTION_NONE; id++)
		if (!before->given[*id])
			printf("--%s\t%s\n", verb_option(*id)->name, _(verb_option(*id)->help));
	offer("--help", "");
}

static void
offer_value(enum option_id id)
{
	const char *value = id != OPTION_NONE ? verb_option(id)->value : NULL;

	if (value != NULL)
		offer_part(NULL, (struct part){value, strlen(value)});
}

/* Offer what may come after a verb. */
static void
offer_behind(const struct before *before, const char *last)
{
	bool option = last[0] == '-' && !before->only_words;

	if (before->waiting != OPTION_NONE)
		offer_value(before->waiting);
	else if (option && strchr(last, '=') != NULL)
		offer_value(
		    strncmp(last, "--", 2) == 0 ? option_of(before->verb, last) : OPTION_NONE);
	else if (option || !offer_words(before))
		offer_options(before);
}

static void
offer_first(const struct verb *const *verbs, const char *last)
{
	if (last[0] == '-') {
		offer("--help", "");
		offer("--version", "");
		return;
	}
	offer_verbs(verbs);
	offer("help", _("tell more about a verb"));
}

void
completion_print(const struct verb *const *verbs, int count, char **typed)
{
	struct before before = {.word = typed};

	if (count <= 1) {
		offer_first(verbs, count == 1 ? typed[0] : "");
		return;
	}
	before.verb = verb_find(verbs, typed[0]);
	if (before.verb == NULL) {
		if (strcmp(typed[0], "help") == 0 && count == 2)
			offer_verbs(verbs);
		return;
	}
	for (int i = 1; i < count - 1; i++)
		take(&before, typed[i]);
	offer_behind(&before, typed[count - 1]);
}
