/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "nss_text.h"
#include "text.h"

/* NSS's own module, as NSS writes it, but without parameters, which NSS then sets itself. */
#define INTERNAL_MODULE                                                                            \
	"library=\n"                                                                               \
	"name=NSS Internal PKCS #11 Module\n"                                                      \
	"NSS=Flags=internal,critical trustOrder=75 cipherOrder=100 slotParams=(1={slotFlags=[ECC," \
	"RSA,DSA,DH,RC2,RC4,DES,RANDOM,SHA1,MD5,MD2,SSL,TLS,AES,Camellia,SEED,SHA256,SHA512] "     \
	"askpw=any timeout=30})\n"                                                                 \
	"\n"

#define MADE "# Made by jpki setup, which removes it again with --remove: "

/* --- reading ---------------------------------------------------------------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* The length of a line without its end. */
static size_t
line_length(const char *line)
{
	return strcspn(line, "\n");
}

/* The beginning of the next line. */
static const char *
after_line(const char *line)
{
	line += line_length(line);
	return *line == '\n' ? line + 1 : line;
}

/* A value in quotes, without backslashes; *rest is set to what follows it. */
static char *
quoted_value(const char *value, const char *end, const char **rest)
{
	char *plain = text_copy(value, (size_t)(end - value)), *out = plain;
	const char *in = value + 1;

	for (; in < end && *in != '"'; in++) {
		if (*in == '\\' && in + 1 < end)
			in++;
		*out++ = *in;
	}
	*out = '\0';
	*rest = in < end ? in + 1 : end;
	return plain;
}

/* A value that ends with the line, which may end in CR LF. */
static char *
plain_value(const char *value, const char *end, const char **rest)
{
	if (end > value && end[-1] == '\r')
		end--;
	*rest = end;
	return text_copy(value, (size_t)(end - value));
}

static bool
is_key(const char *key, size_t length, const char *wanted)
{
	return length == strlen(wanted) && strncasecmp(key, wanted, length) == 0;
}

/* The last value of a key counts; an empty one means that there is none. */
static void
keep_value(char **place, char *value)
{
	text_free(place);
	if (*value != '\0')
		*place = value;
	else
		text_free(&value);
}

/* Read a line. After a value in quotes another "key=value" may follow. */
static void
read_line(struct nss_module *module, const char *text, const char *line, const char *end)
{
	while (line < end) {
		const char *key = line, *equals;
		char *value;

		while (key < end && is_blank(*key))
			key++;
		equals = memchr(key, '=', (size_t)(end - key));
		if (equals == NULL)
			return;
		if (equals + 1 < end && equals[1] == '"')
			value = quoted_value(equals + 1, end, &line);
		else
			value = plain_value(equals + 1, end, &line);
		if (is_key(key, (size_t)(equals - key), "library")) {
			module->library_begin = (size_t)(equals + 1 - text);
			module->library_end = (size_t)(line - text);
			keep_value(&module->library, value);
		} else if (is_key(key, (size_t)(equals - key), "name")) {
			keep_value(&module->name, value);
		} else {
			text_free(&value);
		}
	}
}

static bool
is_comment(const char *line)
{
	return *line == '#';
}

static bool
is_empty(const char *line)
{
	return *line == '\n' || (line[0] == '\r' && line[1] == '\n');
}

/* Read a stanza that begins at a non-empty line. Returns the line after it. */
static const char *
read_stanza(struct nss_module *module, const char *text, const char *line)
{
	module->begin = (size_t)(line - text);
	while (*line != '\0' && !is_empty(line)) {
		if (!is_comment(line))
			read_line(module, text, line, line + line_length(line));
		line = after_line(line);
	}
	module->end = (size_t)(line - text);
	return line;
}

static void
add_module(struct nss_modules *modules, const struct nss_module *module)
{
	struct nss_module *rows = list_grow(modules->rows, modules->count, sizeof(*rows));

	modules->rows = rows;
	rows[modules->count++] = *module;
}

void
nss_modules_read(struct nss_modules *modules, const char *text)
{
	const char *line = text;

	*modules = (struct nss_modules){0};
	while (*line != '\0') {
		struct nss_module module = {0};

		if (is_empty(line)) {
			line = after_line(line);
			continue;
		}
		line = read_stanza(&module, text, line);
		add_module(modules, &module);
	}
}

void
nss_modules_free(struct nss_modules *modules)
{
	for (size_t i = 0; i < modules->count; i++) {
		text_free(&modules->rows[i].library);
		text_free(&modules->rows[i].name);
	}
	free(modules->rows);
	*modules = (struct nss_modules){0};
}

