/* SPDX-License-Identifier: BSD-2-Clause */
#include <jpki/card.h>

#include "card/apdu.h"
#include "card/credential.h"
#include "card/file.h"
#include "card/pin.h"
#include "card/state.h"
#include "card/status.h"

#define INS_VERIFY 0x20
#define INS_CHANGE_REFERENCE_DATA 0x24
/* P2: the reference data of the current file (ISO 7816-4, 7.5.1). */
#define CURRENT_FILE 0x80

/*
 * These answers say how many tries are left; after any other, the caller has to ask in another
 * form. Some cards answer 9000 while the PIN is verified (F-VERIFY-EMPTY-VERIFIED).
 */
static int
interpret_tries(
    struct jpki_card *card, const struct credential *credential, uint16_t sw, unsigned *tries)
{
	int error = status_pin_error(card, sw);

	if (error == JPKI_OK)
		*tries = credential->pin.tries;
	else if (error == JPKI_ERR_PIN_BLOCKED)
		*tries = 0;
	else if (!status_tries(sw, tries))
		return error;
	return JPKI_OK;
}

/*
 * The empty VERIFY (F-VERIFY-EMPTY): it compares nothing. *counted is true if the answer shows that
 * the card understood which PIN is meant: 9000 does not show that.
 */
static int
ask_tries(struct jpki_card *card, const struct credential *credential, uint8_t p2, unsigned *tries,
    bool *counted)
{
	const struct command ask = {.ins = INS_VERIFY, .p2 = p2, .expected = NO_RESPONSE};
	struct response response;
	int rv;

	rv = apdu_exchange(card, &ask, &response);
	if (rv != JPKI_OK)
		return rv;
	*counted = response.sw != SW_OK;
	return interpret_tries(card, credential, response.sw, tries);
}

static int
find_tries(
    struct jpki_card *card, const struct credential *credential, unsigned *tries, bool *counted)
{
	struct forms *forms = forms_of(card);
	int rv;

	if (forms->short_pin != NO) {
		rv = ask_tries(card, credential, short_ef(credential->pin_ef), tries, counted);
		if (rv == JPKI_OK && *counted)
			forms->short_pin = YES;
		/* the way to the card failed, or short identifiers are known to work */
		if (!status_is_from_card(rv) && rv != JPKI_OK)
			return rv;
		if (forms->short_pin == YES)
			return rv;
	}
	rv = file_select(card, credential->pin_ef);
	if (rv != JPKI_OK)
		return rv;
	rv = ask_tries(card, credential, CURRENT_FILE, tries, counted);
	if (rv == JPKI_OK && *counted)
		forms->short_pin = NO;
	return rv;
}

int
jpki_card_tries(struct jpki_card *card, enum jpki_role role, unsigned *tries, bool *counted)
{
	const struct credential *credential = credential_of(role);
	bool is_count = false;
	int rv;

	if (credential == NULL || card->selected != credential->application)
		return JPKI_ERR_ARGUMENT;
	rv = find_tries(card, credential, tries, &is_count);
	if (counted != NULL)
		*counted = is_count;
	return rv;
}

/*
 * PIN rules 1 and 4. How a PIN is addressed (F-VERIFY-SHORT) must be known before one is sent:
 * there is no second attempt with another form of the command.
 */
static int
address_pin(struct jpki_card *card, enum jpki_role role, uint8_t *p2, unsigned *tries)
{
	const struct credential *credential = credential_of(role);
	int rv;

	if (forms_of(card)->short_pin != YES && forms_of(card)->short_pin != NO) {
		rv = jpki_card_tries(card, role, tries, NULL);
		if (rv == JPKI_OK && *tries == 0)
			return JPKI_ERR_PIN_BLOCKED;
		if (rv != JPKI_OK)
			return rv;
	}
	if (forms_of(card)->short_pin == YES) {
		*p2 = short_ef(credential->pin_ef);
		return JPKI_OK;
	}
	*p2 = CURRENT_FILE;
	return file_select(card, credential->pin_ef);
}

/*
 * A PIN without bytes (a forked child's is wiped) would make an empty VERIFY, and its 63Cx would
 * look like a wrong PIN.
 */
static bool
fits(const struct jpki_pin *pin, enum jpki_role role)
{
	return pin->role == role && pin->secret->length > 0;
}

int
jpki_card_verify(
    struct jpki_card *card, enum jpki_role role, const struct jpki_pin *pin, unsigned *tries)
{
	struct command verify = {.ins = INS_VERIFY, .expected = NO_RESPONSE};
	const struct credential *credential = credential_of(role);
	uint16_t sw;
	int rv;

	card->pin_sent = false;
	if (credential == NULL || !fits(pin, role) ||
	    card->selected_in_transaction != credential->application)
		return JPKI_ERR_ARGUMENT;
	rv = address_pin(card, role, &verify.p2, tries);
	if (rv != JPKI_OK)
		return rv;
	verify.data = pin->secret->bytes;
	verify.length = pin->secret->length;
	rv = apdu_send_pin(card, &verify, &sw);
	if (rv != JPKI_OK)
		return rv;
	rv = status_pin_error(card, sw);
	if (rv == JPKI_ERR_PIN_BLOCKED)
		*tries = 0;
	if (status_tries(sw, tries))
		return JPKI_ERR_PIN_WRONG; /* even with none left: this PIN was compared */
	return rv;
}

int
jpki_card_change_pin(struct jpki_card *card, enum jpki_role role, const struct jpki_pin *old,
    const struct jpki_pin *new_pin, unsigned *tries)
{
	struct command change = {.ins = INS_CHANGE_REFERENCE_DATA,
	    .p1 = 0x01,
	    .p2 = CURRENT_FILE,
	    .expected = NO_RESPONSE};
	uint16_t sw;
	int rv;

	card->pin_sent = false;
	if (credential_of_key(role) == NULL || !fits(new_pin, role))
		return JPKI_ERR_ARGUMENT;
	rv = jpki_pin_check_new(new_pin);
	if (rv != JPKI_OK)
		return rv;
	rv = jpki_card_verify(card, role, old, tries);
	if (rv != JPKI_OK)
		return rv;
	/* Only the form for the current file has been seen (F-CHANGE-PIN). */
	rv = file_select(card, credential_of(role)->pin_ef);
	if (rv != JPKI_OK)
		return rv;
	change.data = new_pin->secret->bytes;
	change.length = new_pin->secret->length;
	rv = apdu_send_pin(card, &change, &sw);
	return rv != JPKI_OK ? rv : status_error(card, sw);
}

bool
jpki_card_pin_was_sent(const struct jpki_card *card)
{
	return card->pin_sent;
}
