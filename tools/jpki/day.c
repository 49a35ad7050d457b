/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include "day.h"
#include "message.h"
#include "text.h"

#define HOURS_OF_JAPAN 9
#define SECONDS_OF_A_DAY 86400L

static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

/* The names of the eras, and the year before their first one. */
static const struct era {
	const char *name;
	int before;
} eras[] = {
    {NULL, 0},
    {N_("Meiji"), 1867},
    {N_("Taisho"), 1911},
    {N_("Showa"), 1925},
    {N_("Heisei"), 1988},
    {N_("Reiwa"), 2018},
};

static struct tm
in_japan(time_t time)
{
	time_t there = time + HOURS_OF_JAPAN * 3600L;
	struct tm broken = {0};

	gmtime_r(&there, &broken);
	return broken;
}

struct day
day_at(time_t time)
{
	struct tm broken = in_japan(time);

	return (struct day){broken.tm_year + 1900, broken.tm_mon + 1, broken.tm_mday};
}

static long
number_of(struct day day)
{
	struct tm broken = {
	    .tm_year = day.year - 1900, .tm_mon = day.month - 1, .tm_mday = day.day};

	return (long)(timegm(&broken) / SECONDS_OF_A_DAY);
}

long
day_distance(struct day from, struct day to)
{
	return number_of(to) - number_of(from);
}

static int
length_of_month(int year, int month)
{
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return lengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

struct day
day_months_before(struct day day, int months)
{
	int all = day.year * 12 + day.month - 1 - months;
	struct day earlier = {all / 12, all % 12 + 1, day.day};
	int length = length_of_month(earlier.year, earlier.month);

	if (earlier.day > length)
		earlier.day = length;
	return earlier;
}

bool
day_is_real(struct day day)
{
	return day.year >= 1 && day.year <= 9999 && day.month >= 1 && day.month <= 12 &&
	       day.day >= 1 && day.day <= length_of_month(day.year, day.month);
}

struct day
day_read(const char *text, const char *format)
{
	struct tm broken = {0};
	struct day day;

	if (strptime(text, format, &broken) == NULL)
		return (struct day){0};
	day = (struct day){broken.tm_year + 1900, broken.tm_mon + 1, broken.tm_mday};
	return day_is_real(day) ? day : (struct day){0};
}

char *
day_text(struct day day)
{
	/* TRANSLATORS: a date: year, month, day. */
	return text_format(_("%04d-%02d-%02d"), day.year, day.month, day.day);
}

char *
day_iso(struct day day)
{
	return text_format("%04d-%02d-%02d", day.year, day.month, day.day);
}

char *
day_time_iso(time_t time)
{
	char text[64];
	struct tm broken = in_japan(time);

	if (strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S+09:00", &broken) == 0)
		text[0] = '\0';
	return text_format("%s", text);
}

char *
day_time_text(time_t time)
{
	struct tm broken = in_japan(time);
	char *day = day_text(day_at(time));
	/* TRANSLATORS: a date, and the time of day in Japan. */
	char *text = text_format(
	    _("%s %02d:%02d:%02d (Japan time)"), day, broken.tm_hour, broken.tm_min, broken.tm_sec);

	text_free(&day);
	return text;
}

/* The date, and after it in brackets the year in the Japanese era. Takes over `western`. */
static char *
with_era(char *western, int year, int era)
{
	char *both, *name;

	if (era < 1 || era >= (int)(sizeof(eras) / sizeof(eras[0])) || year <= eras[era].before)
		return western;
	if (year - eras[era].before == 1)
		/* TRANSLATORS: the first year of an era, which Japanese calls 元年. */
		name = text_format(_("%s 1"), _(eras[era].name));
	else
		/* TRANSLATORS: an era and its year. */
		name = text_format(_("%s %d"), _(eras[era].name), year - eras[era].before);
	/* TRANSLATORS: a date, and in brackets the year by the Japanese era. */
	both = text_format(_("%s (%s)"), western, name);
	text_free(&western);
	text_free(&name);
	return both;
}

char *
day_in_both_calendars(struct day day, int era)
{
	return with_era(day_text(day), day.year, era);
}

char *
day_of_part(struct day day, int era)
{
	/* TRANSLATORS: a year, and a month of a year; of a date that is known no better. */
	char *western = day.month == 0 ? text_format(_("%04d"), day.year)
				       : text_format(_("%04d-%02d"), day.year, day.month);
	char *both = with_era(western, day.year, era);
	char *text = day.month == 0 ? text_format(_("%s, month and day are not known"), both)
				    : text_format(_("%s, the day is not known"), both);

	text_free(&both);
	return text;
}
