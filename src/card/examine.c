/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/examine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "card/credential.h"
#include "card/file.h"
#include "card/state.h"
#include "card/status.h"

/* P2: the current file (ISO 7816-4, 7.5.1). */
#define CURRENT_FILE 0x80

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---------------------------------------------------------------- telling */

void
examine_see(struct finding *finding, bool agrees, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(finding->seen, sizeof(finding->seen), format, arguments);
	va_end(arguments);
	finding->agrees = agrees;
}

void
examine_see_answer(struct finding *finding, bool agrees, const struct response *response)
{
	if (response->length > 0)
		examine_see(finding, agrees, "%04X, %zu byte%s", response->sw, response->length,
		    response->length == 1 ? "" : "s");
	else
		examine_see(finding, agrees, "%04X", response->sw);
}

bool
examine_see_error(struct finding *finding, int error)
{
	if (error == JPKI_ERR_DATA)
		examine_see(finding, false, "no answer of a card");
	else if (status_is_from_card(error))
		examine_see(finding, false, "there is no such EF");
	return error == JPKI_ERR_DATA || status_is_from_card(error);
}

void
examine_tell(
    const struct examination *examination, const struct fact *fact, const struct finding *finding)
{
	const struct jpki_observation one = {.id = fact->id,
	    .fact = fact->about,
	    .expected = fact->expected,
	    .seen = finding->seen,
	    .outcome = finding->agrees ? JPKI_AGREES : JPKI_DIFFERS};

	examination->tell(examination->context, &one);
}

void
examine_skip(const struct examination *examination, const struct fact *fact)
{
	const struct jpki_observation one = {.id = fact->id,
	    .fact = fact->about,
	    .expected = fact->expected,
	    .seen = "",
	    .outcome = JPKI_NOT_ASKED};

	examination->tell(examination->context, &one);
}

int
examine_ask(const struct examination *examination, const struct question *questions, size_t count)
{
	int rv = JPKI_OK;

	for (size_t i = 0; i < count && rv == JPKI_OK; i++) {
		struct finding finding = {0};

		rv = questions[i].ask(examination, &finding);
		if (examine_see_error(&finding, rv))
			rv = JPKI_OK;
		if (rv == JPKI_OK)
			examine_tell(examination, &questions[i].fact, &finding);
	}
	return rv;
}

/* ---------------------------------------------------------------- selecting */

static int
select_once(const struct examination *examination, struct response *response)
{
	const struct command select = {.ins = 0xA4,
	    .p1 = 0x04,
	    .p2 = 0x0C,
	    .data = credential_aid(APPLICATION_JPKI),
	    .length = AID_SIZE,
	    .expected = NO_RESPONSE};

	return apdu_exchange_once(examination->card, &select, response);
}

int
examine_select(const struct examination *examination)
{
	struct response response = {0};
	int rv = select_once(examination, &response);

	if (rv == JPKI_OK && response.sw == SW_EXECUTION_ERROR)
		rv = select_once(examination, &response);
	return rv == JPKI_OK && response.sw != SW_OK ? JPKI_ERR_NOT_JPKI : rv;
}

static int
ask_first(const struct examination *examination, struct finding *finding)
{
	struct response first = {0}, second = {0};
	int rv = select_once(examination, &first);

	if (rv != JPKI_OK || first.sw != SW_EXECUTION_ERROR) {
		examine_see_answer(finding, first.sw == SW_OK, &first);
		return rv;
	}
	rv = select_once(examination, &second);
	examine_see(finding, second.sw == SW_OK, "6F00, then %04X", second.sw);
	return rv;
}

/* It is only reported: for a contactless card the reader makes it up (F-ATR). */
static int
ask_atr(const struct examination *examination, struct finding *finding)
{
	uint8_t atr[JPKI_ATR_MAX];
	size_t length = 0;
	int rv = jpki_transport.atr(examination->card->connection, atr, &length);

	examine_see(finding, true, "%s", length == 0 ? "unknown" : "");
	for (size_t i = 0; rv == JPKI_OK && i < length; i++)
		snprintf(finding->seen + 3 * i, 4, "%02X%s", atr[i], i + 1 < length ? " " : "");
	return rv;
}

static const struct question at_power_up[] = {
    {{"atr", "answer to reset", "any"}, ask_atr},
    {{"first-command", "first command: SELECT", "9000, or 6F00 once"}, ask_first},
};

int
examine_power_up(const struct examination *examination)
{
	int rv = examine_ask(examination, at_power_up, COUNT(at_power_up));

	return rv == JPKI_OK ? examine_select(examination) : rv;
}

int
examine_reset(const struct examination *examination)
{
	examination->card->selected = examination->card->selected_in_transaction = APPLICATION_NONE;
	return jpki_transport.reset(examination->card->connection);
}

/* ---------------------------------------------------------------- signing */

int
examine_sign(const struct examination *examination, uint8_t p1, bool by_short_identifier,
    const uint8_t *data, size_t length, struct response *response)
{
	uint16_t ef = credential_of(examination->role)->key_ef;
	const struct command sign = {.cla = 0x80,
	    .ins = 0x2A,
	    .p1 = p1,
	    .p2 = by_short_identifier ? short_ef(ef) : CURRENT_FILE,
	    .data = data,
	    .length = length,
	    .expected = JPKI_SIGNATURE_SIZE};
	int rv = by_short_identifier ? JPKI_OK : file_select(examination->card, ef);

	return rv != JPKI_OK ? rv : apdu_exchange(examination->card, &sign, response);
}
