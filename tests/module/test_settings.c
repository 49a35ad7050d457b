/* SPDX-License-Identifier: BSD-2-Clause */

/* Settings: what a file may say, where files are looked for, and what comes of them. */

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "reader/settings.h"

/* A folder of the test's own, and the files in it. */
static char folder[] = "/tmp/jpki-settings-XXXXXX";
static char log_path[64], config_path[64];

static int
make_folder(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(log_path, sizeof(log_path), "%s/log", folder);
	snprintf(config_path, sizeof(config_path), "%s/jpki.conf", folder);
	return make_pki(state);
}

static int
drop_folder(void **state)
{
	(void)unlink(log_path);
	(void)unlink(config_path);
	(void)rmdir(folder);
	return drop_pki(state);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* What has been logged so far. */
static const char *
logged(void)
{
	static char text[4096];
	FILE *file = fopen(log_path, "r");
	size_t length;

	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

/* Complaints go to a file of their own, and not to the output of the tests. */
static void
log_anew(void)
{
	(void)unlink(log_path);
	log_start(LOG_ERROR, log_path);
}

/* ------------------------------------------------------------------------- one file's text */

static const struct {
	const char *text;
	struct settings expected; /* .log_file as below */
	const char *complaint;	  /* NULL: none */
} texts[] = {
#define SETTINGS(window, pss_use, profile, level)                                                  \
	{                                                                                          \
		.signature_window_ms = (window), .pss = (pss_use),                                 \
		.public_certificates_profile = (profile), .guard = true, .log_level = (level)      \
	}
#define DEFAULT SETTINGS(10000, PSS_AUTO, true, LOG_ERROR)
    {"", DEFAULT, NULL},
    {"\n# nothing\n; nothing\n\n", DEFAULT, NULL},
    {"[signature]\nwindow = 0\n", SETTINGS(0, PSS_AUTO, true, LOG_ERROR), NULL},
    {"[signature]\nwindow=86400", SETTINGS(86400000, PSS_AUTO, true, LOG_ERROR), NULL},
    {"[signature]\nwindow = 7 ; seconds\n", SETTINGS(7000, PSS_AUTO, true, LOG_ERROR), NULL},
    {"[signature]\r\nwindow = 7\r\n", SETTINGS(7000, PSS_AUTO, true, LOG_ERROR), NULL},
    {"[signature]\nwindow = 3\nwindow = 4\n", SETTINGS(4000, PSS_AUTO, true, LOG_ERROR), NULL},
    {"[signature]\nwindow = 86401\n", DEFAULT, "[signature] window: the value must be a number"},
    {"[signature]\nwindow = -1\n", DEFAULT, "[signature] window"},
    {"[signature]\nwindow = +1\n", DEFAULT, "[signature] window"},
    {"[signature]\nwindow = \n", DEFAULT, "[signature] window"},
    {"[signature]\nwindow = 10 s\n", DEFAULT, "[signature] window"},
    {"[signature]\nwindow = 0x10\n", DEFAULT, "[signature] window"},
    {"[signature]\nwindow = 99999999999999999999\n", DEFAULT, "[signature] window"},
    {"[signature]\nwindow = 5\nwindow = x\n", SETTINGS(5000, PSS_AUTO, true, LOG_ERROR),
	"[signature] window"},
    {"[signature]\npublic-certificates-profile = no\n", SETTINGS(10000, PSS_AUTO, false, LOG_ERROR),
	NULL},
    {"[signature]\npublic-certificates-profile = yes\n", DEFAULT, NULL},
    {"[signature]\npublic-certificates-profile = maybe\n", DEFAULT, "yes or no"},
    {"[token]\npss = auto\n", DEFAULT, NULL},
    {"[token]\npss = on\n", SETTINGS(10000, PSS_ON, true, LOG_ERROR), NULL},
    {"[token]\npss = off\n", SETTINGS(10000, PSS_OFF, true, LOG_ERROR), NULL},
    {"[token]\npss = no\n", DEFAULT, "auto, on or off"},
    {"[token]\nPSS = off\n", DEFAULT, "[token] PSS: there is no such setting"},
    {"[token]\nguard = yes\n", DEFAULT, NULL},
    {"[token]\nguard = maybe\n", DEFAULT, "yes or no"},
    {"[token]\nlabels = en\n", DEFAULT, NULL},
    {"[token]\nlabels = fr\n", DEFAULT, "en or ja"},
    {"[log]\nlevel = off\n", SETTINGS(10000, PSS_AUTO, true, LOG_OFF), NULL},
    {"[log]\nlevel = info\n", SETTINGS(10000, PSS_AUTO, true, LOG_INFO), NULL},
    {"[log]\nlevel = trace\n", SETTINGS(10000, PSS_AUTO, true, LOG_TRACE), NULL},
    {"[log]\nlevel = 9\n", DEFAULT, "off, error, info or trace"},
    {"[log]\nfile = log.txt\n", DEFAULT, "a path that begins with /"},
    {"pss = off\n", DEFAULT, "[] pss: there is no such setting"},
    {"[nonsense]\nx = y\n[token]\npss = on\n", SETTINGS(10000, PSS_ON, true, LOG_ERROR),
	"[nonsense] x: there is no such setting"},
    {"[token]\npss\n", DEFAULT, "line 2 is neither"},
    {"[token\npss = on\n", DEFAULT, "line 1 is neither"},
    {"\xEF\xBB\xBF[token]\npss = on\n", SETTINGS(10000, PSS_ON, true, LOG_ERROR), NULL},
    {"\x01\x1b[2J", DEFAULT, "neither"},
    {"[signature this one]\nwindow = 7\n", SETTINGS(7000, PSS_AUTO, true, LOG_ERROR), NULL},
    {"[signature this one]\nwindow = 7\n[signature]\nwindow = 3\n[token]\npss = on\n",
	SETTINGS(7000, PSS_ON, true, LOG_ERROR), NULL},
    {"[signature  this one]\nwindow = 7\n", SETTINGS(7000, PSS_AUTO, true, LOG_ERROR), NULL},
    {"[signature another]\nwindow = 7\n[signature]\npublic-certificates-profile = no\n",
	SETTINGS(10000, PSS_AUTO, false, LOG_ERROR), NULL},
    {"[signature ]\nwindow = 7\n", DEFAULT, NULL},
    {"[signature this]\nwindow = 7\n", DEFAULT, NULL},
    {"[signature this one]\nwindow = 8\nwindow = x\n", SETTINGS(8000, PSS_AUTO, true, LOG_ERROR),
	"[signature this one] window: the value must be a number"},
    {"[signature another]\nwindow = x\n", DEFAULT, "[signature another] window"},
    {"[window this one]\nwindow = 7\n", DEFAULT, "[window this one] window: there is no such"},
    {"[token this one]\npss\n", DEFAULT, "line 2 is neither"},
};

static bool
same_settings(const struct settings *a, const struct settings *b)
{
	return a->signature_window_ms == b->signature_window_ms && a->pss == b->pss &&
	       a->public_certificates_profile == b->public_certificates_profile &&
	       a->guard == b->guard && a->labels == b->labels && a->log_level == b->log_level &&
	       strcmp(a->log_file, b->log_file) == 0;
}

static void
a_file_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct settings settings = settings_default;
		unsigned complaints;

		strcpy(settings.program, "this one");
		log_anew();
		complaints =
		    settings_parse(texts[i].text, strlen(texts[i].text), "test.conf", &settings);
		if (!same_settings(&settings, &texts[i].expected))
			fail_msg("settings differ: %s", texts[i].text);
		assert_int_equal(complaints > 0, texts[i].complaint != NULL);
		if (texts[i].complaint == NULL)
			assert_string_equal(logged(), "");
		else if (strstr(logged(), texts[i].complaint) == NULL ||
			 strstr(logged(), "test.conf") == NULL)
			fail_msg("%s is complained of so: %s", texts[i].text, logged());
	}
	log_stop();
}

