/* SPDX-License-Identifier: BSD-2-Clause */

/* Settings: what a file may say, and where files are looked for. */

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/unit.h"
#include "reader/settings.h"

/* A folder of the test's own, and the files in it. */
static char folder[] = "/tmp/jpki-settings-XXXXXX";
static char log_path[64], config_path[64];
static char *log_text;
/* What a test reads. */
static struct settings settings;

static int
make_folder(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(log_path, sizeof(log_path), "%s/log", folder);
	snprintf(config_path, sizeof(config_path), "%s/jpki.conf", folder);
	return setenv("JPKI_CONFIG", "", 1);
}

static int
drop_folder(void **state)
{
	free(log_text);
	return remove_tree(folder);
}

/* What has been logged so far, until it is asked again. */
static const char *
logged(void)
{
	free(log_text);
	log_text = read_file_text(log_path, NULL);
	return log_text;
}

/* Complaints go to a file of their own, and not to the output of the tests. */
static void
log_anew(void)
{
	(void)unlink(log_path);
	log_start(LOG_ERROR, log_path);
}

static void
forget_environment(void)
{
	unsetenv("JPKI_LOG");
	unsetenv("JPKI_LOG_FILE");
	unsetenv("XDG_CONFIG_HOME");
	setenv("JPKI_CONFIG", "", 1);
}

static int
set_up(void **state)
{
	settings = settings_default;
	log_anew();
	return 0;
}

static int
tear_down(void **state)
{
	forget_environment();
	log_stop();
	return 0;
}

/* ------------------------------------------------------------------------- one file's text */

