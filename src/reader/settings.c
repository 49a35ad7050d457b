/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/settings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"

const struct settings settings_default = {
    .signature_window_ms = 10000,
    .pss = PSS_AUTO,
    .public_certificates_profile = true,
    .guard = true,
    .cache = true,
    .log_level = LOG_ERROR,
};

struct settings settings_now;

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
set_labels(struct settings *settings, const char *value)
{
	static const char *const words[LABELS_COUNT] = {[LABELS_EN] = "en", [LABELS_JA] = "ja"};

	for (size_t i = 0; i < LABELS_COUNT; i++)
		if (strcmp(words[i], value) == 0) {
			settings->labels = (enum labels_setting)i;
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
set_cache(struct settings *settings, const char *value)
{
	return set_truth(&settings->cache, value);
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
    {"token", "labels", set_labels, "en or ja"},
    {"token", "guard", set_guard, "yes or no"},
    {"token", "cache", set_cache, "yes or no"},
    {"log", "level", set_log_level, "off, error, info or trace"},
    {"log", "file", set_log_file, "a path that begins with /"},
};

struct reading {
	const char *rest; /* of the text */
	size_t length;
	const char *source;
	struct settings *settings;
	unsigned line; /* the number of the one read last */
	bool dropping; /* it is too long, or continues one that is */
	bool programs; /* what is for programs is taken now, else the rest */
	unsigned complaints;
};

static void
complain(struct reading *reading, const char *what, const char *section, const char *name,
    const char *hint)
{
	reading->complaints++;
	log_line(LOG_ERROR, "%s: [%s] %s: %s%s", reading->source, section, name, what, hint);
}

/* The program that a section is for; NULL: for all. */
static const char *
program_of(const char *section)
{
	const char *name = strchr(section, ' ');

	return name != NULL ? name + strspn(name, " ") : NULL;
}

static const struct row *
find_row(const char *section, const char *name)
{
	size_t length = strcspn(section, " ");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strlen(rows[i].section) == length &&
		    strncmp(rows[i].section, section, length) == 0 &&
		    strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* What is for another program has to make sense too. */
static bool
set(struct settings *settings, const struct row *row, const char *program, const char *value)
{
	struct settings others = *settings;

	if (program == NULL || (program[0] != '\0' && strcmp(program, settings->program) == 0))
		return row->set(settings, value);
	return row->set(&others, value);
}

/* For inih: 0 is an error, and this function has told already. */
static int
take(void *context, const char *section, const char *name, const char *value)
{
	struct reading *reading = context;
	const char *program = program_of(section);
	const struct row *row;

	if (reading->dropping || (program != NULL) != reading->programs)
		return 1;
	row = find_row(section, name);
	if (row == NULL)
		complain(reading, "there is no such setting", section, name, "");
	else if (!set(reading->settings, row, program, value))
		complain(reading, "the value must be ", section, name, row->values);
	return 1;
}

static bool
is_comment(const char *start)
{
	return *start == ';' || *start == '#';
}

/*
 * What inih is given for a line that it would cut in pieces: whatever follows stays with neither
 * the setting nor the section before. A name or a value of that line goes nowhere (take).
 */
static const char *
stand_in(struct reading *reading, const char *start, bool indented, size_t room)
{
	if (is_comment(start))
		return "";
	reading->dropping = true;
	if (!reading->programs) {
		reading->complaints++;
		log_line(LOG_ERROR, "%s: line %u is longer than %zu bytes, and not taken",
		    reading->source, reading->line, room);
	}
	if (*start == '[')
		return indented ? " [?]" : "[?]";
	return indented ? " ?=" : "?=";
}

/* The line as inih may have it. A NUL would hide what follows it, so it becomes what no name has.
 */
static void
give_line(struct reading *reading, const char *text, size_t length, char *line, size_t room)
{
	const char *end = text + length, *start = text;

	while (start < end && isspace((unsigned char)*start))
		start++;
	if (start == end) {
		length = 0;
	} else if (length > room) {
		text = stand_in(reading, start, start > text, room);
		length = strlen(text);
	} else if (start == text && !is_comment(start)) {
		reading->dropping = false; /* no continuation of the line before */
	}
	for (size_t i = 0; i < length; i++)
		line[i] = (char)(text[i] != '\0' ? text[i] : '?');
	line[length] = '\n';
	line[length + 1] = '\0';
}

/* As fgets, but a line comes whole, or not at all. */
static char *
next_line(char *line, int size, void *context)
{
	struct reading *reading = context;
	const char *text = reading->rest, *end;
	size_t length = reading->length, room = (size_t)size - 2;

	if (length == 0)
		return NULL;
	end = memchr(text, '\n', length);
	if (end != NULL)
		length = (size_t)(end - text);
	reading->rest += length + (end != NULL);
	reading->length -= length + (end != NULL);
	reading->line++;
	if (length > 0 && text[length - 1] == '\r')
		length--;
	give_line(reading, text, length, line, room);
	return line;
}

/* What some editors put before the first line (U+FEFF). */
static size_t
mark_length(const char *text, size_t length)
{
	static const char mark[3] = "\xEF\xBB\xBF";

	return length >= sizeof(mark) && memcmp(text, mark, sizeof(mark)) == 0 ? sizeof(mark) : 0;
}

/* The number of complaints. */
static unsigned
parse(const char *text, size_t length, const char *source, struct settings *settings, bool programs)
{
	struct reading reading = {.rest = text,
	    .length = length,
	    .source = source,
	    .settings = settings,
	    .programs = programs};
	int line = ini_parse_stream(next_line, &reading, take, &reading);

	if (line != 0 && !programs) {
		reading.complaints++;
		log_line(
		    LOG_ERROR, "%s: line %d is neither [section] nor name = value", source, line);
	}
	return reading.complaints;
}

/* What is for all first, wherever it stands. */
unsigned
settings_parse(const char *text, size_t length, const char *source, struct settings *settings)
{
	size_t mark = mark_length(text, length);
	unsigned complaints = parse(text + mark, length - mark, source, settings, false);

	return complaints + parse(text + mark, length - mark, source, settings, true);
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
	process_program(settings->program, sizeof(settings->program));
	if (path == NULL) {
		read_file(JPKI_SYSCONFDIR "/jpki/jpki.conf", false, settings);
		read_users_file(settings);
	} else if (path[0] != '\0')
		read_file(path, true, settings);
	take_environment(settings);
}
