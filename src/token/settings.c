/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct settings settings_default = {
    .signature_window_ms = 10000,
    .pss = PSS_AUTO,
    .public_certificates_profile = true,
    .guard = true,
    .log_level = LOG_ERROR,
};

static bool
set_window(struct settings *settings, const char *value)
{
	unsigned long seconds;
	char *end;

	if (value[0] < '0' || value[0] > '9')
		return false;
	errno = 0;
	seconds = strtoul(value, &end, 10);
	if (*end != '\0' || errno != 0 || seconds > SETTINGS_WINDOW_MAX)
		return false;
	settings->signature_window_ms = seconds * 1000;
	return true;
}

static bool
set_pss(struct settings *settings, const char *value)
{
	static const char *const words[] = {
	    [PSS_AUTO] = "auto", [PSS_ON] = "on", [PSS_OFF] = "off"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], value) == 0) {
			settings->pss = (enum pss_setting)i;
			return true;
		}
	return false;
}

static bool
set_truth(bool *setting, const char *value)
{
	bool yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return false;
	*setting = yes;
	return true;
}

static bool
set_profile(struct settings *settings, const char *value)
{
	return set_truth(&settings->public_certificates_profile, value);
}

static bool
set_guard(struct settings *settings, const char *value)
{
	return set_truth(&settings->guard, value);
}

static bool
set_log_level(struct settings *settings, const char *value)
{
	int level = log_level_of(value);

	if (level < 0)
		return false;
	settings->log_level = (enum log_level)level;
	return true;
}

/* The application's folder is anybody's: a relative path would name another file each time. */
static bool
set_log_file(struct settings *settings, const char *value)
{
	if (value[0] != '\0' && value[0] != '/')
		return false;
	if (strlen(value) >= sizeof(settings->log_file))
		return false;
	strcpy(settings->log_file, value);
	return true;
}

static const struct row {
	const char *section, *name;
	bool (*set)(struct settings *, const char *);
	const char *values; /* for a complaint */
} rows[] = {
    {"signature", "window", set_window, "a number of seconds from 0 to 86400"},
    {"signature", "public-certificates-profile", set_profile, "yes or no"},
    {"token", "pss", set_pss, "auto, on or off"},
    {"token", "guard", set_guard, "yes or no"},
    {"log", "level", set_log_level, "off, error, info or trace"},
    {"log", "file", set_log_file, "a path that begins with /"},
};

struct reading {
	const char *rest; /* of the text */
	size_t length;
	const char *source;
	struct settings *settings;
	unsigned complaints;
};

static void
complain(struct reading *reading, const char *what, const char *section, const char *name,
    const char *hint)
{
	reading->complaints++;
	log_line(LOG_ERROR, "%s: [%s] %s: %s%s", reading->source, section, name, what, hint);
}

/* For inih: 0 is an error, and this function has told already. */
static int
take(void *context, const char *section, const char *name, const char *value)
{
	struct reading *reading = context;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].section, section) != 0 || strcmp(rows[i].name, name) != 0)
			continue;
		if (!rows[i].set(reading->settings, value))
			complain(reading, "the value must be ", section, name, rows[i].values);
		return 1;
	}
	complain(reading, "there is no such setting", section, name, "");
	return 1;
}

/* As fgets. A NUL would hide what follows it on its line, so it becomes what no name has. */
static char *
next_line(char *line, int size, void *context)
{
	struct reading *reading = context;
	int n = 0;

	if (reading->length == 0)
		return NULL;
	while (n < size - 1 && reading->length > 0) {
		char c = *reading->rest++;

		reading->length--;
		if (c == '\0')
			c = '?';
		line[n++] = c;
		if (c == '\n')
			break;
	}
	line[n] = '\0';
	return line;
}

unsigned
settings_parse(const char *text, size_t length, const char *source, struct settings *settings)
{
	struct reading reading = {
	    .rest = text, .length = length, .source = source, .settings = settings};
	int line = ini_parse_stream(next_line, &reading, take, &reading);

	if (line != 0) {
		reading.complaints++;
		log_line(
		    LOG_ERROR, "%s: line %d is neither [section] nor name = value", source, line);
	}
	return reading.complaints;
}

/* A regular file: from others one may wait for ever, or read without end. */
static FILE *
open_file(const char *path)
{
	int number = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat info;
	FILE *file = NULL;
	int error;

	if (number < 0)
		return NULL;
	if (fstat(number, &info) != 0 || !S_ISREG(info.st_mode))
		errno = EINVAL;
	else
		file = fdopen(number, "r");
	if (file == NULL) {
		error = errno;
		(void)close(number);
		errno = error;
	}
	return file;
}

static void
read_file(const char *path, bool must_be, struct settings *settings)
{
	char *text = NULL;
	size_t length;
	FILE *file;

	file = open_file(path);
	if (file == NULL) {
		if (must_be || (errno != ENOENT && errno != ENOTDIR))
			log_line(LOG_ERROR, "%s: %s", path, strerror(errno));
		return;
	}
	text = malloc(SETTINGS_FILE_MAX + 1);
	length = text != NULL ? fread(text, 1, SETTINGS_FILE_MAX + 1, file) : 0;
	if (text == NULL || ferror(file))
		log_line(LOG_ERROR, "%s: it cannot be read", path);
	else if (length > SETTINGS_FILE_MAX)
		log_line(LOG_ERROR, "%s: larger than 64 kB, not taken", path);
	else
		(void)settings_parse(text, length, path, settings);
	free(text);
	(void)fclose(file);
}

static void
read_users_file(struct settings *settings)
{
	const char *config = secure_getenv("XDG_CONFIG_HOME"), *home = secure_getenv("HOME");
	char path[SETTINGS_PATH_SIZE];
	int length;

	if (config != NULL && config[0] == '/')
		length = snprintf(path, sizeof(path), "%s/jpki/jpki.conf", config);
	else if (home != NULL && home[0] == '/')
		length = snprintf(path, sizeof(path), "%s/.config/jpki/jpki.conf", home);
	else
		return;
	if (length > 0 && (size_t)length < sizeof(path))
		read_file(path, false, settings);
}

static void
take_environment(struct settings *settings)
{
	const char *level = secure_getenv("JPKI_LOG"), *file = secure_getenv("JPKI_LOG_FILE");

	if (level != NULL && !set_log_level(settings, level))
		log_line(LOG_ERROR, "JPKI_LOG must be off, error, info or trace");
	if (file != NULL && !set_log_file(settings, file))
		log_line(LOG_ERROR, "JPKI_LOG_FILE must be a path that begins with /");
}

void
settings_load(struct settings *settings)
{
	const char *path = secure_getenv("JPKI_CONFIG");

	*settings = settings_default;
	if (path == NULL) {
		read_file(JPKI_SYSCONFDIR "/jpki/jpki.conf", false, settings);
		read_users_file(settings);
	} else if (path[0] != '\0')
		read_file(path, true, settings);
	take_environment(settings);
}
