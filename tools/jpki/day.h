/* SPDX-License-Identifier: BSD-2-Clause */
/* Dates in Japan time, by which a certificate's last day counts (F-VALIDITY). */
#ifndef JPKI_TOOL_DAY_H
#define JPKI_TOOL_DAY_H

#include <stdbool.h>
#include <time.h>

struct day {
	int year, month, day; /* month and day from 1 */
};

/* The day in Japan at that time. */
struct day day_at(time_t time);

/* How many days from `from` to `to`; negative if `to` is earlier. */
long day_distance(struct day from, struct day to);

/* The day so many months earlier; the last day of the month if that month is shorter. */
struct day day_months_before(struct day day, int months);

/* "2031-01-23", or in the form of the person's language; the caller frees it. */
char *day_text(struct day day);
/* Always "2031-01-23"; the caller frees it. */
char *day_iso(struct day day);
/* Always "2031-01-23T23:59:59+09:00" (RFC 3339); the caller frees it. */
char *day_time_iso(time_t time);
/* The day with hour, minute and second, Japan time; the caller frees it. */
char *day_time_text(time_t time);

/* The date in both calendars, as the town office writes it: the Gregorian one, and in brackets the
 * Japanese era and its year. The caller frees it. `era`: 1 Meiji, 2 Taisho, 3 Showa, 4 Heisei, 5
 * Reiwa; 0 if unknown: then only the Gregorian date. */
char *day_in_both_calendars(struct day day, int era);

/* A date in both calendars of which the day, or month and day, are unknown (0). The caller frees
 * it. */
char *day_of_part(struct day day, int era);

/* The day at the beginning of a text, in a format of strptime(3); year 0 if there is none. */
struct day day_read(const char *text, const char *format);

/* Whether the calendar has such a day. */
bool day_is_real(struct day day);

#endif
