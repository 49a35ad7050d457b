/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/pin.h"

#include <stdbool.h>
#include <stdlib.h>

#include "card/credential.h"

/* Full-width forms U+FF01..U+FF5E stand 0xFEE0 above ASCII; in UTF-8 they take 3 bytes. */
#define FULL_WIDTH_SIZE 3

static bool
full_width(const uint8_t *typed, size_t length, uint8_t *ascii)
{
	unsigned code;

	if (length < FULL_WIDTH_SIZE || typed[0] != 0xEF || (typed[1] & 0xFE) != 0xBC ||
	    (typed[2] & 0xC0) != 0x80)
		return false;
	code = 0xF000u | (typed[1] & 0x3Fu) << 6 | (typed[2] & 0x3Fu);
	if (code < 0xFF01 || code > 0xFF5E)
		return false;
	*ascii = (uint8_t)(code - 0xFEE0);
	return true;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

/*
 * The next character, in upper case (F-UPPER-CASE); 0 if it is not allowed in this PIN. Advances
 * `typed`.
 */
static uint8_t
next_character(const struct credential *credential, const uint8_t **typed, size_t *length)
{
	uint8_t c = **typed;
	size_t used = full_width(*typed, *length, &c) ? FULL_WIDTH_SIZE : 1;

	*typed += used;
	*length -= used;
	if (is_digit(c))
		return c;
	if (credential->letters && c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	return credential->letters && is_letter(c) ? c : 0;
}

/* PIN rule 2: what fails here is not sent, because it could cost a try (F-PIN-LENGTH). */
static int
normalise(const struct credential *credential, const uint8_t *typed, size_t length,
    struct jpki_secret *secret)
{
	while (length > 0) {
		uint8_t c = next_character(credential, &typed, &length);

		if (c == 0)
			return JPKI_ERR_PIN_CHARACTER;
		if (secret->length == secret->size)
			return JPKI_ERR_PIN_LENGTH;
		secret->bytes[secret->length++] = c;
	}
	return secret->length < credential->pin.min_length ? JPKI_ERR_PIN_LENGTH : JPKI_OK;
}

int
jpki_pin_new(enum jpki_role role, const uint8_t *typed, size_t length, struct jpki_pin **out)
{
	const struct credential *credential = credential_of(role);
	struct jpki_pin *pin;
	int rv = JPKI_ERR_MEMORY;

	if (credential == NULL || (typed == NULL && length > 0))
		return JPKI_ERR_ARGUMENT;
	pin = calloc(1, sizeof(*pin));
	if (pin == NULL)
		return JPKI_ERR_MEMORY;
	pin->role = role;
	pin->secret = jpki_secret_new(credential->pin.max_length);
	if (pin->secret == NULL)
		goto fail;
	rv = normalise(credential, typed, length, pin->secret);
	if (rv != JPKI_OK)
		goto fail;
	*out = pin;
	return JPKI_OK;
fail:
	jpki_pin_free(&pin);
	return rv;
}

int
jpki_pin_check_new(const struct jpki_pin *pin)
{
	bool digit = false, letter = false;

	for (size_t i = 0; i < pin->secret->length; i++) {
		digit = digit || is_digit(pin->secret->bytes[i]);
		letter = letter || is_letter(pin->secret->bytes[i]);
	}
	if (credential_of(pin->role)->letters)
		return digit && letter ? JPKI_OK : JPKI_ERR_PIN_CHARACTER;
	return JPKI_OK;
}

void
jpki_pin_free(struct jpki_pin **pin)
{
	if (*pin == NULL)
		return;
	jpki_secret_free(&(*pin)->secret);
	free(*pin);
	*pin = NULL;
}