/* The text need not end in anything, and may have NULs in it. */
static void
any_bytes_will_do(void **state)
{
	static const char text[] = "[token]\npss = off\0n\n[log]\nlevel = info";
	char *exact = malloc(sizeof(text) - 1);
	struct settings settings = settings_default;

	(void)state;
	assert_non_null(exact);
	memcpy(exact, text, sizeof(text) - 1);
	log_anew();
	assert_int_equal(settings_parse(exact, sizeof(text) - 1, "x", &settings), 1);
	assert_int_equal(settings.pss, PSS_AUTO);
	assert_int_equal(settings.log_level, LOG_INFO);
	log_stop();
	free(exact);
}

static void
a_path_is_taken_whole(void **state)
{
	struct settings settings = settings_default;
	char text[SETTINGS_PATH_SIZE + 64];

	(void)state;
	strcpy(text, "[log]\nfile = /var/log/the log of jpki\n");
	assert_int_equal(settings_parse(text, strlen(text), "x", &settings), 0);
	assert_string_equal(settings.log_file, "/var/log/the log of jpki");
}

/* ------------------------------------------------------------------------- lines too long */

/* Longer than any line that inih takes. */
#define LONG 3000

/* `before`, as many times `fill`, `after`: what comes of it. Returns the number of complaints. */
static unsigned
parse_filled(
    struct settings *settings, const char *before, char fill, size_t count, const char *after)
{
	static char text[LONG + 256];
	size_t length = strlen(before);

