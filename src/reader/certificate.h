/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_CERTIFICATE_H
#define READER_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of a certificate and its key, each as bytes for an attribute. */
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

/*
 * The hashes are made when they are asked for (certificate_field), the other fields when parsing.
 */
struct certificate {
	struct {
		uint8_t *bytes;
		size_t length;
	} fields[CERTIFICATE_FIELDS];
};

/*
 * Parse a certificate; with `of_card_key` also the modulus and exponent of its key. JPKI_OK;
 * JPKI_ERR_DATA if it is no X.509 certificate, or if a card's key is not RSA of 2048 bits;
 * JPKI_ERR_MEMORY, also where OpenSSL has been shut down. OpenSSL does not always tell a lack of
 * memory from bytes that are no certificate. The caller owns *certificate, which is NULL after an
 * error.
 */
int certificate_parse(
    const uint8_t *der, size_t length, bool of_card_key, struct certificate **certificate);

/*
 * Parse the SubjectPublicKeyInfo of a card's key, if no more of its certificate is known: the
 * result has only modulus and exponent. JPKI_OK; JPKI_ERR_DATA if it is none, or no RSA key of 2048
 * bits; JPKI_ERR_MEMORY, also where OpenSSL has been shut down. The caller owns *certificate, which
 * is NULL after an error.
 */
int certificate_parse_key(const uint8_t *info, size_t length, struct certificate **certificate);

/*
 * The bytes of a field, which belong to the certificate: *bytes, *length of them. NULL for modulus
 * and exponent unless they were asked for when it was parsed. JPKI_OK, or JPKI_ERR_MEMORY if a hash
 * could not be made.
 */
int certificate_field(struct certificate *certificate, enum certificate_field field,
    const uint8_t **bytes, size_t *length);

/*
 * Is the subject of `issuer` the issuer name of `certificate`? Only names are compared, no
 * signature is checked.
 */
bool certificate_issued(const struct certificate *issuer, const struct certificate *certificate);

/* Wipe without freeing; accepts NULL. Safe in a forked child. */
void certificate_wipe(struct certificate *certificate);

/* Wipe and free; sets the pointer to NULL, accepts a pointer to NULL. */
void certificate_free(struct certificate **certificate);

#endif
