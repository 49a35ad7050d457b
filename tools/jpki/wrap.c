/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include <wctype.h>

#include "wrap.h"

/* A UTF-8 locale, whatever the person's is; made once. */
static locale_t
unicode(void)
{
	static locale_t made;

	if (made == (locale_t)0)
		made = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return made;
}

/* If the system does not have that locale, the person's own is used. */
locale_t
wrap_enter(void)
{
	locale_t wanted = unicode();

	return uselocale(wanted != (locale_t)0 ? wanted : LC_GLOBAL_LOCALE);
}

struct wrap_character
wrap_character_at(const char *text, size_t length)
{
	struct wrap_character one = {.size = 1};
	mbstate_t state = {0};
	size_t size = mbrtowc(
	    &one.code, text, length < WRAP_CHARACTER_MAX ? length : WRAP_CHARACTER_MAX, &state);

	if (size > 0 && size <= WRAP_CHARACTER_MAX) {
		one.size = size;
		one.good = true;
	}
	return one;
}

static int
width_of(const struct wrap_character *one)
{
	int width = one->good ? wcwidth(one->code) : 1;

	return width >= 0 ? width : 1;
}

static int
measure(const char *text, size_t length)
{
	int width = 0;

	while (length > 0) {
		struct wrap_character one = wrap_character_at(text, length);

		width += width_of(&one);
		text += one.size;
		length -= one.size;
	}
	return width;
}

/* A line must not begin with one of these characters. */
static bool
ends_a_line(wchar_t code)
{
	return wcschr(L"、。,.)」』)】!?:;ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々", code) != NULL;
}

/* The bytes of a path with which the text begins, with punctuation after it: it is not broken,
 * because it may be copied. 0 if the text begins with another word. */
static size_t
path_at(const char *text)
{
	size_t at = strspn(text, "\"'("), length = strlen(text);

	if (text[at] != '/')
		return 0;
	while (at < length) {
		struct wrap_character one = wrap_character_at(text + at, length - at);
		bool wide = width_of(&one) > 1;

		if (one.code == L' ' || one.code == L'\n' || (wide && !ends_a_line(one.code)))
			break;
		at += one.size;
	}
	return at;
}

/* How many bytes of a text fit into so many columns: up to a blank or a place between wide
 * characters, but at least one character or path. */
static size_t
bytes_that_fit(const char *text, int room)
{
	size_t at = 0, length = strlen(text), fit = path_at(text);
	int width = 0;

	while (at < length) {
		struct wrap_character one = wrap_character_at(text + at, length - at);
		bool wide = width_of(&one) > 1;

		if (one.code == L'\n')
			return at;
		if (at > 0 && (one.code == L' ' || (wide && !ends_a_line(one.code))))
			fit = at;
		if (width + width_of(&one) > room)
			break;
		width += width_of(&one);
		at += one.size;
		if (wide && !ends_a_line(wrap_character_at(text + at, length - at).code))
			fit = at;
	}
	if (at == length)
		return length;
	return fit > 0 ? fit : (at > 0 ? at : wrap_character_at(text, length).size);
}

/* The bytes of the next line. One that begins with blanks is a command, which is not broken,
 * because it may be copied. */
static size_t
next_line(const char *text, int room)
{
	return text[0] == ' ' && text[1] == ' ' ? strcspn(text, "\n") : bytes_that_fit(text, room);
}

void
wrap_print(FILE *out, const char *text, int used, int indent)
{
	locale_t before = wrap_enter();

	for (;;) {
		size_t fit = next_line(text, WRAP_COLUMNS - used);

		fprintf(out, "%.*s\n", (int)fit, text);
		text += fit;
		/* a line after a newline keeps its blanks */
		text += *text == '\n' ? 1 : strspn(text, " ");
		if (*text == '\0')
			break;
		used = indent;
		fprintf(out, "%*s", indent, "");
	}
	uselocale(before);
}

int
wrap_width(const char *text)
{
	locale_t before = wrap_enter();
	int width = measure(text, strlen(text));

	uselocale(before);
	return width;
}
