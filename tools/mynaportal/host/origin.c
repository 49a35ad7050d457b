/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ini.h>

#include "message.h"
#include "origin.h"
#include "place.h"
#include "text.h"

#define SCHEME "https://"
#define FILE_NAME "jpki/portal.conf"

/* Characters of the longest origin: a host name has at most 253 (RFC 1035). */
#define LONGEST 270

static const char *const sites[] = {"https://myna.go.jp", "https://login.e-tax.nta.go.jp"};

/* And all hosts below this one. */
#define DOMAIN ".myna.go.jp"

/* ---------------------------------------------------------------- how it is written */

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

/* Is it a host name of `length` characters: labels separated by dots? */
static bool
is_host(const char *text, size_t length)
{
	size_t label = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] != '.' && strchr(letters, text[i]) == NULL)
			return false;
		if (text[i] == '.' && label == 0)
			return false;
		label = text[i] == '.' ? 0 : label + 1;
	}
	return label > 0;
}

static bool
is_port(const char *text)
{
	size_t length = strspn(text, "0123456789");

	return length > 0 && length <= 5 && text[length] == '\0' && text[0] != '0' &&
	       strtol(text, NULL, 10) <= 65535 && strcmp(text, "443") != 0;
}

bool
origin_is_written_well(const char *origin)
{
	const char *host = origin + strlen(SCHEME);
	size_t length;

	if (strlen(origin) > LONGEST || strncmp(origin, SCHEME, strlen(SCHEME)) != 0)
		return false;
	length = strcspn(host, ":");
	return is_host(host, length) && (host[length] == '\0' || is_port(host + length + 1));
}

/* ---------------------------------------------------------------- built in */

static bool
is_built_in(const char *origin)
{
	size_t length = strlen(origin);

	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++)
		if (strcmp(origin, sites[i]) == 0)
			return true;
	return length > strlen(SCHEME DOMAIN) &&
	       strcmp(origin + length - strlen(DOMAIN), DOMAIN) == 0;
}

/* ---------------------------------------------------------------- portal.conf */

struct search {
	const char *origin, *path;
	FILE *file;
	int line;
	bool found;
};

/* Read a line without the blanks before it, because inih takes an indented line for a
 * continuation. What does not fit is counted, but not stored. False at the end of the file. */
static bool
read_line(struct search *search, char *line, size_t room, size_t *length)
{
	int byte;

	*length = 0;
	while ((byte = getc(search->file)) != EOF && byte != '\n') {
		if (*length == 0 && isspace(byte))
			continue;
		if (*length < room) /* a NUL would hide the rest of the line */
			line[*length] = (char)(byte != '\0' ? byte : '?');
		(*length)++;
	}
	search->line++;
	return byte != EOF || *length > 0;
}

static bool
is_understood(const struct search *search, const char *line, size_t length, size_t room)
{
	if (length <= room) {
		if (length == 0 || line[0] != '[' || memchr(line, ']', length) != NULL)
			return true;
		complain(_("%s: line %d is neither [section] nor name = value"), search->path,
		    search->line);
	} else if (line[0] != '#' && line[0] != ';') {
		complain(_("%s: line %d is longer than %zu bytes, and not taken"), search->path,
		    search->line, room);
	}
	return false;
}

/* For inih, like fgets, but a line is returned whole or not at all. A section that is not
 * understood is replaced by one that does not exist, so that the lines after it do not count for
 * the section before. */
static char *
next_line(char *line, int size, void *context)
{
	struct search *search = context;
	size_t room = (size_t)size - 2, length;

	if (!read_line(search, line, room, &length))
		return NULL;
	if (!is_understood(search, line, length, room)) {
		length = line[0] == '[' ? 3 : 0;
		memcpy(line, "[?]", length);
	}
	memcpy(line + length, "\n", 2);
	return line;
}

/* Called by inih for each line; 1 means no error. */
static int
take(void *context, const char *section, const char *name, const char *value)
{
	struct search *search = context;

	if (strcmp(section, "sites") != 0 || strcmp(name, "site") != 0)
		complain(_("%s: \"%s\" in [%s] is not known"), search->path, name, section);
	else if (!origin_is_written_well(value))
		complain(_("%s: \"%s\" is not a site, as https://www.example.jp is one"),
		    search->path, value);
	else
		search->found |= strcmp(value, search->origin) == 0;
	return 1;
}

/* Open a regular file. Reading from anything else might block, or never end. */
static FILE *
open_file(const char *path)
{
	int number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat info;
	FILE *file = NULL;

	if (number == -1)
		return NULL;
	if (fstat(number, &info) == 0 && S_ISREG(info.st_mode))
		file = fdopen(number, "r");
	if (file == NULL)
		(void)close(number);
	return file;
}

static bool
is_in_file(const char *path, const char *origin)
{
	struct search search = {.origin = origin, .path = path, .file = open_file(path)};
	int line;

	if (search.file == NULL)
		return false;
	line = ini_parse_stream(next_line, &search, take, &search);
	if (line > 0)
		complain(_("%s: line %d is neither [section] nor name = value"), path, line);
	(void)fclose(search.file);
	return search.found;
}

static bool
is_added(const char *origin)
{
	char *own;
	bool is;

	if (is_in_file(JPKI_SYSCONFDIR "/" FILE_NAME, origin))
		return true;
	if (place_check(false) != 0)
		return false;
	own = place_config(FILE_NAME);
	is = is_in_file(own, origin);
	text_free(&own);
	return is;
}

bool
origin_is_listed(const char *origin)
{
	return origin_is_written_well(origin) && (is_built_in(origin) || is_added(origin));
}
