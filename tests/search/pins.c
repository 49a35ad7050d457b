/* SPDX-License-Identifier: BSD-2-Clause */
#include "pins.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* How what is typed comes from a text, and whether a card could accept it. */
enum form { AS_IT_IS, FULL_WIDTH, LOWER_CASE, ONE_LESS, ENDING_IN_BLANK, ENDING_IN_NUL, MISSING };

enum text { RIGHT, OLD, WRONG, OTHERS, OTHER_ROLE, EMPTY, LONG, LETTERS, KANA };

static const struct kind {
	const char *name;
	enum text text;
	enum form form;
	bool possible[JPKI_ROLES];
} kinds[] = {
    {"right PIN", RIGHT, AS_IT_IS, {true, true}},
    {"right PIN", RIGHT, AS_IT_IS, {true, true}},
    {"right PIN", RIGHT, AS_IT_IS, {true, true}},
    {"right PIN", RIGHT, AS_IT_IS, {true, true}},
    {"wrong PIN", WRONG, AS_IT_IS, {true, true}},
    {"wrong PIN", WRONG, AS_IT_IS, {true, true}},
    {"right PIN in full width", RIGHT, FULL_WIDTH, {true, true}},
    {"right PIN in lower case", RIGHT, LOWER_CASE, {true, true}},
    {"wrong PIN in full width", WRONG, FULL_WIDTH, {true, true}},
    {"wrong PIN in lower case", WRONG, LOWER_CASE, {true, true}},
    {"PIN of before a change", OLD, AS_IT_IS, {true, true}},
    {"PIN of another application", OTHERS, AS_IT_IS, {true, true}},
    {"PIN of the other token", OTHER_ROLE, AS_IT_IS, {false, false}},
    {"PIN too short", WRONG, ONE_LESS, {false, false}},
    {"PIN too long", LONG, AS_IT_IS, {false, false}},
    {"right PIN and a blank", RIGHT, ENDING_IN_BLANK, {false, false}},
    {"right PIN and a NUL", RIGHT, ENDING_IN_NUL, {false, false}},
    {"empty PIN", EMPTY, AS_IT_IS, {false, false}},
    {"PIN of impossible characters", LETTERS, AS_IT_IS, {false, false}},
    {"PIN in kana", KANA, AS_IT_IS, {false, false}},
    {"no PIN", RIGHT, MISSING, {false, false}},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const char *
text_of(enum text text, int card, enum jpki_role role)
{
	static const char *const none[JPKI_CREDENTIALS] = {"1234", "ABC123", "5678"};
	static const char *const wrong[JPKI_CREDENTIALS] = {"9753", "WRONG9", "8642"};
	static const char *const others[JPKI_CREDENTIALS] = {"5678", "123456789018", "1234"};
	enum jpki_role other = role == JPKI_SIGNATURE ? JPKI_AUTHENTICATION : JPKI_SIGNATURE;

	switch (text) {
	case RIGHT:
		return card < 0 ? none[role] : scene_cards[card].pins[role];
	case OLD:
		return card < 0 ? none[role] : scene_cards[card].old_pins[role];
	case OTHER_ROLE:
		return card < 0 ? none[other] : scene_cards[card].pins[other];
	case WRONG:
		return wrong[role];
	case OTHERS:
		return others[role];
	case LONG:
		return "12345678901234567";
	case LETTERS:
		return role == JPKI_SIGNATURE ? "ABC-123" : "12A4";
	case KANA:
		return "\xe3\x81\x82\xe3\x81\x84\xe3\x81\x86\xe3\x81\x88";
	default:
		return "";
	}
}

static void
put(struct given *pin, char c)
{
	if (pin->length < sizeof(pin->typed))
		pin->typed[pin->length++] = (CK_BYTE)c;
}

/* U+FF01.. stand 0xFEE0 above ASCII. */
static void
put_wide(struct given *pin, char c)
{
	unsigned code = (unsigned char)c + 0xFEE0u;

	put(pin, (char)0xEF);
	put(pin, (char)(0x80 | (code >> 6 & 0x3F)));
	put(pin, (char)(0x80 | (code & 0x3F)));
}

static void
type(struct given *pin, const char *text, enum form form, enum jpki_role role)
{
	size_t length = strlen(text);

	if (form == ONE_LESS)
		length = (role == JPKI_SIGNATURE ? 6 : 4) - 1;
	for (size_t i = 0; i < length; i++)
		if (form == FULL_WIDTH)
			put_wide(pin, text[i]);
		else
			put(pin,
			    form == LOWER_CASE ? (char)tolower((unsigned char)text[i]) : text[i]);
	if (form == ENDING_IN_BLANK || form == ENDING_IN_NUL)
		put(pin, form == ENDING_IN_BLANK ? ' ' : '\0');
	pin->missing = form == MISSING;
}

void
pins_type(struct given *pin, int card, enum jpki_role role, unsigned number)
{
	const struct kind *kind = &kinds[number % KINDS];
	const char *text = text_of(kind->text, card, role);

	*pin = (struct given){.kind = kind->name};
	type(pin, text, kind->form, role);
	if (kind->possible[role == JPKI_SIGNATURE] && strlen(text) < sizeof(pin->pin))
		strcpy(pin->pin, text);
}

void
pins_right(struct given *pin, int card, enum jpki_role role)
{
	pins_type(pin, card, role, 0);
}

void
pins_wrong(struct given *pin, enum jpki_role role, unsigned number)
{
	static const unsigned of[] = {4, 8, 9}; /* among the kinds */

	pins_type(pin, -1, role, of[number % 3]);
}

void
pins_new(struct given *pin, enum jpki_role role, unsigned number)
{
	static const struct {
		const char *text;
		bool possible;
	} texts[JPKI_ROLES][6] = {
	    {{"1234", true}, {"4321", true}, {"0000", true}, {"5678", true}, {"123", false},
		{"ABCD", false}},
	    {{"ABC123", true}, {"A1A1A1A1A1A1A1A1", true}, {"PASSW0RD", true}, {"ABCDEF", false},
		{"123456", false}, {"AB12", false}},
	};
	unsigned i = number % 6;

	*pin = (struct given){.kind = texts[role][i].text, .new_too = texts[role][i].possible};
	type(pin, texts[role][i].text, number / 6 % 4 == 3 ? FULL_WIDTH : AS_IT_IS, role);
	snprintf(pin->pin, sizeof(pin->pin), "%s", texts[role][i].text);
}
