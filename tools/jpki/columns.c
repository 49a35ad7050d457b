/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

#include "columns.h"
#include "text.h"
#include "wrap.h"

/* Those that turn the direction of what follows: a name could make a line look like another. */
static bool
turns(wchar_t code)
{
	return (code >= 0x200e && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0x061c;
}

static bool
is_shown(const struct wrap_character *one)
{
	return one->good && iswprint((wint_t)one->code) && !turns(one->code);
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

	while (length > 0) {
		struct wrap_character one = wrap_character_at(text, length);
		char bytes[WRAP_CHARACTER_MAX + 1] = "?";

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

	if (used >= column) /* a label that is too long has a line of its own */
		printf("%*s%s\n%*s", indent, "", label, column, "");
	else
		printf("%*s%s%*s", indent, "", label, column - used, "");
	wrap_print(stdout, value, column, column);
}