static const struct {
	const char *text;
	const char *changed; /* the names of the settings that it changes, as `expected` has them */
	struct settings expected;
	const char *complaint; /* NULL: none */
} texts[] = {
#define NO_CHANGE                                                                                  \
	"",                                                                                        \
	{                                                                                          \
		0                                                                                  \
	}
    {"", NO_CHANGE, NULL},
    {"\n# nothing\n; nothing\n\n", NO_CHANGE, NULL},
    {"[signature]\nwindow = 0\n", "window", {.signature_window_ms = 0}, NULL},
    {"[signature]\nwindow=86400", "window", {.signature_window_ms = 86400000}, NULL},
    {"[signature]\nwindow = 7 ; seconds\n", "window", {.signature_window_ms = 7000}, NULL},
    {"[signature]\r\nwindow = 7\r\n", "window", {.signature_window_ms = 7000}, NULL},
    {"[signature]\nwindow = 3\nwindow = 4\n", "window", {.signature_window_ms = 4000}, NULL},
    {"[signature]\nwindow = 86401\n", NO_CHANGE, "[signature] window: the value must be a number"},
    {"[signature]\nwindow = -1\n", NO_CHANGE, "[signature] window"},
    {"[signature]\nwindow = +1\n", NO_CHANGE, "[signature] window"},
    {"[signature]\nwindow = \n", NO_CHANGE, "[signature] window"},
    {"[signature]\nwindow = 10 s\n", NO_CHANGE, "[signature] window"},
    {"[signature]\nwindow = 0x10\n", NO_CHANGE, "[signature] window"},
    {"[signature]\nwindow = 99999999999999999999\n", NO_CHANGE, "[signature] window"},
    {"[signature]\nwindow = 5\nwindow = x\n", "window", {.signature_window_ms = 5000},
	"[signature] window"},
    {"[signature]\npublic-certificates-profile = no\n", "public-certificates-profile",
	{.public_certificates_profile = false}, NULL},
    {"[signature]\npublic-certificates-profile = yes\n", NO_CHANGE, NULL},
    {"[signature]\npublic-certificates-profile = maybe\n", NO_CHANGE, "yes or no"},
    {"[token]\npss = auto\n", NO_CHANGE, NULL},
    {"[token]\npss = on\n", "pss", {.pss = PSS_ON}, NULL},
    {"[token]\npss = off\n", "pss", {.pss = PSS_OFF}, NULL},
    {"[token]\npss = no\n", NO_CHANGE, "auto, on or off"},
    {"[token]\nPSS = off\n", NO_CHANGE, "[token] PSS: there is no such setting"},
    {"[token]\nguard = yes\n", NO_CHANGE, NULL},
    {"[token]\nguard = no\n", "guard", {.guard = false}, NULL},
    {"[token]\nguard = maybe\n", NO_CHANGE, "yes or no"},
    {"[token]\ncache = yes\n", NO_CHANGE, NULL},
    {"[token]\ncache = no\n", "cache", {.cache = false}, NULL},
    {"[token]\ncache = maybe\n", NO_CHANGE, "yes or no"},
    {"[token]\nlabels = en\n", NO_CHANGE, NULL},
    {"[token]\nlabels = ja\n", "labels", {.labels = LABELS_JA}, NULL},
    {"[token]\nlabels = fr\n", NO_CHANGE, "en or ja"},
    {"[log]\nlevel = off\n", "level", {.log_level = LOG_OFF}, NULL},
    {"[log]\nlevel = info\n", "level", {.log_level = LOG_INFO}, NULL},
    {"[log]\nlevel = trace\n", "level", {.log_level = LOG_TRACE}, NULL},
    {"[log]\nlevel = 9\n", NO_CHANGE, "off, error, info or trace"},
    {"[log]\nfile = /var/log/the log\n", "file", {.log_file = "/var/log/the log"}, NULL},
    {"[log]\nfile = log.txt\n", NO_CHANGE, "a path that begins with /"},
    {"pss = off\n", NO_CHANGE, "[] pss: there is no such setting"},
    {"[nonsense]\nx = y\n[token]\npss = on\n", "pss", {.pss = PSS_ON},
	"[nonsense] x: there is no such setting"},
    {"[token]\npss\n", NO_CHANGE, "line 2 is neither"},
    {"[token\npss = on\n", NO_CHANGE, "line 1 is neither"},
    {"\xEF\xBB\xBF[token]\npss = on\n", "pss", {.pss = PSS_ON}, NULL},
    {"\x01\x1b[2J", NO_CHANGE, "neither"},
    {"[signature this one]\nwindow = 7\n", "window", {.signature_window_ms = 7000}, NULL},
    {"[signature this one]\nwindow = 7\n[signature]\nwindow = 3\n[token]\npss = on\n", "window pss",
	{.signature_window_ms = 7000, .pss = PSS_ON}, NULL},
    {"[signature  this one]\nwindow = 7\n", "window", {.signature_window_ms = 7000}, NULL},
    {"[signature another]\nwindow = 7\n[signature]\npublic-certificates-profile = no\n",
	"public-certificates-profile", {.public_certificates_profile = false}, NULL},
    {"[signature ]\nwindow = 7\n", NO_CHANGE, NULL},
    {"[signature this]\nwindow = 7\n", NO_CHANGE, NULL},
    {"[signature this one]\nwindow = 8\nwindow = x\n", "window", {.signature_window_ms = 8000},
	"[signature this one] window: the value must be a number"},
    {"[signature another]\nwindow = x\n", NO_CHANGE, "[signature another] window"},
    {"[window this one]\nwindow = 7\n", NO_CHANGE, "[window this one] window: there is no such"},
    {"[token this one]\npss\n", NO_CHANGE, "line 2 is neither"},
};

static bool
same_setting(const struct setting *known, const struct settings *a, const struct settings *b)
{
	return memcmp((const char *)a + known->offset, (const char *)b + known->offset,
		   known->size) == 0;
}

static bool
all_default(void)
{
	for (size_t i = 0; i < settings_known_count; i++)
		if (!same_setting(&settings_known[i], &settings, &settings_default))
			return false;
	return true;
}

/* Is a word one of those of a text, with blanks between them? */
static bool
has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (; *text != '\0'; text += strcspn(text, " "), text += strspn(text, " "))
		if (strcspn(text, " ") == length && strncmp(text, word, length) == 0)
			return true;
	return false;
}

