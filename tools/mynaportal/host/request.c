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

static const char *const pin_names[] = {"pin", "pins", "pincode", "pinnumber", "userpin", "authpin",
    "signpin", "password", "passwd", "passcode", "passphrase", "passwords", "userpassword",
    "signpassword", "pw", "pwd"};

/* Letters of the longest of them, and then some. */
#define NAME_ROOM 32

/* Its letters alone, small: "PIN_1" is "pin". */
static void
take_letters(const char *name, char letters[NAME_ROOM])
{
	size_t length = 0;

	for (; *name != '\0' && length < NAME_ROOM - 1; name++)
		if (isascii(*name) && isalpha((unsigned char)*name))
			letters[length++] = (char)tolower((unsigned char)*name);
	letters[length] = '\0';
}

static bool
is_of_pin(const char *name)
{
	char letters[NAME_ROOM];

	take_letters(name, letters);
	for (size_t i = 0; i < sizeof(pin_names) / sizeof(pin_names[0]); i++)
		if (strcmp(letters, pin_names[i]) == 0)
			return true;
	return strstr(name, "暗証番号") != NULL || strstr(name, "パスワード") != NULL;
}

/* A PIN does not pass through a browser: whoever sends one is not to get used to it. */
static bool
has_pin(json_t *message)
{
	for (void *at = json_object_iter(message); at != NULL;
	     at = json_object_iter_next(message, at))
		if (is_of_pin(json_object_iter_key(at)))
			return true;
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
	request->digests = memory_new(count * sizeof(*request->digests));
	for (size_t i = 0; i < count; i++)
		if (!take_digest(json_array_get(list, i), request))
			return WORD_REFUSED_DIGEST;
	return WORD_DONE;
}

static enum word
take_one_digest(const json_t *value, struct request *request)
{
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
	if (has_pin(message))
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

/* {"origin": ..., "message": ...} or {"check": true}, and nothing beside. */
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

/* As it is, or as a text; an origin in it would be a page's own word, and is none. */
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
	text_free(&request->origin);
	free(request->digests);
	*request = (struct request){0};
}