	assert_true(length + count + strlen(after) < sizeof(text));
	strcpy(text, before);
	memset(text + length, fill, count);
	strcpy(text + length + count, after);
	*settings = settings_default;
	log_anew();
	return settings_parse(text, strlen(text), "x", settings);
}

/* Whatever stands at its end, and however long it is. */
static void
a_comment_sets_nothing(void **state)
{
	static const char *const begins[] = {"[token]\n;", "[token]\n#", "[token]\r\n# ",
	    "[token]\n \t; ", "[token]\nguard = yes\n  # ", "\xEF\xBB\xBF# "};
	static const char *const ends[] = {
	    "guard = no", "guard = no\n", "guard = no\r\n", "[log]\n", "\n\n", ""};
	struct settings settings;

	(void)state;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++)
			for (size_t n = 0; n < LONG; n += n < 450 ? 1 : 97) {
				assert_int_equal(
				    parse_filled(&settings, begins[i], 'x', n, ends[k]), 0);
				assert_true(same_settings(&settings, &settings_default));
				assert_string_equal(logged(), "");
			}
	log_stop();
}

/* Spaces before it count too. */
static void
blanks_set_nothing(void **state)
{
	struct settings settings;

	(void)state;
	for (size_t n = 0; n < LONG; n += n < 450 ? 1 : 97) {
		assert_int_equal(parse_filled(&settings, "[token]\n", ' ', n, "\n"), 0);
		assert_int_equal(parse_filled(&settings, "[token]\n", ' ', n, "# guard = no\n"), 0);
		(void)parse_filled(&settings, "[token]\nguard = yes\n ", ' ', n, "pss = on\n");
		assert_int_equal(settings.pss, PSS_AUTO);
		assert_true(settings.guard);
	}
	log_stop();
}

static void
a_long_value_is_taken_whole_or_not_at_all(void **state)
{
	static const char *const ends[] = {"", "\n", "\r\n", "\r\nlevel = error\n"};
	struct settings settings;
	size_t refused[4] = {0};

	(void)state;
	for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++)
		for (size_t n = 0; n < LONG; n += n < 450 ? 1 : 97) {
			unsigned complaints =
			    parse_filled(&settings, "[log]\nfile = /", 'x', n, ends[k]);

			assert_int_equal(complaints, strlen(settings.log_file) != n + 1);
			if (complaints == 0)
				continue;
			assert_string_equal(settings.log_file, "");
			assert_non_null(strstr(logged(), "x: line 2 is longer than "));
			if (refused[k] == 0)
				refused[k] = n;
		}
	/* the same limit, whatever ends the line; and what inih promises fits */
	for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++)
		assert_int_equal(refused[k], refused[0]);
	assert_true(strlen("file = /") + refused[0] > INI_MAX_LINE - 3);
	log_stop();
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
	struct settings settings;

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		assert_true(parse_filled(&settings, parts[i].before, 'x', 400, parts[i].after) > 0);
		if (!settings.guard)
			fail_msg("%s... turns the guard off", parts[i].before);
		assert_non_null(strstr(logged(), "is longer than "));
	}
	log_stop();
}

