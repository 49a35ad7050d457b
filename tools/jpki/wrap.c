/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include <wctype.h>

#include "wrap.h"

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

/* No line begins with one of these. */
static bool
ends_a_line(wchar_t code)
{
	return wcschr(L"、。,.)」』)】!?:;ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々", code) != NULL;
}

/* A word that is a path, which is not to be cut: it may be copied. Its bytes, with what ends a line
 * after it; 0 if the text begins with another word. */
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

/* How many bytes of a text fit into so many columns, at least one character or a path: up to a
 * blank, or to a place between wide characters. */
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

/* A line that begins with blanks is a command, to be copied: it stays whole. */
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
		/* a line that is begun on purpose keeps its blanks */
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
