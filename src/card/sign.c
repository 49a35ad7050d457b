/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <jpki/card.h>

#include "card/apdu.h"
#include "card/credential.h"
#include "card/file.h"
#include "card/state.h"
#include "card/status.h"

#define CURRENT_FILE 0x80

static const struct {
	uint8_t p1;
	size_t min_length, max_length;
} forms[] = {
    [JPKI_SIGN_PKCS1] = {0x00, 1, JPKI_SIGN_DATA_MAX},
    [JPKI_SIGN_PSS_SHA256] = {0x04, 32, 32},
};

static int
send(struct jpki_card *card, uint8_t p1, uint8_t p2, const uint8_t *data, size_t length,
    struct response *response)
{
	const struct command sign = {
	    .cla = 0x80,
	    .ins = 0x2A,
	    .p1 = p1,
	    .p2 = p2,
	    .data = data,
	    .length = length,
	    .expected = 256,
	};
	int rv;

	rv = apdu_exchange(card, &sign, response);
	return rv != JPKI_OK ? rv : status_error(card, response->sw);
}

/* Unlike a PIN, data may be sent again when the first form is refused (F-SIGN-SHORT). */
static int
sign_with(struct jpki_card *card, uint16_t key_ef, uint8_t p1, const uint8_t *data, size_t length,
    struct response *response)
{
	struct forms *known = forms_of(card);
	int rv;

	if (known->short_sign != NO) {
		rv = send(card, p1, short_ef(key_ef), data, length, response);
		if (rv == JPKI_OK && response->length == JPKI_SIGNATURE_SIZE)
			known->short_sign = YES;
		if (known->short_sign == YES || !status_is_from_card(rv))
			return rv;
	}
	rv = file_select(card, key_ef);
	if (rv != JPKI_OK)
		return rv;
	rv = send(card, p1, CURRENT_FILE, data, length, response);
	if (rv == JPKI_OK && response->length == JPKI_SIGNATURE_SIZE)
		known->short_sign = NO;
	return rv;
}

int
jpki_card_sign(struct jpki_card *card, enum jpki_role role, enum jpki_signature_form form,
    const uint8_t *data, size_t length, uint8_t signature[JPKI_SIGNATURE_SIZE])
{
	const struct credential *credential = credential_of_key(role);
	struct response response;
	int rv;

	if (credential == NULL || (size_t)form >= sizeof(forms) / sizeof(forms[0]))
		return JPKI_ERR_ARGUMENT;
	if (length < forms[form].min_length || length > forms[form].max_length)
		return JPKI_ERR_LENGTH;
	rv = sign_with(card, credential->key_ef, forms[form].p1, data, length, &response);
	if (rv != JPKI_OK)
		return rv;
	if (response.length != JPKI_SIGNATURE_SIZE)
		return JPKI_ERR_DATA;
	memcpy(signature, response.data, JPKI_SIGNATURE_SIZE);
	return JPKI_OK;
}
