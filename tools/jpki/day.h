/* SPDX-License-Identifier: BSD-2-Clause */
/* Dates in Japan, where a certificate's last day is meant (card-facts: validity). */
#ifndef JPKI_TOOL_DAY_H
#define JPKI_TOOL_DAY_H

#include <stdbool.h>
#include <time.h>

struct day {
	int year, month, day; /* month and day from 1 */
};

/* The day in Japan at a time. */
struct day day_at(time_t time);

/* How many days from one to the other, negative if that came before. */
long day_distance(struct day from, struct day to);

/* The day so many months before; the month's last day where that is shorter. */
struct day day_months_before(struct day day, int months);

/* "2031-01-23", or as the person's language writes it; to be freed. */
char *day_text(struct day day);
/* Always "2031-01-23"; to be freed. */
char *day_iso(struct day day);
/* Always "2031-01-23T23:59:59+09:00" (RFC 3339); to be freed. */
char *day_time_iso(time_t time);
/* With hour, minute and second in Japan; to be freed. */
char *day_time_text(time_t time);

/* The date in both calendars, as the town office writes it: the western one, and in brackets the
 * Japanese era and its year. To be freed. `era`: 1 Meiji, 2 Taisho, 3 Showa, 4 Heisei, 5 Reiwa; 0
 * is unknown, and then only the western one is there. */
char *day_in_both_calendars(struct day day, int era);

/* The same of a date of which the day, or month and day, are not known and 0. To be freed. */
char *day_of_part(struct day day, int era);

/* The day that a text begins with, as strptime(3) reads it by a format; year 0 if there is none. */
struct day day_read(const char *text, const char *format);

/* Whether there is such a day. */
bool day_is_real(struct day day);

#endif
