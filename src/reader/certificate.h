/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_CERTIFICATE_H
#define READER_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is asked of a certificate and its key, each as bytes that can be handed out. */
enum certificate_field {
	CERTIFICATE_VALUE,	 /* the certificate, DER */
	CERTIFICATE_SUBJECT,	 /* Name, DER */
	CERTIFICATE_ISSUER,	 /* Name, DER */
	CERTIFICATE_SERIAL,	 /* INTEGER, DER */
	CERTIFICATE_START_DATE,	 /* YYYYMMDD */
	CERTIFICATE_END_DATE,	 /* YYYYMMDD */
	CERTIFICATE_CHECK_VALUE, /* first three bytes of the SHA-1 of the certificate */
	CERTIFICATE_KEY_INFO,	 /* SubjectPublicKeyInfo, DER */
	CERTIFICATE_KEY_HASH,	 /* SHA-1 of the key in it, as in key identifiers (RFC 5280) */
	CERTIFICATE_MODULUS,	 /* big-endian number */
	CERTIFICATE_EXPONENT,	 /* big-endian number */
	CERTIFICATE_FIELDS,
};

/* The hashes are made when they are asked for (certificate_field), the others are there. */
struct certificate {
	struct {
		uint8_t *bytes;
		size_t length;
	} fields[CERTIFICATE_FIELDS];
};

/*
 * Take a certificate apart; modulus and exponent too if it is `of_card_key`. JPKI_ERR_DATA if it
 * is no X.509 certificate, or if a card's key is not RSA of 2048 bits; JPKI_ERR_MEMORY, though
 * OpenSSL does not always tell that it lacked memory from a certificate that is none. The caller
 * owns what comes of it: NULL after an error.
 */
int certificate_parse(
    const uint8_t *der, size_t length, bool of_card_key, struct certificate **certificate);

/*
 * The same of a certificate of which no more is known than the SubjectPublicKeyInfo: it has modulus
 * and exponent alone.
 */
int certificate_parse_key(const uint8_t *info, size_t length, struct certificate **certificate);

/*
 * A field of it, which stays the certificate's. JPKI_ERR_MEMORY. Modulus and exponent are NULL
 * unless they were asked for when it was taken apart.
 */
int certificate_field(struct certificate *certificate, enum certificate_field field,
    const uint8_t **bytes, size_t *length);

/* Does the one name itself as the other's issuer? Names are compared, no signature is checked. */
bool certificate_issued(const struct certificate *issuer, const struct certificate *certificate);

/* Wipe, without giving back; accepts NULL. For a forked child: no memory is touched but its own. */
void certificate_wipe(struct certificate *certificate);

/* Wipe and give back; sets the pointer to NULL, accepts a pointer to NULL. */
void certificate_free(struct certificate **certificate);

#endif
