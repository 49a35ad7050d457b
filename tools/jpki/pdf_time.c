/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <string.h>

#include "day.h"
#include "pdf_time.h"

/* Read `count` digits and advance the text; -1 if there are fewer. */
static int
take_digits(const char **text, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++) {
		if (!isdigit((unsigned char)(*text)[i]))
			return -1;
		number = number * 10 + (*text)[i] - '0';
	}
	*text += count;
	return number;
}

/* Read two digits whose value is at most `most`. */
static bool
take_up_to(const char **text, int most)
{
	int number = take_digits(text, 2);

	return number >= 0 && number <= most;
}

static void
take_apostrophe(const char **text)
{
	if (**text == '\'')
		(*text)++;
}

/* Is it a difference to UTC: Z, or + or - with HH and perhaps mm, each of which an apostrophe may
 * follow? After Z there may be zeros. */
static bool
is_difference(const char *text)
{
	char sign = *text++;

	if (sign != '+' && sign != '-' && sign != 'Z')
		return false;
	if (sign == 'Z' && *text == '\0')
		return true;
	if (!take_up_to(&text, sign == 'Z' ? 0 : 23))
		return false;
	take_apostrophe(&text);
	if (*text == '\0')
		return true;
	if (text[-1] != '\'' || !take_up_to(&text, sign == 'Z' ? 0 : 59))
		return false;
	take_apostrophe(&text);
	return *text == '\0';
}

/* Read hour, minute and second, as far as present. */
static bool
take_time(const char **text)
{
	static const int most[] = {23, 59, 59};

	for (int i = 0; i < 3 && isdigit((unsigned char)**text); i++)
		if (!take_up_to(text, most[i]))
			return false;
	return true;
}

bool
pdf_time_is_one(const char *text)
{
	struct day day = {.month = 1, .day = 1};

	if (strncmp(text, "D:", 2) != 0)
		return false;
	text += 2;
	day.year = take_digits(&text, 4);
	if (isdigit((unsigned char)*text))
		day.month = take_digits(&text, 2);
	if (isdigit((unsigned char)*text))
		day.day = take_digits(&text, 2);
	return day_is_real(day) && take_time(&text) && (*text == '\0' || is_difference(text));
}
