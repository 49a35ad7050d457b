/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/file.h"

#include <string.h>

#include "card/apdu.h"
#include "card/state.h"
#include "card/status.h"

#define SW_PAST_END 0x6B00
#define SW_WRONG_LENGTH 0x6700
/* The most bytes that a READ BINARY with a short Le returns. */
#define SHORT_READ 256
/* Bytes to ask for from a card that refuses to return 256 at once. */
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
	return rv != JPKI_OK ? rv : status_error(card, response.sw);
}

/*
 * Use an extended Le? Some cards and some readers do not take one (F-EXTENDED), and a reader that
 * fails on it may reset the card and end a login. So it is used only where it has worked before, or
 * where card->try_long allows to find out.
 */
static bool
reads_long(struct jpki_card *card, size_t want)
{
	if (want <= SHORT_READ || card->long_read == NO || card->small_reads == YES)
		return false;
	if (!card->in_transaction || (card->long_read == UNKNOWN && !card->try_long))
		return false;
	if (card->longest == 0)
		card->longest = jpki_transport.longest(card->connection);
	return want <= card->longest;
}

/*
 * *length is 0 if the card refuses. After an error, which may be the reader's, an extended Le is
 * not tried again, and nothing is taken to be selected: the card may have been reset.
 */
static int
read_long(
    struct jpki_card *card, uint8_t p1, uint8_t p2, uint8_t *bytes, size_t want, size_t *length)
{
	const struct command read = {.ins = 0xB0, .p1 = p1, .p2 = p2, .expected = (int)want};
	struct long_response response = {.data = bytes, .size = want};
	int rv = apdu_exchange_long(card, &read, &response);

	if (rv != JPKI_OK) {
		card->long_read = NO;
		card->selected = card->selected_in_transaction = APPLICATION_NONE;
		return rv;
	}
	if (response.sw != SW_OK && response.sw != SW_END_OF_FILE)
		return JPKI_OK;
	*length = response.length;
	if (response.length > SHORT_READ)
		card->long_read = YES;
	else if (response.length > 0 && response.sw == SW_OK && card->long_read != YES)
		card->long_read = NO; /* it returned a short block although there was more */
	return JPKI_OK;
}

/* Read one block, which may be shorter than wanted: callers read on. */
static int
ask(struct jpki_card *card, uint8_t p1, uint8_t p2, size_t want, struct response *response)
{
	struct command read = {.ins = 0xB0, .p1 = p1, .p2 = p2, .expected = (int)want};
	int rv;

	if (card->small_reads == YES && want > SMALL_READ)
		read.expected = SMALL_READ;
	rv = apdu_exchange(card, &read, response);
	if (rv == JPKI_OK && response->sw == SW_OK && response->length > SMALL_READ)
		card->small_reads = NO;
	if (rv != JPKI_OK || response->sw != SW_WRONG_LENGTH || read.expected <= SMALL_READ)
		return rv;
	card->small_reads = YES;
	read.expected = SMALL_READ;
	return apdu_exchange(card, &read, response);
}

static int
read_short(struct jpki_card *card, uint8_t p1, uint8_t p2, uint8_t *bytes, size_t want,
    size_t *length, uint16_t *sw)
{
	struct response response;
	int rv;

	rv = ask(card, p1, p2, want, &response);
	if (rv != JPKI_OK)
		return rv;
	*sw = response.sw;
	if (response.sw != SW_OK && response.sw != SW_END_OF_FILE)
		rv = status_error(card, response.sw);
	else if (response.length > want)
		rv = JPKI_ERR_DATA;
	else {
		memcpy(bytes, response.data, response.length);
		*length = response.length;
	}
	explicit_bzero(&response, sizeof(response)); /* it may hold personal data */
	return rv;
}

/* If the long form is refused and the short one works, the card takes no extended Le. */
static int
read_binary(struct jpki_card *card, uint8_t p1, uint8_t p2, uint8_t *bytes, size_t want,
    size_t *length, uint16_t *sw)
{
	bool tried;
	int rv;

	*length = 0;
	if (want > JPKI_CERTIFICATE_MAX)
		want = JPKI_CERTIFICATE_MAX;
	tried = reads_long(card, want);
	if (tried) {
		rv = read_long(card, p1, p2, bytes, want, length);
		if (rv != JPKI_OK || *length > 0)
			return rv;
	}
	if (want > SHORT_READ)
		want = SHORT_READ;
	rv = read_short(card, p1, p2, bytes, want, length, sw);
	if (tried && rv == JPKI_OK && *length > 0)
		card->long_read = NO;
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
	if (sw == SW_PAST_END) { /* the end of the file, not an error */
		status_forget(card);
		return JPKI_OK;
	}
	return rv;
}

/*
 * If READ BINARY by short identifier does not work (F-READ-SHORT), it is not tried for PINs and
 * keys either.
 */
static void
take_long_forms(struct forms *forms)
{
	forms->short_read = NO;
	if (forms->short_pin != YES)
		forms->short_pin = NO;
	if (forms->short_sign != YES)
		forms->short_sign = NO;
}

static int
select_and_read(
    struct jpki_card *card, uint16_t ef, size_t offset, uint8_t *bytes, size_t want, size_t *length)
{
	int rv = file_select(card, ef);

	return rv != JPKI_OK ? rv : file_read_next(card, offset, bytes, want, length);
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
		if (forms->short_read == YES && sw == SW_PAST_END) { /* an empty file */
			status_forget(card);
			return JPKI_OK;
		}
		if (forms->short_read == YES || !status_is_from_card(rv))
			return rv;
	}
	rv = select_and_read(card, ef, 0, bytes, want, length);
	if (rv == JPKI_OK && *length > 0)
		take_long_forms(forms);
	return rv;
}

/*
 * The largest offset that can be given beside a short identifier, in 8 bits. To begin later, the
 * bytes between are read too.
 */
#define SHORT_OFFSET_MAX 0xFF

/* *length is 0 if the card returns nothing from `offset` on. */
static int
read_by_short_ef(
    struct jpki_card *card, uint16_t ef, size_t offset, uint8_t *bytes, size_t want, size_t *length)
{
	size_t start = offset < SHORT_OFFSET_MAX ? offset : SHORT_OFFSET_MAX;
	size_t overlap = offset - start;
	uint8_t block[JPKI_CERTIFICATE_MAX];
	uint16_t sw = 0;
	int rv;

	if (want > sizeof(block) - overlap)
		want = sizeof(block) - overlap;
	rv = read_binary(card, short_ef(ef), (uint8_t)start, block, want + overlap, length, &sw);
	if (rv == JPKI_OK && *length > 0)
		forms_of(card)->short_read = YES;
	*length = rv == JPKI_OK && *length > overlap ? *length - overlap : 0;
	memcpy(bytes, block + overlap, *length);
	explicit_bzero(block, sizeof(block));
	return rv;
}

int
file_read_again(
    struct jpki_card *card, uint16_t ef, size_t offset, uint8_t *bytes, size_t want, size_t *length)
{
	enum known known = forms_of(card)->short_read;
	bool refused = false;
	int rv;

	if ((known == YES || known == LIKELY) && offset < SHORT_OFFSET_MAX + SHORT_READ) {
		rv = read_by_short_ef(card, ef, offset, bytes, want, length);
		refused = known == LIKELY && status_is_from_card(rv);
		if ((rv == JPKI_OK && *length > 0) || (rv != JPKI_OK && !refused))
			return rv;
	}
	rv = select_and_read(card, ef, offset, bytes, want, length);
	if (refused && rv == JPKI_OK && *length > 0)
		take_long_forms(forms_of(card));
	return rv;
}
