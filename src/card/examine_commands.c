/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/examine_commands.h"

#include <string.h>

#include "card/credential.h"
#include "card/file.h"
#include "card/state.h"
#include "card/status.h"
#include "card/trace.h"

#define SW_NOT_VERIFIED 0x6982
#define SW_PAST_END 0x6B00
/* P2: the current file (ISO 7816-4, 7.5.1). */
#define CURRENT_FILE 0x80
/* A file longer than 256 bytes that can be read without a PIN. */
#define EF_LONG 0x000B
#define BLOCK 256

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int
send(
    const struct examination *examination, const struct command *command, struct response *response)
{
	return apdu_exchange_once(examination->card, command, response);
}

/* The card answers 9000, and the application stays selected (F-SELECT-MF). */
static int
ask_select_master(const struct examination *examination, struct finding *finding)
{
	const struct command master = {.p1 = 0x00, .ins = 0xA4, .expected = NO_RESPONSE};
	struct response response;
	int rv = send(examination, &master, &response);
	int still;

	if (rv != JPKI_OK)
		return rv;
	still = file_select(examination->card, EF_LONG);
	if (still != JPKI_OK && !status_is_from_card(still))
		return still;
	examine_see(finding, response.sw == SW_OK && still == JPKI_OK, "%04X, %s", response.sw,
	    still == JPKI_OK ? "changes nothing" : "selects another");
	return examine_select(examination);
}

/* ---------------------------------------------------------------- reading */

static int
read_binary(
    const struct examination *examination, uint8_t p1, uint8_t p2, struct response *response)
{
	const struct command read = {.ins = 0xB0, .p1 = p1, .p2 = p2, .expected = BLOCK};

	return send(examination, &read, response);
}

static int
select_and_read(
    const struct examination *examination, uint16_t ef, size_t offset, struct response *response)
{
	int rv = file_select(examination->card, ef);

	if (status_is_from_card(rv)) { /* as a card answers SELECT of a missing file */
		*response = (struct response){.sw = 0x6A82};
		return JPKI_OK;
	}
	return rv != JPKI_OK
		   ? rv
		   : read_binary(examination, (uint8_t)(offset >> 8), (uint8_t)offset, response);
}

static int
ask_full_read(const struct examination *examination, struct finding *finding)
{
	struct response response = {0};
	int rv = select_and_read(examination, EF_LONG, 0, &response);

	examine_see_answer(finding, response.sw == SW_OK && response.length == BLOCK, &response);
	return rv;
}

/* Four bytes are enough to tell one file from another. */
static int
ask_short_read(const struct examination *examination, struct finding *finding)
{
	struct response response = {0}, current = {0};
	bool same;
	int rv = read_binary(examination, short_ef(EF_LONG), 0, &response);

	if (rv != JPKI_OK || response.length < 4) {
		examine_see_answer(finding, response.sw >> 8 == SW1_MORE_DATA, &response);
		return rv;
	}
	rv = read_binary(examination, 0, 0, &current);
	same = current.length >= 4 && memcmp(current.data, response.data, 4) == 0;
	examine_see(
	    finding, same, "%04X, %s current", response.sw, same ? "makes it" : "does not make it");
	return rv;
}

static int
ask_over_end(const struct examination *examination, struct finding *finding)
{
	struct response response = {0};
	int rv = select_and_read(examination, EF_TOKEN_INFO, 0, &response);

	examine_see_answer(
	    finding, response.sw == SW_OK || response.sw == SW_END_OF_FILE, &response);
	return rv;
}

static int
ask_past_end(const struct examination *examination, struct finding *finding)
{
	struct response response = {0};
	int rv = select_and_read(examination, EF_TOKEN_INFO, 0x7F00, &response);

	examine_see_answer(finding, response.sw == SW_PAST_END, &response);
	return rv;
}

/* Random bytes (F-CHALLENGE). */
static int
ask_challenge(const struct examination *examination, struct finding *finding)
{
	const struct command challenge = {.ins = 0x84, .expected = BLOCK};
	struct response response = {0};
	int rv = send(examination, &challenge, &response);

	examine_see_answer(finding, response.sw == SW_OK && response.length == BLOCK, &response);
	return rv;
}

/* ---------------------------------------------------------------- PINs and keys */

/* The empty VERIFY: it has no data, so no PIN is compared and no try is spent. */
static int
count_tries(const struct examination *examination, uint8_t p2, struct finding *finding)
{
	const struct command ask = {.ins = 0x20, .p2 = p2, .expected = NO_RESPONSE};
	struct response response = {0};
	unsigned tries = 0;
	int rv = send(examination, &ask, &response);

	if (status_pin_error(examination->card, response.sw) == JPKI_ERR_PIN_BLOCKED)
		examine_see(finding, true, "%04X, it is blocked", response.sw);
	else if (status_tries(response.sw, &tries)) /* the number differs from card to card */
		examine_see(finding, true, "63Cx");
	else
		examine_see(finding, false, "%04X", response.sw);
	return rv;
}

