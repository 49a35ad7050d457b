/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "day.h"
#include "message.h"
#include "text.h"
#include "weak.h"

/* Bytes of a PIN that are checked, in the form that the card has: more than any PIN has. */
#define ROOM 32

struct part {
	const uint8_t *at;
	size_t length;
};

static bool
all_same(struct part part)
{
	for (size_t i = 1; i < part.length; i++)
		if (part.at[i] != part.at[0])
			return false;
	return true;
}

/* Does each character go up by one, or each down by one? */
static bool
is_row(struct part part)
{
	int step = part.length > 1 ? part.at[1] - part.at[0] : 0;

	for (size_t i = 1; i < part.length; i++)
		if (part.at[i] - part.at[i - 1] != step)
			return false;
	return step == 1 || step == -1;
}

/* Two equal halves: 1212. */
static bool
is_twice(struct part part)
{
	size_t half = part.length / 2;

	return part.length % 2 == 0 && memcmp(part.at, part.at + half, half) == 0;
}

static int
two_digits(struct part part, size_t at)
{
	return (part.at[at] - '0') * 10 + part.at[at + 1] - '0';
}

/* Four digits that are a day and a month, in either order, or a year of birth. */
static bool
is_date(struct part part)
{
	int first = two_digits(part, 0), second = two_digits(part, 2);

	return day_is_real((struct day){2000, first, second}) ||
	       day_is_real((struct day){2000, second, first}) || first == 19 ||
	       (first == 20 && second < 50);
}

static bool
is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool
are_digits(struct part part)
{
	for (size_t i = 0; i < part.length; i++)
		if (!is_digit(part.at[i]))
			return false;
	return true;
}

/* YYYYMMDD of this century or the last, or YYMMDD, where YY may be the year of an era. */
static bool
is_whole_date(struct part part)
{
	size_t year = part.length - 4;
	struct day day = {2000, two_digits(part, year), two_digits(part, year + 2)};

	if (part.length == 8)
		day.year = two_digits(part, 0) * 100 + two_digits(part, 2);
	return day.year >= 1900 && day.year <= 2099 && day_is_real(day);
}

/* Is one of the runs of digits a date, for example after a name or the letter of an era? */
static bool
has_date(struct part pin)
{
	size_t length;

	for (size_t i = 0; i < pin.length; i += length + 1) {
		length = 0;
		while (i + length < pin.length && is_digit(pin.at[i + length]))
			length++;
		if ((length == 6 || length == 8) &&
		    is_whole_date((struct part){pin.at + i, length}))
			return true;
	}
	return false;
}

static const char *
digits_reason(struct part pin)
{
	if (pin.length != 4 || !are_digits(pin))
		return NULL;
	if (all_same(pin) || is_row(pin) || is_twice(pin))
		return _("It is one of those that are tried first.");
	if (is_date(pin))
		return _("It could be a date: a birthday is tried first.");
	return NULL;
}

/* ---------------------------------------------------------------- passwords */

/* The most common passwords in published lists, Japanese ones, and rows of keys. */
static const char *const words[] = {"PASSWORD", "PASSWD", "PASS", "PASSW0RD", "P4SSW0RD", "ADMIN",
    "LOGIN", "WELCOME", "HELLO", "SECRET", "DRAGON", "MONKEY", "MASTER", "LETMEIN", "ILOVEYOU",
    "PRINCESS", "SUNSHINE", "FOOTBALL", "BASEBALL", "POKEMON", "DORAEMON", "SAKURA", "NIPPON",
    "NIHON", "JAPAN", "TOKYO", "OSAKA", "MYNUMBER", "MYNUMBERCARD", "MYNA", "JPKI", "CARD", "SIGN",
    "TEST", "QWERTY", "QWERTYUIOP", "QWERT", "QWER", "ASDFGHJKL", "ASDFGH", "ASDF", "ZXCVBNM",
    "ZXCVBN", "ZXCV", "1QAZ2WSX", "1QAZXSW2", "Q1W2E3R4", "1Q2W3E4R"};

static bool
is_word(struct part part)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == part.length && memcmp(words[i], part.at, part.length) == 0)
			return true;
	return false;
}

static bool
is_guessed(struct part part)
{
	return all_same(part) || is_row(part) || is_word(part) ||
	       (part.length == 4 && are_digits(part) && is_date(part));
}

/* Two parts, each easy to guess: letters and then digits, or the reverse; or such a word that has
 * both, with something after it. */
static bool
are_two_guessed(struct part pin)
{
	for (size_t i = 1; i <= pin.length; i++) {
		struct part first = {pin.at, i}, rest = {pin.at + i, pin.length - i};

		if (is_guessed(first) && is_guessed(rest))
			return true;
	}
	return false;
}

static bool
is_weak_password(struct part pin)
{
	return are_two_guessed(pin) ||
	       (is_twice(pin) && are_two_guessed((struct part){pin.at, pin.length / 2}));
}

/* ---------------------------------------------------------------- as the card has it */

/* The ASCII character of a full-width one (U+FF01 to U+FF5E, from an input method left on); 0 if
 * it is not one. */
static uint8_t
full_width(const uint8_t *at, size_t length)
{
	unsigned code;

	if (length < 3 || at[0] != 0xef || (at[1] != 0xbc && at[1] != 0xbd))
		return 0;
	code = (at[1] & 0x3fU) << 6 | (at[2] & 0x3fU);
	return code > 0xf00 && code <= 0xf5e ? (uint8_t)(code - 0xf00 + ' ') : 0;
}

static uint8_t
capital(uint8_t byte)
{
	return byte >= 'a' && byte <= 'z' ? (uint8_t)(byte - 'a' + 'A') : byte;
}

static struct jpki_secret *
fold(const struct jpki_secret *pin)
{
	struct jpki_secret *folded = jpki_secret_new(ROOM);

	for (size_t i = 0; folded != NULL && i < pin->length && folded->length < ROOM; i++) {
		uint8_t wide = full_width(pin->bytes + i, pin->length - i);

		folded->bytes[folded->length++] = capital(wide != 0 ? wide : pin->bytes[i]);
		i += wide != 0 ? 2 : 0;
	}
	return folded;
}

static const char *
reason_of(enum jpki_role role, const struct jpki_secret *folded)
{
	const struct part part = {folded->bytes, folded->length};

	if (role == JPKI_AUTHENTICATION)
		return digits_reason(part);
	if (is_weak_password(part))
		return _("It is one of those that are tried first.");
	return has_date(part) ? _("It could be a date: a birthday is tried first.") : NULL;
}

const char *
weak_reason(enum jpki_role role, const struct jpki_secret *pin)
{
	struct jpki_secret *folded = fold(pin);
	const char *reason = NULL;

	if (folded == NULL)
		out_of_memory();
	else
		reason = reason_of(role, folded);
	jpki_secret_free(&folded);
	return reason;
}

bool
weak_same(const struct jpki_secret *one, const struct jpki_secret *other)
{
	struct jpki_secret *first = fold(one), *second = fold(other);
	bool same = false;

	if (first == NULL || second == NULL)
		out_of_memory();
	else
		same = first->length == second->length &&
		       memcmp(first->bytes, second->bytes, first->length) == 0;
	jpki_secret_free(&first);
	jpki_secret_free(&second);
	return same;
}
