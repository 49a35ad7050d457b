/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/certificate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <jpki/error.h>

#include "reader/crypto.h"

#define KEY_BITS 2048
#define CHECK_VALUE_SIZE 3

static bool
set_field(struct certificate *c, enum certificate_field field, const void *bytes, size_t length)
{
	c->fields[field].bytes = malloc(length > 0 ? length : 1);
	if (c->fields[field].bytes == NULL)
		return false;
	memcpy(c->fields[field].bytes, bytes, length);
	c->fields[field].length = length;
	return true;
}

/* What an i2d function made: length and a buffer of OpenSSL's. */
static bool
take_der(struct certificate *c, enum certificate_field field, int length, unsigned char *der)
{
	bool done = length > 0 && set_field(c, field, der, (size_t)length);

	OPENSSL_free(der);
	return done;
}

static bool
set_name(struct certificate *c, enum certificate_field field, const X509_NAME *name)
{
	unsigned char *der = NULL;
	int length = i2d_X509_NAME(name, &der);

	return take_der(c, field, length, der);
}

static bool
set_serial(struct certificate *c, const X509 *x509)
{
	unsigned char *der = NULL;
	int length = i2d_ASN1_INTEGER(X509_get0_serialNumber(x509), &der);

	return take_der(c, CERTIFICATE_SERIAL, length, der);
}

static bool
set_date(struct certificate *c, enum certificate_field field, const ASN1_TIME *time)
{
	char date[9];
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1 || strftime(date, sizeof(date), "%Y%m%d", &tm) != 8)
		return false;
	return set_field(c, field, date, 8);
}

static bool
set_check_value(struct certificate *c, const uint8_t *der, size_t length)
{
	uint8_t hash[EVP_MAX_MD_SIZE];

	return EVP_Q_digest(crypto_context(), "SHA1", NULL, der, length, hash, NULL) == 1 &&
	       set_field(c, CERTIFICATE_CHECK_VALUE, hash, CHECK_VALUE_SIZE);
}

static bool
set_number(
    struct certificate *c, enum certificate_field field, const EVP_PKEY *key, const char *name)
{
	uint8_t bytes[KEY_BITS / 8];
	BIGNUM *number = NULL;
	int length = 0;

	if (EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
	    BN_num_bytes(number) <= (int)sizeof(bytes))
		length = BN_bn2bin(number, bytes);
	BN_free(number);
	return length > 0 && set_field(c, field, bytes, (size_t)length);
}

static bool
set_key_info(struct certificate *c, const X509 *x509)
{
	unsigned char *der = NULL;
	int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);

	return take_der(c, CERTIFICATE_KEY_INFO, length, der);
}

static bool
set_key_hash(struct certificate *c, const X509 *x509)
{
	const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(x509);
	uint8_t hash[EVP_MAX_MD_SIZE];
	size_t length;

	return EVP_Q_digest(crypto_context(), "SHA1", NULL, ASN1_STRING_get0_data(key),
		   (size_t)ASN1_STRING_length(key), hash, &length) == 1 &&
	       set_field(c, CERTIFICATE_KEY_HASH, hash, length);
}

static bool
set_key(struct certificate *c, const EVP_PKEY *key)
{
	return set_number(c, CERTIFICATE_MODULUS, key, OSSL_PKEY_PARAM_RSA_N) &&
	       set_number(c, CERTIFICATE_EXPONENT, key, OSSL_PKEY_PARAM_RSA_E);
}

static bool
set_fields(struct certificate *c, const X509 *x509, const uint8_t *der, size_t length)
{
	return set_field(c, CERTIFICATE_VALUE, der, length) &&
	       set_name(c, CERTIFICATE_SUBJECT, X509_get_subject_name(x509)) &&
	       set_name(c, CERTIFICATE_ISSUER, X509_get_issuer_name(x509)) && set_serial(c, x509) &&
	       set_date(c, CERTIFICATE_START_DATE, X509_get0_notBefore(x509)) &&
	       set_date(c, CERTIFICATE_END_DATE, X509_get0_notAfter(x509)) &&
	       set_check_value(c, der, length) && set_key_info(c, x509) && set_key_hash(c, x509);
}

/* Is the key what the card signs with? */
static bool
is_card_key(const EVP_PKEY *key)
{
	return key != NULL && EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == KEY_BITS;
}

static int
take_apart(struct certificate *c, X509 *x509, const uint8_t *der, size_t length, bool of_card_key)
{
	const EVP_PKEY *key = X509_get0_pubkey(x509); /* its certificate's */

	if (ASN1_TIME_check(X509_get0_notBefore(x509)) != 1 ||
	    ASN1_TIME_check(X509_get0_notAfter(x509)) != 1 || (of_card_key && !is_card_key(key)))
		return JPKI_ERR_DATA;
	return set_fields(c, x509, der, length) && (!of_card_key || set_key(c, key))
		   ? JPKI_OK
		   : JPKI_ERR_MEMORY;
}

int
certificate_parse(
    const uint8_t *der, size_t length, bool of_card_key, struct certificate **certificate)
{
	struct certificate *c = calloc(1, sizeof(*c));
	X509 *x509 = X509_new_ex(crypto_context(), NULL);
	const unsigned char *end = der;
	int rv = JPKI_ERR_MEMORY;

	if (c != NULL && x509 != NULL) {
		rv = JPKI_ERR_DATA;
		if (d2i_X509(&x509, &end, (long)length) != NULL && end == der + length)
			rv = take_apart(c, x509, der, length, of_card_key);
	}
	X509_free(x509);
	if (rv != JPKI_OK)
		certificate_free(&c);
	*certificate = c;
	return rv;
}

int
certificate_parse_key(const uint8_t *info, size_t length, struct certificate **certificate)
{
	struct certificate *c = calloc(1, sizeof(*c));
	const unsigned char *end = info;
	EVP_PKEY *key = d2i_PUBKEY_ex(NULL, &end, (long)length, crypto_context(), NULL);
	int rv = JPKI_ERR_DATA;

	if (c == NULL)
		rv = JPKI_ERR_MEMORY;
	else if (is_card_key(key) && end == info + length)
		rv = set_key(c, key) ? JPKI_OK : JPKI_ERR_MEMORY;
	EVP_PKEY_free(key);
	if (rv != JPKI_OK)
		certificate_free(&c);
	*certificate = c;
	return rv;
}

bool
certificate_issued(const struct certificate *issuer, const struct certificate *certificate)
{
	size_t length = issuer->fields[CERTIFICATE_SUBJECT].length;

	return certificate->fields[CERTIFICATE_ISSUER].length == length &&
	       memcmp(certificate->fields[CERTIFICATE_ISSUER].bytes,
		   issuer->fields[CERTIFICATE_SUBJECT].bytes, length) == 0;
}

void
certificate_wipe(struct certificate *certificate)
{
	for (int i = 0; certificate != NULL && i < CERTIFICATE_FIELDS; i++)
		if (certificate->fields[i].bytes != NULL) /* it may name a person */
			explicit_bzero(certificate->fields[i].bytes, certificate->fields[i].length);
}

void
certificate_free(struct certificate **certificate)
{
	struct certificate *c = *certificate;

	if (c == NULL)
		return;
	certificate_wipe(c);
	for (int i = 0; i < CERTIFICATE_FIELDS; i++)
		free(c->fields[i].bytes);
	free(c);
	*certificate = NULL;
}