static void
a_file_says(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(texts); i++) {
		unsigned complaints;

		settings = settings_default;
		strcpy(settings.program, "this one");
		log_anew();
		complaints =
		    settings_parse(texts[i].text, strlen(texts[i].text), "test.conf", &settings);
		for (size_t k = 0; k < settings_known_count; k++) {
			bool changed = has_word(texts[i].changed, settings_known[k].name);

			if (!same_setting(&settings_known[k], &settings,
				changed ? &texts[i].expected : &settings_default))
				fail_msg("%s differs: %s", settings_known[k].name, texts[i].text);
		}
		assert_int_equal(complaints > 0, texts[i].complaint != NULL);
		if (texts[i].complaint == NULL)
			assert_string_equal(logged(), "");
		else if (strstr(logged(), texts[i].complaint) == NULL ||
			 strstr(logged(), "test.conf") == NULL)
			fail_msg("%s is complained of so: %s", texts[i].text, logged());
	}
}

/* Each setting has a text here that changes it, and one of which it complains. */
static void
each_setting_is_tried(void **state)
{
	for (size_t i = 0; i < settings_known_count; i++) {
		const struct setting *known = &settings_known[i];
		bool changed = false, complained = false;
		char line[64];

		snprintf(line, sizeof(line), "%s =", known->name);
		for (size_t k = 0; k < LENGTH_OF(texts); k++) {
			bool named = strstr(texts[k].text, line) != NULL;

			changed = changed || has_word(texts[k].changed, known->name);
			complained = complained || (named && texts[k].complaint != NULL);
		}
		if (!changed || !complained)
			fail_msg("no text of `texts` %s [%s] %s",
			    changed ? "has a wrong value for" : "changes", known->section,
			    known->name);
	}
}

/* The text need not end in anything, and may have NULs in it. */
static void
any_bytes_will_do(void **state)
{
	static const char text[] = "[token]\npss = off\0n\n[log]\nlevel = info";
	char *exact = malloc(sizeof(text) - 1);

	assert_non_null(exact);
	memcpy(exact, text, sizeof(text) - 1);
	assert_int_equal(settings_parse(exact, sizeof(text) - 1, "x", &settings), 1);
	assert_int_equal(settings.pss, PSS_AUTO);
	assert_int_equal(settings.log_level, LOG_INFO);
	free(exact);
}

/* ------------------------------------------------------------------------- lines too long */

/* Longer than any line that inih takes. */
#define LONG 3000

/* `before`, as many times `fill`, `after`: what comes of it. Returns the number of complaints. */
static unsigned
parse_filled(const char *before, char fill, size_t count, const char *after)
{
	static char text[LONG + 256];
	size_t length = strlen(before);

	assert_true(length + count + strlen(after) < sizeof(text));
	strcpy(text, before);
	memset(text + length, fill, count);
	strcpy(text + length + count, after);
	settings = settings_default;
	log_anew();
	return settings_parse(text, strlen(text), "x", &settings);
}

/* Whatever stands at its end, and however long it is. */
static void
a_comment_sets_nothing(void **state)
{
	static const char *const begins[] = {"[token]\n;", "[token]\n#", "[token]\r\n# ",
	    "[token]\n \t; ", "[token]\nguard = yes\n  # ", "\xEF\xBB\xBF# "};
	static const char *const ends[] = {
	    "guard = no", "guard = no\n", "guard = no\r\n", "[log]\n", "\n\n", ""};

	for (size_t i = 0; i < LENGTH_OF(begins); i++)
		for (size_t k = 0; k < LENGTH_OF(ends); k++)
			for (size_t n = 0; n < LONG; n += n < 450 ? 1 : 97) {
				assert_int_equal(parse_filled(begins[i], 'x', n, ends[k]), 0);
				assert_true(all_default());
				assert_string_equal(logged(), "");
			}
}

