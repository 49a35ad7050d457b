/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "apdu.h"

/* Lc and Le of one byte each (ISO 7816-4, 5.1). */
static bool
parse_short(struct apdu *apdu, const uint8_t *body, size_t length)
{
	size_t lc = body[0];

	if (length == 1) {
		apdu->ne = lc == 0 ? SHORT_DATA_MAX : lc;
		return true;
	}
	if (lc == 0 || (length != 1 + lc && length != 2 + lc))
		return false;
	apdu->data = body + 1;
	apdu->lc = lc;
	if (length == 2 + lc)
		apdu->ne = body[1 + lc] == 0 ? SHORT_DATA_MAX : body[1 + lc];
	return true;
}

static size_t
extended_number(const uint8_t *bytes)
{
	return (size_t)bytes[0] << 8 | bytes[1];
}

static bool
parse_extended(struct apdu *apdu, const uint8_t *body, size_t length)
{
	size_t number = extended_number(body + 1);
	const uint8_t *le = body + 1;

	apdu->extended = true;
	if (length > 3) {
		if (number == 0 || (length != 3 + number && length != 5 + number))
			return false;
		apdu->data = body + 3;
		apdu->lc = number;
		if (length == 3 + number)
			return true;
		le = body + 3 + number;
	}
	number = extended_number(le);
	/* nothing on this card is longer, so DATA_MAX stands for every larger Le */
	apdu->ne = number == 0 || number > DATA_MAX ? DATA_MAX : number;
	return true;
}

bool
apdu_parse(struct apdu *apdu, const uint8_t *command, size_t length)
{
	memset(apdu, 0, sizeof(*apdu));
	if (length < 4)
		return false;
	apdu->cla = command[0];
	apdu->ins = command[1];
	apdu->p1 = command[2];
	apdu->p2 = command[3];
	if (length == 4)
		return true;
	if (command[4] == 0 && length >= 7)
		return parse_extended(apdu, command + 4, length - 4);
	return parse_short(apdu, command + 4, length - 4);
}