static int
ask_tries(const struct examination *examination, struct finding *finding)
{
	int rv = file_select(examination->card, credential_of(examination->role)->pin_ef);

	if (rv != JPKI_OK)
		return rv;
	return count_tries(examination, CURRENT_FILE, finding);
}

static int
ask_short_tries(const struct examination *examination, struct finding *finding)
{
	return count_tries(
	    examination, short_ef(credential_of(examination->role)->pin_ef), finding);
}

static int
sign_locked(
    const struct examination *examination, bool by_short_identifier, struct finding *finding)
{
	const uint8_t data[] = {0};
	struct response response = {0};
	int rv =
	    examine_sign(examination, 0x00, by_short_identifier, data, sizeof(data), &response);

	examine_see_answer(finding, response.sw == SW_NOT_VERIFIED, &response);
	explicit_bzero(&response, sizeof(response));
	return rv;
}

static int
ask_sign_locked(const struct examination *examination, struct finding *finding)
{
	return sign_locked(examination, false, finding);
}

static int
ask_short_sign_locked(const struct examination *examination, struct finding *finding)
{
	return sign_locked(examination, true, finding);
}

/* ---------------------------------------------------------------- all of them */

static const struct question while_locked[] = {
    {{"select-mf", "SELECT 00 A4 00 00 after that", "9000, changes nothing"}, ask_select_master},
    {{"read", "READ BINARY, 256 bytes", "9000, 256 bytes"}, ask_full_read},
    {{"read-short", "READ BINARY by short identifier", "9000, makes it current"}, ask_short_read},
    {{"read-over-end", "READ BINARY over the end", "9000 or 6282"}, ask_over_end},
    {{"read-past-end", "READ BINARY past the end", "6B00"}, ask_past_end},
    {{"challenge", "GET CHALLENGE, 256 bytes", "9000, 256 bytes"}, ask_challenge},
    {{"tries", "VERIFY without a PIN", "63Cx"}, ask_tries},
    {{"tries-short", "the same by short identifier", "63Cx"}, ask_short_tries},
    {{"sign-locked", "signing without a PIN", "6982"}, ask_sign_locked},
    {{"sign-locked-short", "the same by short identifier", "6982"}, ask_short_sign_locked},
};

static const struct question while_verified[] = {
    {{"tries-verified", "VERIFY without PIN, verified", "63Cx"}, ask_tries},
};

int
examine_locked(const struct examination *examination)
{
	return examine_ask(examination, while_locked, COUNT(while_locked));
}

int
examine_verified(const struct examination *examination)
{
	return examine_ask(examination, while_verified, COUNT(while_verified));
}

void
examine_skip_verified(const struct examination *examination)
{
	for (size_t i = 0; i < COUNT(while_verified); i++)
		examine_skip(examination, &while_verified[i].fact);
}

/* ---------------------------------------------------------------- extended length */

/* The room is larger than the response that is expected. */
#define EXTENDED_WANTED 512
#define EXTENDED_ROOM 1024

/* The right answer is not known, so every answer agrees. */
static void
see_extended(struct finding *finding, int error, const uint8_t *answer, size_t length)
{
	if (error != JPKI_OK)
		examine_see(finding, true, "the reader does not carry it");
	else if (length < 2)
		examine_see(finding, true, "no answer of a card");
	else if (length > 2)
		examine_see(finding, true, "%02X%02X, %zu bytes", answer[length - 2],
		    answer[length - 1], length - 2);
	else
		examine_see(finding, true, "%02X%02X", answer[0], answer[1]);
}

int
examine_extended(const struct examination *examination)
{
	static const struct fact fact = {
	    "read-extended", "READ BINARY of extended length", "not known"};
	const uint8_t read[] = {
	    0x00, 0xB0, 0x00, 0x00, 0x00, EXTENDED_WANTED >> 8, EXTENDED_WANTED & 0xFF};
	uint8_t answer[EXTENDED_ROOM];
	size_t length = sizeof(answer);
	struct finding finding = {0};
	int rv = file_select(examination->card, EF_LONG);

	if (rv != JPKI_OK)
		return rv;
	trace_command(read, sizeof(read));
	rv = jpki_transport.transmit(
	    examination->card->connection, read, sizeof(read), answer, &length);
	trace_answer(read, rv, answer, length);
	if (rv != JPKI_OK && rv != JPKI_ERR_IO && rv != JPKI_ERR_DATA)
		return rv;
	see_extended(&finding, rv, answer, length);
	examine_tell(examination, &fact, &finding);
	return rv == JPKI_ERR_DATA ? JPKI_ERR_IO : rv;
}