/* --- editing ---------------------------------------------------------------------------------- */

bool
nss_path_fits(const char *library)
{
	for (const char *c = library; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	return library[0] == '/' && strlen(library) <= NSS_PATH_MAX;
}

/* The text with the part between two positions replaced. */
static char *
spliced(const char *text, size_t begin, size_t end, const char *between)
{
	return text_format("%.*s%s%s", (int)begin, text, between, text + end);
}

static bool
ends_with_empty_line(const char *text)
{
	size_t length = strlen(text);

	return length == 0 || strcmp(text, "\n") == 0 ||
	       (length >= 2 && strcmp(text + length - 2, "\n\n") == 0);
}

/* Where to insert a stanza: at the end if an empty line is before it, otherwise before the last
 * stanza. So the text around stays as it is, and what NSS may append later does not become part of
 * ours. */
static size_t
place_for_stanza(const char *text)
{
	struct nss_modules modules;
	size_t place = strlen(text);

	if (ends_with_empty_line(text))
		return place;
	nss_modules_read(&modules, text);
	place = modules.count > 0 ? modules.rows[modules.count - 1].begin : 0;
	nss_modules_free(&modules);
	return place;
}

char *
nss_text_with(const char *text, const char *library, const char *name)
{
	char *stanza = text_format("library=%s\nname=%s\n\n", library, name);
	size_t place = place_for_stanza(text);
	char *result = spliced(text, place, place, stanza);

	text_free(&stanza);
	return result;
}

char *
nss_text_moved(const char *text, const struct nss_module *module, const char *library)
{
	char *value = text[module->library_begin] == '"' ? text_quoted(library)
							 : text_copy(library, strlen(library));
	char *result = spliced(text, module->library_begin, module->library_end, value);

	text_free(&value);
	return result;
}

/* The comments in a stanza. */
static char *
comments_of(const char *text, const struct nss_module *module)
{
	char *comments = text_copy("", 0);

	for (const char *line = text + module->begin; line < text + module->end;
	     line = after_line(line)) {
		char *copy;

		if (!is_comment(line))
			continue;
		copy = text_copy(line, (size_t)(after_line(line) - line));
		comments = text_append(comments, copy);
		text_free(&copy);
	}
	return comments;
}

char *
nss_text_without(const char *text, const struct nss_module *module)
{
	char *comments = comments_of(text, module);
	size_t end = module->end;
	char *result;

	if (comments[0] == '\0' && text[end] != '\0')
		end = (size_t)(after_line(text + end) - text);
	result = spliced(text, module->begin, end, comments);
	text_free(&comments);
	return result;
}

char *
nss_text_cut(const char *text, const struct nss_module *module, char **stanza, size_t *at)
{
	size_t end = module->end;

	if (text[end] != '\0')
		end = (size_t)(after_line(text + end) - text);
	*at = module->begin;
	*stanza = text_copy(text + module->begin, end - module->begin);
	return spliced(text, module->begin, end, "");
}

/* Whether a stanza may begin there: at the beginning, or after an empty line. */
static bool
is_between(const char *text, size_t at)
{
	if (at == 0)
		return true;
	if (at > strlen(text) || text[at - 1] != '\n')
		return false;
	if (at >= 2 && text[at - 2] == '\r')
		at--;
	return at == 1 || text[at - 2] == '\n';
}

/* Whether it ends with an empty line, so that another one may follow. */
static bool
is_closed(const char *stanza)
{
	return is_between(stanza, strlen(stanza));
}

char *
nss_text_put_back(const char *text, const char *stanza, size_t at)
{
	char *closed, *result;

	if (is_between(text, at) && (is_closed(stanza) || text[at] == '\0'))
		return spliced(text, at, at, stanza);
	closed = text_format("%s%s", stanza, is_closed(stanza) ? "" : "\n\n");
	at = place_for_stanza(text);
	result = spliced(text, at, at, closed);
	text_free(&closed);
	return result;
}

/* --- a new file ------------------------------------------------------------------------------- */

char *
nss_text_new(const char *note)
{
	return text_format(MADE "%s\n" INTERNAL_MODULE, note);
}

char *
nss_text_note(const char *text)
{
	size_t length;

	if (strncmp(text, MADE, strlen(MADE)) != 0)
		return NULL;
	text += strlen(MADE);
	length = line_length(text);
	return strcmp(after_line(text), INTERNAL_MODULE) == 0 ? text_copy(text, length) : NULL;
}
