/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What jpki-portal-host reads from a browser: the first byte says which extension it is (0: ours),
 * and in what pieces the rest comes, which is a row of frames. They are taken apart and judged, up
 * to what would be asked of a person and a card; nothing is asked.
 */

#include <string.h>

#include <jansson.h>

#include "fuzz.h"
#include "native_message.h"
#include "origin.h"
#include "request.h"

static bool
is_built_in(const char *origin)
{
	static const char below[] = ".myna.go.jp";
	size_t length = strlen(origin);

	return strcmp(origin, "https://myna.go.jp") == 0 ||
	       strcmp(origin, "https://login.e-tax.nta.go.jp") == 0 ||
	       (length > sizeof(below) &&
		   strcmp(origin + length - (sizeof(below) - 1), below) == 0);
}

/* Nothing but SHA-256 hashes is signed, and not too many. */
static void
judge_digests(const struct request *request)
{
	bool signs = request->kind == REQUEST_LOG_IN || request->kind == REQUEST_SIGN;

	fuzz_check(signs ? request->count > 0 : request->count == 0);
	fuzz_check(request->kind != REQUEST_LOG_IN || request->count == 1);
	fuzz_check(request->count <= REQUEST_DIGESTS_MAX);
	for (size_t i = 0; i < request->count; i++)
		fuzz_check(
		    memcmp(request->digests[i].info, digest_prefix, DIGEST_PREFIX_SIZE) == 0);
}

static void
judge_origin(enum caller caller, const struct request *request)
{
	bool told = caller == CALLER_OURS && request->kind != REQUEST_CHECK;

	fuzz_check((request->origin != NULL) == told);
	fuzz_check(
	    !told || (origin_is_written_well(request->origin) && is_built_in(request->origin)));
}

/* A message that may be done: its page has sent no PIN. */
static void
judge_names(enum caller caller, const char *text, size_t length)
{
	json_t *whole = json_loadb(text, length, JSON_DECODE_ANY, NULL);
	const json_t *message = caller == CALLER_OURS ? json_object_get(whole, "message") : whole;

	fuzz_check(whole != NULL);
	fuzz_check(json_object_get(message, "pin") == NULL);
	fuzz_check(json_object_get(message, "PASSWORD") == NULL);
	json_decref(whole);
}

static void
judge(enum caller caller, const char *text, size_t length)
{
	struct request request;
	enum word word = request_read(caller, text, length, &request);

	fuzz_check(memchr(request.mode, '\0', sizeof(request.mode)) != NULL);
	fuzz_check(word == WORD_DONE || word == WORD_NOT_UNDERSTOOD ||
		   word == WORD_REFUSED_ORIGIN || word == WORD_REFUSED_DIGEST ||
		   word == WORD_REFUSED_PIN);
	fuzz_check(caller == CALLER_OURS || word != WORD_REFUSED_ORIGIN);
	if (word == WORD_DONE) {
		fuzz_check(caller == CALLER_OURS || request.kind != REQUEST_CHECK);
		judge_digests(&request);
		judge_origin(caller, &request);
		judge_names(caller, text, length);
	}
	request_free(&request);
}

/* False: nothing can be read behind it. */
static bool
take(struct message_input *input, enum caller caller, const uint8_t *bytes, size_t count)
{
	while (count > 0) {
		size_t taken;
		enum message_state state = message_take(input, bytes, count, &taken);

		fuzz_check(taken > 0 && taken <= count);
		fuzz_check(state == MESSAGE_LONG || input->length <= MESSAGE_READ_MAX);
		if (state == MESSAGE_LONG)
			return false;
		fuzz_check(state == MESSAGE_WHOLE || taken == count);
		if (state == MESSAGE_WHOLE) {
			fuzz_check(input->text[input->length] == '\0');
			judge(caller, input->text, input->length);
			message_next(input);
		}
		bytes += taken;
		count -= taken;
	}
	return true;
}

void
fuzz_prepare(void)
{
	/* the list of sites is what is built in, whoever runs this */
	(void)setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
}

void
fuzz_try(struct fuzz_input *rest)
{
	uint8_t first = fuzz_byte(rest);
	enum caller caller = (first & 1) == 0 ? CALLER_OURS : CALLER_OTHER;
	size_t piece = (first >> 1) + 1;
	struct message_input input = {0};
	bool goes_on = true;

	while (goes_on && rest->left > 0) {
		size_t count;
		const uint8_t *from = fuzz_bytes(rest, piece, &count);
		void *copy = fuzz_memory(from, count);

		goes_on = take(&input, caller, copy, count);
		free(copy);
	}
	message_next(&input);
}
