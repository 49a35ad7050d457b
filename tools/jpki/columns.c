/* SPDX-License-Identifier: BSD-2-Clause */
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "columns.h"
#include "text.h"

/* The bytes of a character are at most so many. */
#define CHARACTER_MAX 4

/* A character of a text, as UTF-8 has it. */
struct character {
	size_t size; /* bytes, at least 1 */
	wchar_t code;
	bool good; /* it is UTF-8 */
};

/* UTF-8 whatever the person's locale is, made once. */
static locale_t
unicode(void)
{
	static locale_t made;

	if (made == (locale_t)0)
		made = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return made;
}

/* Without that locale (a system that lacks it), the person's own has to do. */
static locale_t
enter_unicode(void)
{
	locale_t wanted = unicode();

	return uselocale(wanted != (locale_t)0 ? wanted : LC_GLOBAL_LOCALE);
}

static struct character
character_at(const char *text, size_t length)
{
	struct character one = {.size = 1};
	mbstate_t state = {0};
	size_t size =
	    mbrtowc(&one.code, text, length < CHARACTER_MAX ? length : CHARACTER_MAX, &state);

	if (size > 0 && size <= CHARACTER_MAX) {
		one.size = size;
		one.good = true;
	}
	return one;
}

/* Those that turn the direction of what follows: a name could make a line look like another. */
static bool
turns(wchar_t code)
{
	return (code >= 0x200e && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0x061c;
}

static bool
is_shown(const struct character *one)
{
	return one->good && iswprint((wint_t)one->code) && !turns(one->code);
}

static int
width_of(const struct character *one)
{
	int width = one->good ? wcwidth(one->code) : 1;

	return width >= 0 ? width : 1;
}

static int
measure(const char *text, size_t length)
{
	int width = 0;

	while (length > 0) {
		struct character one = character_at(text, length);

		width += width_of(&one);
		text += one.size;
		length -= one.size;
	}
	return width;
}

int
columns_of(const char *text)
{
	locale_t before = enter_unicode();
	int width = measure(text, strlen(text));

	uselocale(before);
	return width;
}

char *
columns_clean(const char *text, size_t length)
{
	locale_t before = enter_unicode();
	char *clean = text_copy("", 0);

	while (length > 0) {
		struct character one = character_at(text, length);
		char bytes[CHARACTER_MAX + 1] = "?";

		if (is_shown(&one)) {
			memcpy(bytes, text, one.size);
			bytes[one.size] = '\0';
		}
		clean = text_append(clean, bytes);
		text += one.size;
		length -= one.size;
	}
	uselocale(before);
	return clean;
}

/* No line begins with one of these. */
static bool
ends_a_line(wchar_t code)
{
	return wcschr(L"、。,.)」』)】!?:;ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々", code) != NULL;
}

/* How many bytes of a text fit into so many columns, at least one character: up to a blank, or to a
 * place between wide characters. */
static size_t
bytes_that_fit(const char *text, int room)
{
	size_t at = 0, length = strlen(text), fit = 0;
	int width = 0;

	while (at < length) {
		struct character one = character_at(text + at, length - at);
		bool wide = width_of(&one) > 1;

		if (one.code == L'\n')
			return at;
		if (at > 0 && (one.code == L' ' || (wide && !ends_a_line(one.code))))
			fit = at;
		if (width + width_of(&one) > room)
			break;
		width += width_of(&one);
		at += one.size;
		if (wide && !ends_a_line(character_at(text + at, length - at).code))
			fit = at;
	}
	if (at == length)
		return length;
	return fit > 0 ? fit : (at > 0 ? at : character_at(text, length).size);
}

static void
print_broken(FILE *out, const char *text, int used, int indent)
{
	locale_t before = enter_unicode();

	for (;;) {
		size_t fit = bytes_that_fit(text, COLUMNS_MAX - used);

		fprintf(out, "%.*s\n", (int)fit, text);
		text += fit;
		/* a line that is begun on purpose keeps its blanks */
		text += *text == '\n' ? 1 : strspn(text, " ");
		if (*text == '\0')
			break;
		used = indent;
		fprintf(out, "%*s", indent, "");
	}
	uselocale(before);
}

void
columns_text(FILE *out, int indent, const char *text)
{
	print_broken(out, text, 0, indent);
}

void
columns_rest(int used, int column, const char *value)
{
	printf("%*s", column - used, "");
	print_broken(stdout, value, column, column);
}

void
columns_row(int indent, int column, const char *label, const char *value)
{
	int used = indent + columns_of(label);

	if (used >= column) /* a label that is too long has a line of its own */
		printf("%*s%s\n%*s", indent, "", label, column, "");
	else
		printf("%*s%s%*s", indent, "", label, column - used, "");
	print_broken(stdout, value, column, column);
}