/* And what has its own name is taken again. */
static void
the_next_setting_is_taken(void **state)
{
	struct settings settings;

	(void)state;
	assert_int_equal(
	    parse_filled(&settings, "[token]\npss = ", 'x', 400, "\n  on\nguard = no\n"), 1);
	assert_false(settings.guard);
	assert_int_equal(settings.pss, PSS_AUTO);
	assert_int_equal(
	    parse_filled(&settings, "[token]\n  pss = ", 'x', 400, "\n[log]\nlevel = off\n"), 1);
	assert_int_equal(settings.log_level, LOG_OFF);
	log_stop();
}

static void
lines_are_counted(void **state)
{
	struct settings settings;

	(void)state;
	assert_int_equal(parse_filled(&settings, "[token]\n#", 'x', 1000, "\npss\n"), 1);
	assert_non_null(strstr(logged(), "x: line 3 is neither"));
	assert_int_equal(parse_filled(&settings, "\r\n\r\n[token", 'x', 1000, "\r\npss"), 2);
	assert_non_null(strstr(logged(), "x: line 3 is longer than "));
	assert_non_null(strstr(logged(), "x: line 4 is neither"));
	log_stop();
}

/* ------------------------------------------------------------------------ where files are */

static void
forget_environment(void)
{
	unsetenv("JPKI_LOG");
	unsetenv("JPKI_LOG_FILE");
	unsetenv("XDG_CONFIG_HOME");
	setenv("JPKI_CONFIG", "", 1);
}

static void
the_environment_names_a_file(void **state)
{
	struct settings settings;

	(void)state;
	log_anew();
	write_file(config_path, "[signature]\nwindow = 42\n[log]\nlevel = info\n");
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
	assert_true(same_settings(&settings, &settings_default));
	log_stop();
}

static void
a_file_that_is_named_must_be_there(void **state)
{
	struct settings settings;

	(void)state;
	log_anew();
	(void)unlink(config_path);
	setenv("JPKI_CONFIG", config_path, 1);
	settings_load(&settings);
	assert_true(same_settings(&settings, &settings_default));
	assert_non_null(strstr(logged(), config_path));
	forget_environment();
	log_stop();
}

static void
a_person_s_file_is_found(void **state)
{
	char path[128], home[64];
	struct settings settings;

	(void)state;
	snprintf(home, sizeof(home), "%s/jpki", folder);
	snprintf(path, sizeof(path), "%s/jpki.conf", home);
	assert_int_equal(mkdir(home, 0700), 0);
	write_file(path, "[token]\npss = off\n");
	unsetenv("JPKI_CONFIG");
	setenv("XDG_CONFIG_HOME", folder, 1);
	settings_load(&settings);
	assert_int_equal(settings.pss, PSS_OFF);
	setenv("XDG_CONFIG_HOME", "not/absolute", 1);
	setenv("HOME", "/nonexistent", 1);
	settings_load(&settings);
	assert_int_equal(settings.pss, PSS_AUTO);
	assert_int_equal(unlink(path) | rmdir(home), 0);
	forget_environment();
}

/* Nobody writes to it, so who reads waits. */
static void
a_pipe_is_no_file(void **state)
{
	struct settings settings;

	(void)state;
	log_anew();
	(void)unlink(config_path);
	assert_int_equal(mkfifo(config_path, 0600), 0);
	setenv("JPKI_CONFIG", config_path, 1);
	settings_load(&settings);
	assert_non_null(strstr(logged(), "Invalid argument"));
	log_start(LOG_ERROR, config_path); /* and nobody reads: standard error hears of it */
	setenv("JPKI_CONFIG", "/dev/zero", 1);
	settings_load(&settings);
	assert_true(same_settings(&settings, &settings_default));
	assert_int_equal(unlink(config_path), 0);
	forget_environment();
	log_stop();
}

static void
a_file_too_large_is_not_taken(void **state)
{
	struct settings settings;
	FILE *file;

	(void)state;
	log_anew();
	write_file(config_path, "[token]\npss = off\n");
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
	forget_environment();
	log_stop();
}

/* -------------------------------------------------------------------- what comes of them */

