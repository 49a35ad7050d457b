/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/file.h"

#include <string.h>

#include "card/apdu.h"
#include "card/state.h"
#include "card/status.h"

#define SW_PAST_END 0x6B00
#define SW_WRONG_LENGTH 0x6700
/* What is asked for at once of a card that refuses to give more. */
#define SMALL_READ 128

int
file_select(struct jpki_card *card, uint16_t ef)
{
	const uint8_t identifier[2] = {(uint8_t)(ef >> 8), (uint8_t)ef};
	const struct command select = {
	    .ins = 0xA4,
	    .p1 = 0x02,
	    .p2 = 0x0C,
	    .data = identifier,
	    .length = sizeof(identifier),
	    .expected = NO_RESPONSE,
	};
	struct response response;
	int rv;

	rv = apdu_exchange(card, &select, &response);
	return rv != JPKI_OK ? rv : status_error(response.sw);
}

/* As much as the card gives at once; with less than is wanted, whoever reads goes on. */
static int
ask(struct jpki_card *card, uint8_t p1, uint8_t p2, size_t want, struct response *response)
{
	struct command read = {.ins = 0xB0, .p1 = p1, .p2 = p2, .expected = (int)want};
	int rv;

	if (card->small_reads && want > SMALL_READ)
		read.expected = SMALL_READ;
	rv = apdu_exchange(card, &read, response);
	if (rv != JPKI_OK || response->sw != SW_WRONG_LENGTH || read.expected <= SMALL_READ)
		return rv;
	card->small_reads = true;
	read.expected = SMALL_READ;
	return apdu_exchange(card, &read, response);
}

static int
read_binary(struct jpki_card *card, uint8_t p1, uint8_t p2, uint8_t *bytes, size_t want,
    size_t *length, uint16_t *sw)
{
	struct response response;
	int rv;

	*length = 0;
	rv = ask(card, p1, p2, want, &response);
	if (rv != JPKI_OK)
		return rv;
	*sw = response.sw;
	if (response.sw != SW_OK && response.sw != SW_END_OF_FILE)
		rv = status_error(response.sw);
	else if (response.length > want)
		rv = JPKI_ERR_DATA;
	else {
		memcpy(bytes, response.data, response.length);
		*length = response.length;
	}
	explicit_bzero(&response, sizeof(response)); /* a file may tell of a person */
	return rv;
}

int
file_read_next(struct jpki_card *card, size_t offset, uint8_t *bytes, size_t want, size_t *length)
{
	uint16_t sw = 0;
	int rv;

	if (offset > 0x7FFF)
		return JPKI_ERR_ARGUMENT;
	rv = read_binary(card, (uint8_t)(offset >> 8), (uint8_t)offset, bytes, want, length, &sw);
	if (sw == SW_PAST_END) /* nothing there: the end, not an error */
		return JPKI_OK;
	return rv;
}

/* An application that does not read by short identifier is not asked whether it does the rest so.
 */
static void
take_long_forms(struct forms *forms)
{
	forms->short_read = NO;
	if (forms->short_pin == UNKNOWN)
		forms->short_pin = NO;
	if (forms->short_sign == UNKNOWN)
		forms->short_sign = NO;
}

int
file_read_first(struct jpki_card *card, uint16_t ef, uint8_t *bytes, size_t want, size_t *length)
{
	struct forms *forms = forms_of(card);
	uint16_t sw = 0;
	int rv;

	if (forms->short_read != NO) {
		rv = read_binary(card, short_ef(ef), 0, bytes, want, length, &sw);
		if (rv == JPKI_OK && *length > 0) /* an empty file proves nothing */
			forms->short_read = YES;
		if (forms->short_read == YES && sw == SW_PAST_END)
			return JPKI_OK; /* an empty file */
		if (forms->short_read == YES || !status_said(rv))
			return rv;
	}
	rv = file_select(card, ef);
	if (rv != JPKI_OK)
		return rv;
	rv = file_read_next(card, 0, bytes, want, length);
	if (rv == JPKI_OK && *length > 0)
		take_long_forms(forms);
	return rv;
}

static int
select_and_read(
    struct jpki_card *card, uint16_t ef, size_t offset, uint8_t *bytes, size_t want, size_t *length)
{
	int rv = file_select(card, ef);

	return rv != JPKI_OK ? rv : file_read_next(card, offset, bytes, want, length);
}

int
file_read_again(
    struct jpki_card *card, uint16_t ef, size_t offset, uint8_t *bytes, size_t want, size_t *length)
{
	size_t start = offset < 0xFF ? offset : 0xFF;
	size_t overlap = offset - start;
	uint8_t block[256];
	uint16_t sw = 0;
	int rv;

	if (forms_of(card)->short_read != YES || overlap >= sizeof(block))
		return select_and_read(card, ef, offset, bytes, want, length);
	if (want > sizeof(block) - overlap)
		want = sizeof(block) - overlap;
	rv = read_binary(card, short_ef(ef), (uint8_t)start, block, want + overlap, length, &sw);
	if (rv != JPKI_OK)
		return rv;
	if (*length <= overlap) /* it gives less than is asked for */
		return select_and_read(card, ef, offset, bytes, want, length);
	*length -= overlap;
	memcpy(bytes, block + overlap, *length);
	explicit_bzero(block, sizeof(block));
	return JPKI_OK;
}
