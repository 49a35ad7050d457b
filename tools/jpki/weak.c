/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stddef.h>

#include "day.h"
#include "message.h"
#include "weak.h"

static bool
all_same(const struct jpki_secret *pin)
{
	for (size_t i = 1; i < pin->length; i++)
		if (pin->bytes[i] != pin->bytes[0])
			return false;
	return true;
}

/* Each one more, or each one less, than the one before. */
static bool
is_row(const struct jpki_secret *pin)
{
	int step = pin->length > 1 ? pin->bytes[1] - pin->bytes[0] : 0;

	for (size_t i = 1; i < pin->length; i++)
		if (pin->bytes[i] - pin->bytes[i - 1] != step)
			return false;
	return step == 1 || step == -1;
}

/* Two halves that are the same: 1212. */
static bool
is_twice(const struct jpki_secret *pin)
{
	size_t half = pin->length / 2;

	for (size_t i = 0; i < half; i++)
		if (pin->bytes[i] != pin->bytes[half + i])
			return false;
	return pin->length % 2 == 0;
}

static int
two_digits(const struct jpki_secret *pin, size_t at)
{
	return (pin->bytes[at] - '0') * 10 + pin->bytes[at + 1] - '0';
}

/* Four digits that are a day and a month, in either order, or a year of somebody's birth. */
static bool
is_date(const struct jpki_secret *pin)
{
	int first = two_digits(pin, 0), second = two_digits(pin, 2);

	return day_is_real((struct day){2000, first, second}) ||
	       day_is_real((struct day){2000, second, first}) || first == 19 ||
	       (first == 20 && second < 50);
}

static bool
are_digits(const struct jpki_secret *pin)
{
	for (size_t i = 0; i < pin->length; i++)
		if (pin->bytes[i] < '0' || pin->bytes[i] > '9')
			return false;
	return true;
}

const char *
weak_reason(enum jpki_role role, const struct jpki_secret *pin)
{
	if (role != JPKI_AUTHENTICATION || pin->length != 4 || !are_digits(pin))
		return NULL;
	if (all_same(pin) || is_row(pin) || is_twice(pin))
		return _("It is one of those that are tried first.");
	if (is_date(pin))
		return _("It could be a date: a birthday is tried first.");
	return NULL;
}
