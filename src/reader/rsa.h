/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_RSA_H
#define READER_RSA_H

#include <stddef.h>
#include <stdint.h>

#include <jpki/card.h>

#include "reader/certificate.h"

/* Checks signatures with the public key of a certificate, in software. */

enum verdict {
	VERDICT_RIGHT,
	VERDICT_WRONG,
	VERDICT_UNKNOWN, /* it could not be checked: no memory, or OpenSSL has been shut down */
};

/* Is it the signature of the value, in that form? The value is what jpki_card_sign takes. */
enum verdict rsa_verify(const struct certificate *certificate, enum jpki_signature_form form,
    const uint8_t *value, size_t length, const uint8_t signature[JPKI_SIGNATURE_SIZE]);

/* Is it a PSS signature of the value, with a salt of another length than the one asked for? */
enum verdict rsa_verify_other_salt(const struct certificate *certificate, const uint8_t *value,
    const uint8_t signature[JPKI_SIGNATURE_SIZE]);

/*
 * The length of the salt of a PSS signature of the value, in bytes; -1 if it is no such signature.
 */
int rsa_salt_length(const struct certificate *certificate, const uint8_t *value,
    const uint8_t signature[JPKI_SIGNATURE_SIZE]);

#endif
