/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "card_data.h"
#include "delay.h"
#include "files.h"
#include "ledger.h"
#include "pki.h"
#include "quirks.h"
#include "sign.h"
#include "status_word.h"

/* A value of P1 (F-SIGN, F-PSS, F-SIGN-OTHER-FORMS). */
struct form {
	uint8_t p1;
	bool hashes; /* the card hashes */
	bool digest; /* what is signed is a SHA-256 hash */
	bool pss;
	size_t shortest, longest;
};

static const struct form forms[] = {
    {0x00, false, false, false, 1, 245},
    {0x02, false, true, false, 32, 32},
    {0x03, true, true, false, 1, 255},
    {0x04, false, true, true, 32, 32},
    {0x05, true, true, true, 1, 255},
};

static const struct form *
form_find(const struct vcard *card, uint8_t p1)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].p1 == p1 &&
		    (p1 == 0x00 || quirk(card, QUIRK_SIGN_FORMS) == SIGN_FORMS_ALL))
			return &forms[i];
	}
	return NULL;
}

static int
set_parameters(EVP_PKEY_CTX *context, const struct form *form, int salt)
{
	if (EVP_PKEY_sign_init(context) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_padding(
		context, form->pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) <= 0)
		return -1;
	if (form->digest && EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) <= 0)
		return -1;
	if (form->pss && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt) <= 0)
		return -1;
	return 0;
}

static int
make_signature(EVP_PKEY *key, const struct form *form, int salt, const uint8_t *data, size_t length,
    struct answer *answer)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	uint8_t hash[SHA256_DIGEST_LENGTH];
	int result = -1;

	if (form->hashes) {
		SHA256(data, length, hash);
		data = hash;
		length = sizeof(hash);
	}
	answer->length = sizeof(answer->data);
	if (context == NULL || set_parameters(context, form, salt) != 0 ||
	    EVP_PKEY_sign(context, answer->data, &answer->length, data, length) <= 0)
		goto out;
	result = 0;
out:
	EVP_PKEY_CTX_free(context);
	return result;
}

static uint16_t
answer_signature(const struct vcard *card, const struct file *file, const struct form *form,
    const struct apdu *apdu, struct answer *answer)
{
	unsigned kind = quirk(card, QUIRK_SIGNATURE);
	enum key key = kind == SIGNATURE_OTHER_KEY ? KEY_SURFACE : (enum key)file->index;
	int salt = (int)quirk_number(card, QUIRK_PSS_SALT, 10);

	if (make_signature(pki_key(card->pki, key), form, salt, apdu->data, apdu->lc, answer) !=
	    0) {
		answer->length = 0;
		return SW_UNKNOWN;
	}
	delay_sleep(1, card->delays.signature);
	if (kind == SIGNATURE_DAMAGED)
		answer->data[answer->length / 2] ^= 0x01;
	else if (kind == SIGNATURE_SHORT)
		answer->length -= 1;
	return SW_OK;
}

static uint16_t
sign_with(const struct vcard *card, const struct file *file, const struct form *form,
    const struct apdu *apdu, struct answer *answer)
{
	if (file->pin != NO_PIN && !card->pins[file->pin].verified)
		return SW_NOT_VERIFIED;
	if (apdu->lc < form->shortest || apdu->lc > form->longest)
		return (uint16_t)quirk_number(card, QUIRK_SIGN_LENGTH, 16);
	if (apdu->ne != 0 && apdu->ne < SHORT_DATA_MAX)
		return SW_EXACT_LENGTH;
	return answer_signature(card, file, form, apdu, answer);
}

uint16_t
command_sign(struct vcard *card, const struct apdu *apdu, struct answer *answer)
{
	const struct form *form = form_find(card, apdu->p1);
	const struct file *file = NULL;
	uint16_t sw = SW_P1P2;

	if (form != NULL)
		file = file_of_p2(card, apdu->p2, &sw);
	if (file != NULL && file->kind == FILE_KEY)
		sw = sign_with(card, file, form, apdu, answer);
	else if (file != NULL)
		sw = SW_REFERENCE;
	ledger_add(card, VCARD_EVENT_SIGN, file != NULL ? file->id : 0, apdu->p1, sw);
	return sw;
}

uint16_t
command_challenge(struct vcard *card, const struct apdu *apdu, struct answer *answer)
{
	(void)card;
	if (apdu->p1 != 0 || apdu->p2 != 0)
		return SW_P1P2;
	if (apdu->lc != 0 || apdu->ne == 0)
		return SW_LENGTH;
	if (RAND_bytes(answer->data, (int)apdu->ne) != 1)
		return SW_UNKNOWN;
	answer->length = apdu->ne;
	return SW_OK;
}
