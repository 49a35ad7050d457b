/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The text of a settings file (src/reader/settings.h). It is read over two sets of settings that
 * differ in all values: what the text names becomes the same in both, all else is kept.
 */

#include <string.h>

#include "base/log.h"
#include "fuzz.h"
#include "reader/settings.h"

#define PROGRAM "x"

static struct settings different;

static void
judge(const struct settings *s)
{
	fuzz_check(s->signature_window_ms % 1000 == 0 &&
		   s->signature_window_ms / 1000 <= SETTINGS_WINDOW_MAX);
	fuzz_check(s->pss == PSS_AUTO || s->pss == PSS_ON || s->pss == PSS_OFF);
	fuzz_check(s->labels == LABELS_EN || s->labels == LABELS_JA);
	fuzz_check(s->log_level >= LOG_OFF && s->log_level < LOG_LEVELS);
	fuzz_check(memchr(s->log_file, '\0', sizeof(s->log_file)) != NULL);
	fuzz_check(s->log_file[0] == '\0' || s->log_file[0] == '/');
}

static bool
same(const struct setting *known, const struct settings *a, const struct settings *b)
{
	return memcmp((const char *)a + known->offset, (const char *)b + known->offset,
		   known->size) == 0;
}

/* Another value than the default: a complaint about a setting has some among its words. */
static void
differ(struct settings *s, const struct setting *known)
{
	char *words = fuzz_memory(known->values, strlen(known->values) + 1), *rest;

	for (char *word = strtok_r(words, ", ", &rest); same(known, s, &settings_default);
	     word = strtok_r(NULL, ", ", &rest)) {
		fuzz_check(word != NULL);
		(void)known->set((char *)s + known->offset, word);
	}
	free(words);
}

void
fuzz_prepare(void)
{
	log_start(LOG_ERROR, "/dev/null"); /* complaints are put together all the same */
	different = settings_default;
	strcpy(different.program, PROGRAM);
	for (size_t i = 0; i < settings_known_count; i++)
		differ(&different, &settings_known[i]);
}

void
fuzz_try(struct fuzz_input *input)
{
	struct settings s = settings_default, other = different;
	size_t length = input->left;
	char *text = fuzz_memory(input->at, length);
	unsigned complaints;

	strcpy(s.program, PROGRAM);
	complaints = settings_parse(text, length, "source", &s);

	fuzz_check(settings_parse(text, length, "source", &other) == complaints);
	free(text);
	judge(&s);
	judge(&other);
	for (size_t i = 0; i < settings_known_count; i++) {
		const struct setting *known = &settings_known[i];

		fuzz_check(same(known, &s, &other) ||
			   (same(known, &s, &settings_default) && same(known, &other, &different)));
	}
}
