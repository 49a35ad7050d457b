/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "origin.h"
#include "request.h"
#include "text.h"

static json_t *
parse(const char *text, size_t length)
{
	json_error_t error;

	return json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
}

/* ---------------------------------------------------------------- no PIN */

/* Whole words that mean a PIN. */
static const char *const pin_words[] = {"pass", "pw", "pws", "pwd", "pwds"};

/* Parts that only the name of a PIN contains, however it is split into words. */
static const char *const pin_parts[] = {"password", "passwd", "passcode", "passphrase", "pincode",
    "ansho", "暗証", "パスワード", "ﾊﾟｽﾜｰﾄﾞ", "ﾋﾟﾝ"};

/* Words that begin or end with "pin" but do not mean a PIN. */
static const char *const other_words[] = {"ping", "pings", "pinging", "pink", "pine", "pint",
    "pinch", "pinned", "pinning", "pinpoint", "spin", "hairpin", "underpin"};

/* What stands before or after ピン where that does not mean a PIN, as in ショッピング. */
static const char *const before_kana[] = {"ッ", "ス"};
static const char *const after_kana[] = {"グ", "ク", "ト", "チ", "ポ"};

#define IS_ONE_OF(text, list) is_one_of(text, list, sizeof(list) / sizeof((list)[0]))

static bool
is_one_of(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

/* The letter at *name, or a blank if it is not a letter; *name advances. Full-width letters (from
 * U+FF21 and U+FF41) count as ordinary ones. */
static char
next_letter(const char **name)
{
	const unsigned char *at = (const unsigned char *)*name;
	bool wide = at[0] == 0xEF && (at[1] == 0xBC || at[1] == 0xBD);
	int letter = wide ? 0x20 + (at[1] - 0xBC) * 0x40 + (at[2] - 0x80) : at[0];

	*name += wide ? 3 : 1;
	return (char)(isascii(letter) && isalpha(letter) ? letter : ' ');
}

/* Put blanks between the words of names such as "userPIN", "PinCode" and "pin_1", in lower case.
 * The caller frees the result. */
static char *
part_words(const char *name)
{
	char *words = memory_new(2 * strlen(name) + 1), before = ' ';
	size_t length = 0;

	while (*name != '\0') {
		char letter = next_letter(&name);
		const char *ahead = name;
		bool ends = isupper((unsigned char)letter) &&
			    (islower((unsigned char)before) ||
				(isupper((unsigned char)before) && *ahead != '\0' &&
				    islower((unsigned char)next_letter(&ahead))));

		if (ends)
			words[length++] = ' ';
		words[length++] = (char)tolower((unsigned char)letter);
		before = letter;
	}
	return words;
}

static bool
is_pin_word(const char *word)
{
	size_t length = strlen(word);

	if (length < 3 || (strncmp(word, "pin", 3) != 0 && strcmp(word + length - 3, "pin") != 0))
		return IS_ONE_OF(word, pin_words);
	return !IS_ONE_OF(word, other_words);
}

static bool
has_pin_part(const char *text)
{
	for (size_t i = 0; i < sizeof(pin_parts) / sizeof(pin_parts[0]); i++)
		if (strstr(text, pin_parts[i]) != NULL)
			return true;
	return false;
}

/* Look at each word of the name, and then at the words joined, because "p_i_n" is a PIN too. */
static bool
has_pin_letters(const char *name)
{
	char *words = part_words(name), *joined = memory_new(strlen(words) + 1), *rest = words,
	     *word;
	size_t length = 0;
	bool has = false;

	while ((word = strsep(&rest, " ")) != NULL) {
		has |= is_pin_word(word);
		memcpy(joined + length, word, strlen(word));
		length += strlen(word);
	}
	has |= has_pin_part(joined) || strcmp(joined, "pin") == 0 || IS_ONE_OF(joined, pin_words);
	free(joined);
	free(words);
	return has;
}

static bool
has_pin_kana(const char *name)
{
	static const char kana[] = "ピン";
	char before[4] = "", after[4] = "";

	for (const char *at = name; (at = strstr(at, kana)) != NULL; at++) {
		size_t done = (size_t)(at - name);

		(void)snprintf(before, sizeof(before), "%.3s", done >= 3 ? at - 3 : "");
		(void)snprintf(after, sizeof(after), "%.3s", at + strlen(kana));
		if (!IS_ONE_OF(before, before_kana) && !IS_ONE_OF(after, after_kana))
			return true;
	}
	return false;
}

static bool
is_of_pin(const char *name)
{
	return has_pin_letters(name) || has_pin_part(name) || has_pin_kana(name);
}

/* Deeper than any valid message. */
#define DEPTH_MAX 32

/* Does the message contain a PIN? It must not pass through a browser, so such a message is
 * refused. So is one that is nested too deep to be searched. */
static bool
has_pin(json_t *value, int depth) /* NOLINT(misc-no-recursion): DEPTH_MAX */
{
	const char *name;
	json_t *member;
	size_t i;

	if (depth > DEPTH_MAX)
		return true;
	json_object_foreach(
	    value, name, member) if (is_of_pin(name) || has_pin(member, depth + 1)) return true;
	json_array_foreach(value, i, member) if (has_pin(member, depth + 1)) return true;
	return false;
}

/* ---------------------------------------------------------------- what is signed */

static bool
take_digest(const json_t *value, struct request *request)
{
	const char *text = json_string_value(value);

	return text != NULL && digest_read(text, &request->digests[request->count++]);
}

static enum word
take_digests(const json_t *list, struct request *request)
{
	size_t count = json_array_size(list);

	if (count == 0 || count > REQUEST_DIGESTS_MAX)
		return WORD_REFUSED_DIGEST;
	request->room = count;
	request->digests = memory_new(count * sizeof(*request->digests));
	for (size_t i = 0; i < count; i++)
		if (!take_digest(json_array_get(list, i), request))
			return WORD_REFUSED_DIGEST;
	return WORD_DONE;
}

static enum word
take_one_digest(const json_t *value, struct request *request)
{
	request->room = 1;
	request->digests = memory_new(sizeof(*request->digests));
	return take_digest(value, request) ? WORD_DONE : WORD_REFUSED_DIGEST;
}

/* ---------------------------------------------------------------- a page's message */

static const struct {
	const char *mode;
	enum request_kind kind;
} modes[] = {
    {"01", REQUEST_LOG_IN},
    {"02", REQUEST_SIGN},
    {"04", REQUEST_ATTRIBUTES},
    {"05", REQUEST_END},
};

static void
note_mode(const json_t *message, struct request *request)
{
	const char *mode = json_string_value(json_object_get(message, "mode"));

	if (mode != NULL && strlen(mode) < sizeof(request->mode))
		(void)snprintf(request->mode, sizeof(request->mode), "%s", mode);
}

static enum word
take_kind(struct request *request)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(request->mode, modes[i].mode) == 0) {
			request->kind = modes[i].kind;
			return WORD_DONE;
		}
	return WORD_NOT_UNDERSTOOD;
}