/* Spaces before it count too. */
static void
blanks_set_nothing(void **state)
{
	for (size_t n = 0; n < LONG; n += n < 450 ? 1 : 97) {
		assert_int_equal(parse_filled("[token]\n", ' ', n, "\n"), 0);
		assert_int_equal(parse_filled("[token]\n", ' ', n, "# guard = no\n"), 0);
		(void)parse_filled("[token]\nguard = yes\n ", ' ', n, "pss = on\n");
		assert_int_equal(settings.pss, PSS_AUTO);
		assert_true(settings.guard);
	}
}

static void
a_long_value_is_taken_whole_or_not_at_all(void **state)
{
	static const char *const ends[] = {"", "\n", "\r\n", "\r\nlevel = error\n"};
	size_t refused[4] = {0};

	for (size_t k = 0; k < LENGTH_OF(ends); k++)
		for (size_t n = 0; n < LONG; n += n < 450 ? 1 : 97) {
			unsigned complaints = parse_filled("[log]\nfile = /", 'x', n, ends[k]);

			assert_int_equal(complaints, strlen(settings.log_file) != n + 1);
			if (complaints == 0)
				continue;
			assert_string_equal(settings.log_file, "");
			assert_non_null(strstr(logged(), "x: line 2 is longer than "));
			if (refused[k] == 0)
				refused[k] = n;
		}
	/* the same limit, whatever ends the line; and what inih promises fits */
	for (size_t k = 0; k < LENGTH_OF(ends); k++)
		assert_int_equal(refused[k], refused[0]);
	assert_true(strlen("file = /") + refused[0] > INI_MAX_LINE - 3);
}

/* What follows a line that is not taken goes to none of those before. */
static void
nothing_is_moved_to_another_setting(void **state)
{
	static const struct {
		const char *before, *after;
	} parts[] = {
	    {"[token]\nguard = yes\npss", " = on\n  no\n"},
	    {"[token]\nguard = yes\npss", " = on\n\n  # more\n  no\n"},
	    {"[token]\nguard = yes\n  no", "\n  no\n"},
	    {"[token]\nguard = yes\n  [", "]\n  no\n"},
	    {"[token]\n[", "]\nguard = no\n"},
	    {"[token]\n  guard = ", "\n  no\n"},
	    {"[token]\nguard = yes\n[", "\n  no\n"},
	};

	for (size_t i = 0; i < LENGTH_OF(parts); i++) {
		assert_true(parse_filled(parts[i].before, 'x', 400, parts[i].after) > 0);
		if (!settings.guard)
			fail_msg("%s... turns the guard off", parts[i].before);
		assert_non_null(strstr(logged(), "is longer than "));
	}
}

/* And what has its own name is taken again. */
static void
the_next_setting_is_taken(void **state)
{
	assert_int_equal(parse_filled("[token]\npss = ", 'x', 400, "\n  on\nguard = no\n"), 1);
	assert_false(settings.guard);
	assert_int_equal(settings.pss, PSS_AUTO);
	assert_int_equal(parse_filled("[token]\n  pss = ", 'x', 400, "\n[log]\nlevel = off\n"), 1);
	assert_int_equal(settings.log_level, LOG_OFF);
}

static void
lines_are_counted(void **state)
{
	assert_int_equal(parse_filled("[token]\n#", 'x', 1000, "\npss\n"), 1);
	assert_non_null(strstr(logged(), "x: line 3 is neither"));
	assert_int_equal(parse_filled("\r\n\r\n[token", 'x', 1000, "\r\npss"), 2);
	assert_non_null(strstr(logged(), "x: line 3 is longer than "));
	assert_non_null(strstr(logged(), "x: line 4 is neither"));
}

/* ------------------------------------------------------------------------ where files are */

