/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

#include "columns.h"
#include "text.h"
#include "wrap.h"

struct range {
	wchar_t first, last;
};

/* Characters that are invisible or change the direction of writing, by which one name could look
 * like another: Unicode's Default_Ignorable_Code_Point, line separators, annotations. */
static const struct range unseen[] = {
    {0x00ad, 0x00ad},
    {0x034f, 0x034f},
    {0x061c, 0x061c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},
    {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
};

/* Variation selectors, which choose a form of the character before them. */
static const struct range selectors[] = {{0xfe00, 0xfe0f}, {0xe0100, 0xe01ef}};

/* The characters whose forms matter in names (UTS #37). */
static const struct range ideographs[] = {
    {0x3005, 0x3007}, {0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0xf900, 0xfaff}, {0x20000, 0x3ffff}};

#define IS_IN(code, ranges) is_in(code, ranges, sizeof(ranges) / sizeof((ranges)[0]))

static bool
is_in(wchar_t code, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static bool
is_shown(const struct wrap_character *one, wchar_t before)
{
	if (!one->good)
		return false;
	if (IS_IN(one->code, selectors))
		return IS_IN(before, ideographs);
	return iswprint((wint_t)one->code) && !IS_IN(one->code, unseen);
}

int
columns_of(const char *text)
{
	return wrap_width(text);
}

char *
columns_clean(const char *text, size_t length)
{
	locale_t before = wrap_enter();
	char *clean = text_copy("", 0);
	wchar_t last = 0;

	while (length > 0) {
		struct wrap_character one = wrap_character_at(text, length);
		char bytes[WRAP_CHARACTER_MAX + 1] = "?";

		if (is_shown(&one, last)) {
			memcpy(bytes, text, one.size);
			bytes[one.size] = '\0';
		}
		clean = text_append(clean, bytes);
		last = one.good ? one.code : 0;
		text += one.size;
		length -= one.size;
	}
	uselocale(before);
	return clean;
}

void
columns_text(FILE *out, int indent, const char *text)
{
	wrap_print(out, text, 0, indent);
}

void
columns_rest(int used, int column, const char *value)
{
	printf("%*s", column - used, "");
	wrap_print(stdout, value, column, column);
}

void
columns_row(int indent, int column, const char *label, const char *value)
{
	int used = indent + columns_of(label);

	if (used >= column) /* a label that is too long gets a line of its own */
		printf("%*s%s\n%*s", indent, "", label, column, "");
	else
		printf("%*s%s%*s", indent, "", label, column - used, "");
	wrap_print(stdout, value, column, column);
}
