/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The text of a settings file (src/reader/settings.h). It is read over two sets of settings that
 * differ in all values: what the text names becomes the same in both, all else is kept.
 */

#include <string.h>

#include "base/log.h"
#include "fuzz.h"
#include "reader/settings.h"

#define OTHER_WINDOW 77
#define OTHER_FILE "/other/log"

static void
judge(const struct settings *s)
{
	fuzz_check(s->signature_window_ms == OTHER_WINDOW ||
		   (s->signature_window_ms % 1000 == 0 &&
		       s->signature_window_ms / 1000 <= SETTINGS_WINDOW_MAX));
	fuzz_check(s->pss == PSS_AUTO || s->pss == PSS_ON || s->pss == PSS_OFF);
	fuzz_check(s->labels == LABELS_EN || s->labels == LABELS_JA);
	fuzz_check(s->log_level >= LOG_OFF && s->log_level < LOG_LEVELS);
	fuzz_check(memchr(s->log_file, '\0', sizeof(s->log_file)) != NULL);
	fuzz_check(s->log_file[0] == '\0' || s->log_file[0] == '/');
}

#define NAMED_OR_KEPT(member, before, other_before)                                                \
	fuzz_check(s.member == other.member ||                                                     \
		   (s.member == (before).member && other.member == (other_before).member))

int
LLVMFuzzerInitialize(int *count, char ***arguments)
{
	(void)count;
	(void)arguments;
	log_start(LOG_ERROR, "/dev/null"); /* complaints are put together all the same */
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const struct settings different = {.signature_window_ms = OTHER_WINDOW,
	    .pss = PSS_OFF,
	    .public_certificates_profile = false,
	    .guard = false,
	    .labels = LABELS_JA,
	    .log_level = LOG_TRACE,
	    .log_file = OTHER_FILE,
	    .program = "x"};
	struct settings s = settings_default, other = different;
	char *text = fuzz_memory(bytes, length);
	unsigned complaints;

	strcpy(s.program, different.program);
	complaints = settings_parse(text, length, "source", &s);

	fuzz_check(settings_parse(text, length, "source", &other) == complaints);
	free(text);
	judge(&s);
	judge(&other);
	NAMED_OR_KEPT(signature_window_ms, settings_default, different);
	NAMED_OR_KEPT(pss, settings_default, different);
	NAMED_OR_KEPT(public_certificates_profile, settings_default, different);
	NAMED_OR_KEPT(labels, settings_default, different);
	NAMED_OR_KEPT(guard, settings_default, different);
	NAMED_OR_KEPT(log_level, settings_default, different);
	fuzz_check(strcmp(s.log_file, other.log_file) == 0 ||
		   (s.log_file[0] == '\0' && strcmp(other.log_file, OTHER_FILE) == 0));
	return 0;
}