static void
the_environment_names_a_file(void **state)
{
	write_file_text(config_path, "[signature]\nwindow = 42\n[log]\nlevel = info\n");
	setenv("JPKI_CONFIG", config_path, 1);
	settings_load(&settings);
	assert_int_equal(settings.signature_window_ms, 42000);
	assert_int_equal(settings.log_level, LOG_INFO);

	setenv("JPKI_LOG", "trace", 1);
	setenv("JPKI_LOG_FILE", "/tmp/some file", 1);
	settings_load(&settings);
	assert_int_equal(settings.signature_window_ms, 42000);
	assert_int_equal(settings.log_level, LOG_TRACE);
	assert_string_equal(settings.log_file, "/tmp/some file");

	setenv("JPKI_LOG", "loud", 1);
	setenv("JPKI_LOG_FILE", "here", 1);
	settings_load(&settings);
	assert_int_equal(settings.log_level, LOG_INFO);
	assert_string_equal(settings.log_file, "");
	assert_non_null(strstr(logged(), "JPKI_LOG must be"));
	assert_non_null(strstr(logged(), "JPKI_LOG_FILE must be"));

	forget_environment();
	settings_load(&settings);
	assert_true(all_default());
}

static void
a_file_that_is_named_must_be_there(void **state)
{
	(void)unlink(config_path);
	setenv("JPKI_CONFIG", config_path, 1);
	settings_load(&settings);
	assert_true(all_default());
	assert_non_null(strstr(logged(), config_path));
}

static void
a_person_s_file_is_found(void **state)
{
	char path[128], home[64];

	snprintf(home, sizeof(home), "%s/jpki", folder);
	snprintf(path, sizeof(path), "%s/jpki.conf", home);
	assert_int_equal(mkdir(home, 0700), 0);
	write_file_text(path, "[token]\npss = off\n");
	unsetenv("JPKI_CONFIG");
	setenv("XDG_CONFIG_HOME", folder, 1);
	settings_load(&settings);
	assert_int_equal(settings.pss, PSS_OFF);
	setenv("XDG_CONFIG_HOME", "not/absolute", 1);
	setenv("HOME", "/nonexistent", 1);
	settings_load(&settings);
	assert_int_equal(settings.pss, PSS_AUTO);
	errno = EXDEV;
	settings_load(&settings); /* there is no file at all */
	assert_int_equal(errno, EXDEV);
	assert_int_equal(unlink(path) | rmdir(home), 0);
}

/* Nobody writes to it, so who reads waits. */
static void
a_pipe_is_no_file(void **state)
{
	(void)unlink(config_path);
	assert_int_equal(mkfifo(config_path, 0600), 0);
	setenv("JPKI_CONFIG", config_path, 1);
	settings_load(&settings);
	assert_non_null(strstr(logged(), "Invalid argument"));
	log_start(LOG_ERROR, config_path); /* and nobody reads: standard error hears of it */
	setenv("JPKI_CONFIG", "/dev/zero", 1);
	settings_load(&settings);
	assert_true(all_default());
	assert_int_equal(unlink(config_path), 0);
}

static void
a_file_too_large_is_not_taken(void **state)
{
	FILE *file;

	write_file_text(config_path, "[token]\npss = off\n");
	file = fopen(config_path, "a");
	assert_non_null(file);
	for (int i = 0; i < SETTINGS_FILE_MAX; i++)
		fputc('\n', file);
	fclose(file);
	setenv("JPKI_CONFIG", config_path, 1);
	settings_load(&settings);
	assert_int_equal(settings.pss, PSS_AUTO);
	assert_non_null(strstr(logged(), "larger than 64 kB"));
	setenv("JPKI_CONFIG", folder, 1);
	settings_load(&settings);
	assert_non_null(strstr(logged(), "Invalid argument"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_file_says),
	    TEST(each_setting_is_tried),
	    TEST(any_bytes_will_do),
	    TEST(a_comment_sets_nothing),
	    TEST(blanks_set_nothing),
	    TEST(a_long_value_is_taken_whole_or_not_at_all),
	    TEST(nothing_is_moved_to_another_setting),
	    TEST(the_next_setting_is_taken),
	    TEST(lines_are_counted),
	    TEST(the_environment_names_a_file),
	    TEST(a_file_that_is_named_must_be_there),
	    TEST(a_person_s_file_is_found),
	    TEST(a_pipe_is_no_file),
	    TEST(a_file_too_large_is_not_taken),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
