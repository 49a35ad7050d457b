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

/* Functions that set a member of struct settings. False if the value is invalid. */

static bool
set_window(void *member, const char *value)
{
	uint64_t *window_ms = member;
	unsigned long seconds;
	char *end;

	if (value[0] < '0' || value[0] > '9')
		return false;
	errno = 0;
	seconds = strtoul(value, &end, 10);
	if (*end != '\0' || errno != 0 || seconds > SETTINGS_WINDOW_MAX)
		return false;
	*window_ms = seconds * 1000;
	return true;
}

/* The index of a value in a list that NULL ends; -1: it is none of these. */
static int
index_in(const char *const *words, const char *value)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], value) == 0)
			return i;
	return -1;
}

static bool
set_pss(void *member, const char *value)
{
	static const char *const words[] = {
	    [PSS_AUTO] = "auto", [PSS_ON] = "on", [PSS_OFF] = "off", NULL};
	enum pss_setting *pss = member;
	int index = index_in(words, value);

	if (index < 0)
		return false;
	*pss = (enum pss_setting)index;
	return true;
}

static bool
set_labels(void *member, const char *value)
{
	static const char *const words[] = {[LABELS_EN] = "en", [LABELS_JA] = "ja", NULL};
	enum labels_setting *labels = member;
	int index = index_in(words, value);

	if (index < 0)
		return false;
	*labels = (enum labels_setting)index;
	return true;
}

static bool
set_truth(void *member, const char *value)
{
	bool *setting = member, yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return false;
	*setting = yes;
	return true;
}

static bool
set_log_level(void *member, const char *value)
{
	enum log_level *log_level = member;
	int level = log_level_of(value);

	if (level < 0)
		return false;
	*log_level = (enum log_level)level;
	return true;
}

/* A relative path would depend on the application's working directory. */
static bool
set_log_file(void *member, const char *value)
{
	if (value[0] != '\0' && value[0] != '/')
		return false;
	if (strlen(value) >= SETTINGS_PATH_SIZE)
		return false;
	strncpy(
	    member, value, SETTINGS_PATH_SIZE); /* zeros behind it: members are compared whole */
	return true;
}

#define MEMBER(name) offsetof(struct settings, name), sizeof(((struct settings *)0)->name)

const struct setting settings_known[] = {
    {"signature", "window", set_window, "a number of seconds from 0 to 86400",
	MEMBER(signature_window_ms)},
    {"signature", "public-certificates-profile", set_truth, "yes or no",
	MEMBER(public_certificates_profile)},
    {"token", "pss", set_pss, "auto, on or off", MEMBER(pss)},
    {"token", "labels", set_labels, "en or ja", MEMBER(labels)},
    {"token", "guard", set_truth, "yes or no", MEMBER(guard)},
    {"token", "cache", set_truth, "yes or no", MEMBER(cache)},
    {"log", "level", set_log_level, "off, error, info or trace", MEMBER(log_level)},
    {"log", "file", set_log_file, "a path that begins with /", MEMBER(log_file)},
};
#undef MEMBER
const size_t settings_known_count = sizeof(settings_known) / sizeof(settings_known[0]);

struct reading {
	const char *rest; /* of the text */
	size_t length;
	const char *source;
	struct settings *settings;
	unsigned line; /* number of the line read last */
	bool dropping; /* the line is too long, or continues one that is */
	bool programs; /* true: take the sections for one program; false: those for all */
	unsigned complaints;
};

static void
complain(struct reading *reading, const char *what, const char *section, const char *name,
    const char *hint)
{
	reading->complaints++;
	log_line(LOG_ERROR, "%s: [%s] %s: %s%s", reading->source, section, name, what, hint);
}

/* The program that a section is for; NULL if it is for all. */
static const char *
program_of(const char *section)
{
	const char *name = strchr(section, ' ');

	return name != NULL ? name + strspn(name, " ") : NULL;
}

static const struct setting *
find_setting(const char *section, const char *name)
{
	size_t length = strcspn(section, " ");

	for (size_t i = 0; i < settings_known_count; i++) {
		const struct setting *known = &settings_known[i];

		if (strlen(known->section) == length &&
		    strncmp(known->section, section, length) == 0 && strcmp(known->name, name) == 0)
			return known;
	}
	return NULL;
}

/* A value for another program is checked, but not used. */
static bool
set(struct settings *settings, const struct setting *known, const char *program, const char *value)
{
	struct settings others = *settings;

	if (program != NULL && (program[0] == '\0' || strcmp(program, settings->program) != 0))
		settings = &others;
	return known->set((char *)settings + known->offset, value);
}

/*
 * Called by inih. Returns 1 even for an invalid setting, which it has logged itself: 0 would make
 * inih report an error.
 */
static int
take(void *context, const char *section, const char *name, const char *value)
{
	struct reading *reading = context;
	const char *program = program_of(section);
	const struct setting *known;

	if (reading->dropping || (program != NULL) != reading->programs)
		return 1;
	known = find_setting(section, name);
	if (known == NULL)
		complain(reading, "there is no such setting", section, name, "");
	else if (!set(reading->settings, known, program, value))
		complain(reading, "the value must be ", section, name, known->values);
	return 1;
}

static bool
is_comment(const char *start)
{
	return *start == ';' || *start == '#';
}

/*
 * What inih gets in place of a line that is too long and that it would cut in pieces: a setting or
 * section without a meaning, so that following lines belong to neither the setting nor the section
 * before. `take` ignores its name and value.
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

/*
 * Copy a line for inih. A NUL would hide the rest of the line, so it becomes '?', which no name
 * contains.
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
		reading->dropping = false; /* not a continuation of the line before */
	}
	for (size_t i = 0; i < length; i++)
		line[i] = (char)(text[i] != '\0' ? text[i] : '?');
	line[length] = '\n';
	line[length + 1] = '\0';
}

/* Like fgets, but a line is returned whole or replaced. */
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

/* The length of a byte order mark (U+FEFF), which some editors put before the first line. */
static size_t
mark_length(const char *text, size_t length)
{
	static const char mark[3] = "\xEF\xBB\xBF";

	return length >= sizeof(mark) && memcmp(text, mark, sizeof(mark)) == 0 ? sizeof(mark) : 0;
}

/* Returns the number of complaints. */
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

/*
 * First the sections for all programs, then those for this one, whatever their order in the text.
 */
unsigned
settings_parse(const char *text, size_t length, const char *source, struct settings *settings)
{
	size_t mark = mark_length(text, length);
	unsigned complaints = parse(text + mark, length - mark, source, settings, false);

	return complaints + parse(text + mark, length - mark, source, settings, true);
}

/* Open a regular file. Reading from anything else might block, or never end. */
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

	if (level != NULL && !set_log_level(&settings->log_level, level))
		log_line(LOG_ERROR, "JPKI_LOG must be off, error, info or trace");
	if (file != NULL && !set_log_file(settings->log_file, file))
		log_line(LOG_ERROR, "JPKI_LOG_FILE must be a path that begins with /");
}

void
settings_load(struct settings *settings)
{
	const char *path = secure_getenv("JPKI_CONFIG");
	int saved = errno;

	*settings = settings_default;
	process_program(settings->program, sizeof(settings->program));
	if (path == NULL) {
		read_file(JPKI_SYSCONFDIR "/jpki/jpki.conf", false, settings);
		read_users_file(settings);
	} else if (path[0] != '\0')
		read_file(path, true, settings);
	take_environment(settings);
	errno = saved;
}
