/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/evp.h>

#include "answer.h"
#include "text.h"

/* The error code that the official program gives for every error. */
#define ERROR_CODE "EW044-C300"

static json_t *
begin(const char *mode, const char *result)
{
	json_t *answer = mode[0] != '\0' ? json_pack("{s:s, s:s}", "mode", mode, "result", result)
					 : json_pack("{s:s}", "result", result);

	if (answer == NULL)
		out_of_memory();
	return answer;
}

json_t *
answer_done(const char *mode)
{
	return begin(mode, "0");
}

json_t *
answer_refused(const char *mode, enum word word)
{
	json_t *answer = begin(mode, "1");

	json_object_set_new(answer, "errcode", json_string(ERROR_CODE));
	json_object_set_new(answer, "message", json_string(word_text(word)));
	return answer;
}

char *
answer_text(json_t *answer, size_t *length)
{
	char *text;

	*length = json_dumpb(answer, NULL, 0, JSON_COMPACT);
	if (*length == 0)
		out_of_memory();
	text = memory_new(*length + 1);
	(void)json_dumpb(answer, text, *length, JSON_COMPACT);
	return text;
}

/* ---------------------------------------------------------------- bytes */

static json_t *
take_text(char *text)
{
	json_t *value = json_string(text);

	explicit_bzero(text, strlen(text)); /* it may be personal data */
	text_free(&text);
	if (value == NULL)
		out_of_memory();
	return value;
}

static char *
base64_text(const uint8_t *bytes, size_t size)
{
	char *text = memory_new(4 * ((size + 2) / 3) + 1);

	EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
	return text;
}

json_t *
answer_base64(const uint8_t *bytes, size_t size)
{
	return take_text(base64_text(bytes, size));
}

json_t *
answer_base64_unpadded(const uint8_t *bytes, size_t size)
{
	char *text = base64_text(bytes, size);

	text[strcspn(text, "=")] = '\0';
	return take_text(text);
}

json_t *
answer_hex(const void *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *byte = bytes;
	char *text = memory_new(2 * size + 1);

	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[byte[i] >> 4];
		text[2 * i + 1] = digits[byte[i] & 15];
	}
	return take_text(text);
}
