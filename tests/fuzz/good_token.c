/* SPDX-License-Identifier: BSD-2-Clause */
#include "good_token.h"

#include "../common/clock.h"
#include "fuzz.h"
#include "reader/transaction.h"
#include "transport.h"

void
good_token_prepare(void)
{
	transaction_linger_ms = 0; /* the clock stands still */
	good_card_load();
}

static int
answer(void *context, const uint8_t *command, size_t length, uint8_t *response,
    size_t *response_length)
{
	*response_length = good_card_answer(context, command, length, response);
	return JPKI_OK;
}

void
good_token_insert(struct good_card *card)
{
	transport_insert(answer, card);
	clock_skip_ms(5000); /* it is looked anew what is there */
}

CK_RV
good_token_login(CK_SESSION_HANDLE session, enum jpki_role role, CK_USER_TYPE user, const char *pin)
{
	CK_RV rv;

	transport_give(role, pin, NULL);
	rv = pkcs11_login(pkcs11_linked(), session, user, pin);
	transport_take_back();
	return rv;
}
