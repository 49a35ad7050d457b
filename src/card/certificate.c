/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/asn1.h>

#include <jpki/card.h>

#include "card/ber.h"
#include "card/credential.h"
#include "card/file.h"

#define BLOCK 256

/* Size of the SEQUENCE at `bytes`, header included; 0 if there is none or it is too large. */
static size_t
der_total(const uint8_t *bytes, size_t length)
{
	struct ber object;
	size_t header;

	if (!ber_head(bytes, length, &object) || object.tag != V_ASN1_SEQUENCE ||
	    object.tag_class != V_ASN1_UNIVERSAL || object.length == 0)
		return 0;
	header = (size_t)(object.value - bytes);
	return object.length <= JPKI_CERTIFICATE_MAX - header ? header + object.length : 0;
}

/*
 * `length` more bytes were read. The certificate ends at der->total; the rest is filler (F-FILLER).
 */
static void
add_block(struct jpki_der *der, size_t length)
{
	der->have += length;
	if (der->have > der->total)
		der->have = der->total;
}

int
jpki_card_read_certificate_head(
    struct jpki_card *card, enum jpki_role role, enum jpki_certificate which, struct jpki_der *der)
{
	const struct credential *credential = credential_of_key(role);
	size_t length;
	int rv;

	if (credential == NULL || (unsigned)which >= JPKI_CERTIFICATES)
		return JPKI_ERR_ARGUMENT;
	if (der->have > 0)
		return JPKI_OK;
	rv = file_read_first(card, credential->certificate_ef[which], der->bytes, BLOCK, &length);
	if (rv != JPKI_OK)
		return rv;
	if (length == 0 || der->bytes[0] != 0x30)
		return JPKI_ERR_NOT_FOUND;
	der->total = der_total(der->bytes, length);
	if (der->total == 0)
		return JPKI_ERR_DATA;
	add_block(der, length);
	return JPKI_OK;
}

static int
read_on(struct jpki_card *card, uint16_t ef, bool *current, struct jpki_der *der)
{
	uint8_t *end = der->bytes + der->have;
	size_t want = der->total - der->have;
	size_t length;
	int rv;

	if (*current)
		rv = file_read_next(card, der->have, end, want, &length);
	else
		rv = file_read_again(card, ef, der->have, end, want, &length);
	if (rv != JPKI_OK)
		return rv;
	if (length == 0)
		return JPKI_ERR_DATA; /* the file ends inside the certificate */
	*current = true;
	add_block(der, length);
	return JPKI_OK;
}

/* Skip a data object. False if it has not been read completely. */
static bool
skip(const uint8_t **at, const uint8_t *end, struct ber *object)
{
	return *at < end && ber_next(at, end, object);
}

/* Move to the contents of a SEQUENCE, which may extend beyond what has been read. */
static bool
enter_sequence(const uint8_t **at, const uint8_t *end)
{
	struct ber object;

	if (*at >= end || !ber_head(*at, (size_t)(end - *at), &object) ||
	    object.tag != V_ASN1_SEQUENCE)
		return false;
	*at = object.value;
	return true;
}

/*
 * Fields of a TBSCertificate (RFC 5280, 4.1): serial number, signature, issuer, validity, subject.
 */
#define FIELDS_BEFORE_KEY 5

bool
jpki_der_key(const struct jpki_der *der, const uint8_t **info, size_t *length)
{
	const uint8_t *at = der->bytes, *end = der->bytes + der->have, *start;
	struct ber object;

	for (int depth = 0; depth < 2; depth++) /* Certificate, TBSCertificate */
		if (!enter_sequence(&at, end))
			return false;
	start = at;
	if (skip(&at, end, &object) && object.tag_class == V_ASN1_UNIVERSAL)
		at = start; /* no version */
	for (int i = 0; i < FIELDS_BEFORE_KEY; i++)
		if (!skip(&at, end, &object))
			return false;
	start = at;
	if (!skip(&at, end, &object))
		return false;
	*info = start;
	*length = (size_t)(at - start);
	return true;
}

int
jpki_card_read_certificate_key(struct jpki_card *card, enum jpki_role role, struct jpki_der *der,
    const uint8_t **info, size_t *length)
{
	bool current = der->have == 0;
	int rv;

	rv = jpki_card_read_certificate_head(card, role, JPKI_CERTIFICATE, der);
	while (rv == JPKI_OK && !jpki_der_key(der, info, length)) {
		if (der->have == der->total)
			return JPKI_ERR_DATA;
		rv = read_on(
		    card, credential_of(role)->certificate_ef[JPKI_CERTIFICATE], &current, der);
	}
	return rv;
}

int
jpki_card_read_certificate(
    struct jpki_card *card, enum jpki_role role, enum jpki_certificate which, struct jpki_der *der)
{
	bool current = der->have == 0;
	int rv;

	rv = jpki_card_read_certificate_head(card, role, which, der);
	while (rv == JPKI_OK && der->have < der->total)
		rv = read_on(card, credential_of(role)->certificate_ef[which], &current, der);
	return rv;
}

/* So many bytes, usually of the dates and the subject, are enough to recognise a certificate. */
#define PROOF_MIN 64

/*
 * How many known bytes can be read again, at the front of the first block, without needing another
 * block.
 */
static size_t
room_for_proof(const struct jpki_der *der)
{
	return (BLOCK - (der->total - der->have) % BLOCK) % BLOCK;
}

static int
read_with_proof(struct jpki_card *card, uint16_t ef, struct jpki_der *der)
{
	size_t known = room_for_proof(der), rest = der->total - der->have, length;
	uint8_t block[BLOCK];
	int rv;

	if (known < PROOF_MIN || known > der->have || der->have > BLOCK)
		return JPKI_ERR_ARGUMENT;
	rv = file_read_again(card, ef, der->have - known, block, sizeof(block), &length);
	if (rv != JPKI_OK)
		return rv;
	if (length <= known || memcmp(block, der->bytes + der->have - known, known) != 0)
		return JPKI_ERR_DATA;
	length -= known;
	memcpy(der->bytes + der->have, block + known, length < rest ? length : rest);
	add_block(der, length);
	return JPKI_OK;
}

int
jpki_card_read_certificate_trusting(
    struct jpki_card *card, enum jpki_role role, struct jpki_der *der)
{
	const struct credential *credential = credential_of_key(role);
	bool current = true;
	int rv;

	if (credential == NULL)
		return JPKI_ERR_ARGUMENT;
	rv = read_with_proof(card, credential->certificate_ef[JPKI_CERTIFICATE], der);
	while (rv == JPKI_OK && der->have < der->total)
		rv = read_on(card, credential->certificate_ef[JPKI_CERTIFICATE], &current, der);
	return rv;
}