/* The module started anew with that file. */
static void
restart_with(const char *text)
{
	assert_ok(p11->C_Finalize(NULL));
	write_file(config_path, text);
	setenv("JPKI_CONFIG", config_path, 1);
	assert_ok(p11->C_Initialize(NULL));
	forget_environment();
}

static CK_RV
begin_pss(enum jpki_role role)
{
	CK_RSA_PKCS_PSS_PARAMS parameters = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS_PSS, &parameters, sizeof(parameters)};
	CK_SESSION_HANDLE session = open_user_session(role);

	return p11->C_SignInit(session, &mechanism, find_one(session, CKO_PRIVATE_KEY));
}

static CK_RV
sign_pss(enum jpki_role role)
{
	CK_RSA_PKCS_PSS_PARAMS parameters = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS_PSS, &parameters, sizeof(parameters)};
	CK_SESSION_HANDLE session = open_session(role);
	CK_BYTE data[3] = "abc", signature[256];
	CK_ULONG length = sizeof(signature);
	CK_RV rv;

	(void)login_with(session, pin_of(role));
	rv = p11->C_SignInit(session, &mechanism, find_one(session, CKO_PRIVATE_KEY));
	return rv != CKR_OK ? rv : p11->C_Sign(session, data, sizeof(data), signature, &length);
}

static CK_ULONG
mechanism_count(enum jpki_role role)
{
	CK_ULONG count = 0;

	assert_ok(p11->C_GetMechanismList(slot_of(role), NULL, &count));
	return count;
}

static void
pss_can_be_turned_off(void **state)
{
	CK_MECHANISM_INFO info;
	CK_ULONG count = mechanism_count(JPKI_AUTHENTICATION);

	(void)state;
	restart_with("[token]\npss = off\n");
	assert_int_equal(mechanism_count(JPKI_AUTHENTICATION), count - 2);
	assert_rv(p11->C_GetMechanismInfo(slot_of(JPKI_AUTHENTICATION), CKM_RSA_PKCS_PSS, &info),
	    CKR_MECHANISM_INVALID);
	assert_rv(begin_pss(JPKI_AUTHENTICATION), CKR_MECHANISM_INVALID);
}

/* A card that refuses it is asked each time, where a person says that it does know it. */
static void
pss_can_be_insisted_on(void **state)
{
	CK_ULONG count = mechanism_count(JPKI_AUTHENTICATION);

	(void)state;
	set_quirk("sign-forms", "pkcs1");
	restart_with("[token]\npss = on\n");
	assert_rv(sign_pss(JPKI_AUTHENTICATION), CKR_MECHANISM_INVALID);
	assert_int_equal(mechanism_count(JPKI_AUTHENTICATION), count);
	set_quirk("sign-forms", "all");
	assert_ok(sign_pss(JPKI_AUTHENTICATION));
}

static bool
has_profile(enum jpki_role role, CK_ULONG profile)
{
	CK_OBJECT_CLASS class = CKO_PROFILE;
	CK_ATTRIBUTE template[] = {
	    {CKA_CLASS, &class, sizeof(class)}, {CKA_PROFILE_ID, &profile, sizeof(profile)}};
	CK_OBJECT_HANDLE found[2];

	return find(open_session(role), template, 2, found, 2) == 1;
}

static void
the_profile_can_be_taken_away(void **state)
{
	(void)state;
	assert_true(has_profile(JPKI_SIGNATURE, CKP_PUBLIC_CERTIFICATES_TOKEN));
	restart_with("[signature]\npublic-certificates-profile = no\n");
	assert_false(has_profile(JPKI_SIGNATURE, CKP_PUBLIC_CERTIFICATES_TOKEN));
	assert_true(has_profile(JPKI_SIGNATURE, CKP_BASELINE_PROVIDER));
	/* the authentication token's certificate is public: there it is the truth */
	assert_true(has_profile(JPKI_AUTHENTICATION, CKP_PUBLIC_CERTIFICATES_TOKEN));
}

static bool guarded; /* when the PIN came to the card */

static void
look_for_guard(void *context)
{
	(void)context;
	guarded = inprocess_guarded(READER);
}