static enum word
take_what_is_signed(const json_t *message, struct request *request)
{
	const json_t *digest = json_object_get(message, "digest");

	if (request->kind == REQUEST_SIGN && json_is_array(digest))
		return take_digests(digest, request);
	if (request->kind == REQUEST_SIGN || request->kind == REQUEST_LOG_IN)
		return take_one_digest(digest, request);
	return WORD_DONE;
}

static enum word
take_message(json_t *message, struct request *request)
{
	enum word word;

	if (!json_is_object(message))
		return WORD_NOT_UNDERSTOOD;
	if (has_pin(message, 0))
		return WORD_REFUSED_PIN;
	word = take_kind(request);
	return word == WORD_DONE ? take_what_is_signed(message, request) : word;
}

static enum word
take_from(const char *origin, json_t *message, struct request *request)
{
	note_mode(message, request);
	if (!origin_is_listed(origin))
		return WORD_REFUSED_ORIGIN;
	request->origin = text_copy(origin, strlen(origin));
	return take_message(message, request);
}

/* ---------------------------------------------------------------- an extension's message */

/* Our extension sends {"origin": ..., "message": ...} or {"check": true}, and nothing else. */
static enum word
take_ours(json_t *whole, struct request *request)
{
	const char *origin = json_string_value(json_object_get(whole, "origin"));
	json_t *message = json_object_get(whole, "message");

	if (json_object_size(whole) == 1 && json_is_true(json_object_get(whole, "check"))) {
		request->kind = REQUEST_CHECK;
		return WORD_DONE;
	}
	note_mode(message, request);
	if (json_object_size(whole) != 2 || origin == NULL || !json_is_object(message))
		return WORD_NOT_UNDERSTOOD;
	return take_from(origin, message, request);
}

/* Another extension sends a page's message as it is, or as a text. An origin in it would come from
 * the page itself, so it is ignored. */
static enum word
take_other(json_t *whole, struct request *request)
{
	json_t *inner = json_is_string(whole)
			    ? parse(json_string_value(whole), json_string_length(whole))
			    : json_incref(whole);
	enum word word;

	note_mode(inner, request);
	word = take_message(inner, request);
	json_decref(inner);
	return word;
}

enum word
request_read(enum caller caller, const char *text, size_t length, struct request *request)
{
	json_t *whole = parse(text, length);
	enum word word = WORD_NOT_UNDERSTOOD;

	*request = (struct request){0};
	if (whole != NULL)
		word =
		    caller == CALLER_OURS ? take_ours(whole, request) : take_other(whole, request);
	json_decref(whole);
	return word;
}

enum word
request_read_of(const char *origin, const char *text, size_t length, struct request *request)
{
	json_t *message = parse(text, length);
	enum word word = WORD_NOT_UNDERSTOOD;

	*request = (struct request){0};
	if (message != NULL)
		word = take_from(origin, message, request);
	json_decref(message);
	return word;
}

void
request_free(struct request *request)
{
	if (request->origin != NULL)
		explicit_bzero(request->origin, strlen(request->origin));
	text_free(&request->origin);
	if (request->digests != NULL)
		explicit_bzero(request->digests, request->room * sizeof(*request->digests));
	free(request->digests);
	*request = (struct request){0};
}