/* The card has somebody who locks it before it is unlocked, and only for as long as it is. */
static void
a_guard_can_be_forbidden(void **state)
{
	static const struct {
		const char *text;
		bool guard;
	} files[] = {
	    {"", true}, {"[token]\nguard = no\n", false}, {"[token]\nguard = yes\n", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CK_SESSION_HANDLE session;

		restart_with(files[i].text);
		session = open_session(JPKI_AUTHENTICATION);
		assert_false(inprocess_guarded(READER));
		guarded = false;
		/* select, PIN */
		inprocess_plan(INPROCESS_TRANSMIT, 2, JPKI_OK, look_for_guard, NULL);
		assert_ok(login_with(session, PIN));
		assert_int_equal(inprocess_calls(INPROCESS_TRANSMIT) >= 2, true);
		assert_int_equal(guarded, files[i].guard);
		assert_int_equal(inprocess_guarded(READER), files[i].guard);
		assert_ok(p11->C_Logout(session));
		assert_false(inprocess_guarded(READER));
	}
}

static void
the_window_is_the_file_s(void **state)
{
	(void)state;
	restart_with("[signature]\nwindow = 3\n");
	assert_int_equal(settings_now.signature_window_ms, 3000);
	restart_with("");
	assert_int_equal(settings_now.signature_window_ms, 10000);
}

static void
assert_labels(const char *text, const char *authentication, const char *signature)
{
	const char *const labels[] = {
	    [JPKI_AUTHENTICATION] = authentication, [JPKI_SIGNATURE] = signature};
	CK_TOKEN_INFO info;

	restart_with(text);
	for (int role = 0; role < JPKI_ROLES; role++) {
		char padded[sizeof(info.label) + 1];

		assert_ok(p11->C_GetTokenInfo(slot_of((enum jpki_role)role), &info));
		memset(padded, ' ', sizeof(padded));
		assert_true(strlen(labels[role]) <= sizeof(info.label));
		memcpy(padded, labels[role], strlen(labels[role]));
		assert_memory_equal(info.label, padded, sizeof(info.label));
	}
}

static void
tokens_are_named_in_a_language(void **state)
{
	static const char english[] = "JPKI User Authentication",
			  english_sign[] = "JPKI Digital Signature";

	(void)state;
	assert_labels("", english, english_sign);
	assert_labels("[token]\nlabels = ja\n", "利用者証明用(数字4桁)", "署名用(英数字6-16文字)");
	assert_labels("[token firefox]\nlabels = ja\n", english, english_sign);
	assert_labels("[token]\nlabels = en\n", english, english_sign);
}

/* The name of this test's own file. */
static void
a_program_may_have_its_own(void **state)
{
	char text[SETTINGS_PROGRAM_SIZE + 64];

	(void)state;
	assert_non_null(strstr(settings_now.program, "settings"));
	snprintf(text, sizeof(text), "[signature %s]\nwindow = 60\n[signature]\nwindow = 3\n",
	    settings_now.program);
	restart_with(text);
	assert_int_equal(settings_now.signature_window_ms, 60000);
	restart_with("[signature soffice.bin]\nwindow = 60\n");
	assert_int_equal(settings_now.signature_window_ms, 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_says),
	    cmocka_unit_test(any_bytes_will_do),
	    cmocka_unit_test(a_path_is_taken_whole),
	    cmocka_unit_test(a_comment_sets_nothing),
	    cmocka_unit_test(blanks_set_nothing),
	    cmocka_unit_test(a_long_value_is_taken_whole_or_not_at_all),
	    cmocka_unit_test(nothing_is_moved_to_another_setting),
	    cmocka_unit_test(the_next_setting_is_taken),
	    cmocka_unit_test(lines_are_counted),
	    cmocka_unit_test(the_environment_names_a_file),
	    cmocka_unit_test(a_file_that_is_named_must_be_there),
	    cmocka_unit_test(a_person_s_file_is_found),
	    cmocka_unit_test(a_pipe_is_no_file),
	    cmocka_unit_test(a_file_too_large_is_not_taken),
	    TEST(pss_can_be_turned_off),
	    TEST(pss_can_be_insisted_on),
	    TEST(the_profile_can_be_taken_away),
	    TEST(a_guard_can_be_forbidden),
	    TEST(the_window_is_the_file_s),
	    TEST(a_program_may_have_its_own),
	    TEST(tokens_are_named_in_a_language),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
