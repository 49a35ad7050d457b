/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/certificate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/asn1t.h>
#include <openssl/x509.h>

#include <jpki/error.h>

#include "reader/crypto.h"
#include "reader/hash.h"

#define KEY_BITS 2048
#define CHECK_VALUE_SIZE 3

/*
 * A certificate (RFC 5280, section 4.1). It differs from OpenSSL's X509 in the key, which stays as
 * bytes: X509 would search all providers for a decoder of the key, which takes longer than
 * everything else that a program does with the card.
 */
typedef struct {
	X509_ALGOR *algorithm;
	ASN1_BIT_STRING *key;
} KEY_INFO;

typedef struct {
	ASN1_INTEGER *version;
	ASN1_INTEGER *serial;
	X509_ALGOR *algorithm;
	X509_NAME *issuer;
	X509_VAL *validity;
	X509_NAME *subject;
	KEY_INFO *key;
	ASN1_BIT_STRING *issuer_id;
	ASN1_BIT_STRING *subject_id;
	STACK_OF(X509_EXTENSION) * extensions;
} SIGNED_PART;

typedef struct {
	SIGNED_PART *signed_part;
	X509_ALGOR *algorithm;
	ASN1_BIT_STRING *signature;
} CERTIFICATE;

/* RFC 8017, A.1.1 */
typedef struct {
	BIGNUM *modulus;
	BIGNUM *exponent;
} RSA_KEY;

/* clang-format off */
ASN1_SEQUENCE(KEY_INFO) = {
	ASN1_SIMPLE(KEY_INFO, algorithm, X509_ALGOR),
	ASN1_SIMPLE(KEY_INFO, key, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(KEY_INFO)

ASN1_SEQUENCE(SIGNED_PART) = {
	ASN1_EXP_OPT(SIGNED_PART, version, ASN1_INTEGER, 0),
	ASN1_SIMPLE(SIGNED_PART, serial, ASN1_INTEGER),
	ASN1_SIMPLE(SIGNED_PART, algorithm, X509_ALGOR),
	ASN1_SIMPLE(SIGNED_PART, issuer, X509_NAME),
	ASN1_SIMPLE(SIGNED_PART, validity, X509_VAL),
	ASN1_SIMPLE(SIGNED_PART, subject, X509_NAME),
	ASN1_SIMPLE(SIGNED_PART, key, KEY_INFO),
	ASN1_IMP_OPT(SIGNED_PART, issuer_id, ASN1_BIT_STRING, 1),
	ASN1_IMP_OPT(SIGNED_PART, subject_id, ASN1_BIT_STRING, 2),
	ASN1_EXP_SEQUENCE_OF_OPT(SIGNED_PART, extensions, X509_EXTENSION, 3),
} static_ASN1_SEQUENCE_END(SIGNED_PART)

ASN1_SEQUENCE(CERTIFICATE) = {
	ASN1_SIMPLE(CERTIFICATE, signed_part, SIGNED_PART),
	ASN1_SIMPLE(CERTIFICATE, algorithm, X509_ALGOR),
	ASN1_SIMPLE(CERTIFICATE, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(CERTIFICATE)

ASN1_SEQUENCE(RSA_KEY) = {
	ASN1_SIMPLE(RSA_KEY, modulus, BIGNUM),
	ASN1_SIMPLE(RSA_KEY, exponent, BIGNUM),
} static_ASN1_SEQUENCE_END(RSA_KEY)

/*
 * Decode all `length` bytes; NULL if they are invalid or too many. The caller frees the result with
 * ASN1_item_free.
 */
static void *
decode(const ASN1_ITEM *type, const uint8_t *der, size_t length)
{
	const unsigned char *end = der;
	ASN1_VALUE *value = ASN1_item_d2i(NULL, &end, (long)length, type);

	if (value != NULL && end != der + length) {
		ASN1_item_free(value, type);
		value = NULL;
	}
	return value;
}
/* clang-format on */

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

/* Set a field from the result of an i2d function, and free OpenSSL's buffer. */
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
set_serial(struct certificate *c, const ASN1_INTEGER *serial)
{
	unsigned char *der = NULL;
	int length = i2d_ASN1_INTEGER(serial, &der);

	return take_der(c, CERTIFICATE_SERIAL, length, der);
}

static bool
set_key_info(struct certificate *c, const KEY_INFO *key)
{
	unsigned char *der = NULL;
	int length = ASN1_item_i2d((const ASN1_VALUE *)key, &der, ASN1_ITEM_rptr(KEY_INFO));

	return take_der(c, CERTIFICATE_KEY_INFO, length, der);
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
set_number(struct certificate *c, enum certificate_field field, const BIGNUM *number)
{
	uint8_t bytes[KEY_BITS / 8];
	int length = BN_bn2bin(number, bytes);

	return set_field(c, field, bytes, (size_t)length);
}

static bool
set_fields(struct certificate *c, const SIGNED_PART *part, const uint8_t *der, size_t length)
{
	return set_field(c, CERTIFICATE_VALUE, der, length) &&
	       set_name(c, CERTIFICATE_SUBJECT, part->subject) &&
	       set_name(c, CERTIFICATE_ISSUER, part->issuer) && set_serial(c, part->serial) &&
	       set_date(c, CERTIFICATE_START_DATE, part->validity->notBefore) &&
	       set_date(c, CERTIFICATE_END_DATE, part->validity->notAfter) &&
	       set_key_info(c, part->key);
}

/* Is it a key that the card can have (F-KEY-TYPE, F-NEXT-GENERATION)? */
static bool
is_card_key(const RSA_KEY *key)
{
	return key != NULL && BN_num_bits(key->modulus) == KEY_BITS && !BN_is_zero(key->exponent) &&
	       BN_cmp(key->exponent, key->modulus) < 0;
}

static int
take_key(struct certificate *c, const KEY_INFO *info)
{
	const ASN1_OBJECT *algorithm;
	RSA_KEY *key = NULL;
	int rv = JPKI_ERR_DATA;

	X509_ALGOR_get0(&algorithm, NULL, NULL, info->algorithm);
	if (OBJ_obj2nid(algorithm) == NID_rsaEncryption)
		key = decode(ASN1_ITEM_rptr(RSA_KEY), ASN1_STRING_get0_data(info->key),
		    (size_t)ASN1_STRING_length(info->key));
	if (is_card_key(key))
		rv = set_number(c, CERTIFICATE_MODULUS, key->modulus) &&
			     set_number(c, CERTIFICATE_EXPONENT, key->exponent)
			 ? JPKI_OK
			 : JPKI_ERR_MEMORY;
	ASN1_item_free((ASN1_VALUE *)key, ASN1_ITEM_rptr(RSA_KEY));
	return rv;
}

static int
take_apart(struct certificate *c, const SIGNED_PART *part, const uint8_t *der, size_t length,
    bool of_card_key)
{
	if (ASN1_TIME_check(part->validity->notBefore) != 1 ||
	    ASN1_TIME_check(part->validity->notAfter) != 1)
		return JPKI_ERR_DATA;
	if (!set_fields(c, part, der, length))
		return JPKI_ERR_MEMORY;
	return of_card_key ? take_key(c, part->key) : JPKI_OK;
}

/*
 * Make an empty certificate, and set *certificate at once, so that the compiler's analyser finds no
 * leak. NULL if there is no memory, or OpenSSL has been shut down.
 */
static struct certificate *
new_certificate(struct certificate **certificate)
{
	*certificate = crypto_use() ? calloc(1, sizeof(**certificate)) : NULL;
	return *certificate;
}

int
certificate_parse(
    const uint8_t *der, size_t length, bool of_card_key, struct certificate **certificate)
{
	struct certificate *c = new_certificate(certificate);
	CERTIFICATE *decoded;
	int rv = JPKI_ERR_DATA;

	if (c == NULL)
		return JPKI_ERR_MEMORY;
	decoded = decode(ASN1_ITEM_rptr(CERTIFICATE), der, length);
	if (decoded != NULL)
		rv = take_apart(c, decoded->signed_part, der, length, of_card_key);
	ASN1_item_free((ASN1_VALUE *)decoded, ASN1_ITEM_rptr(CERTIFICATE));
	if (rv != JPKI_OK)
		certificate_free(certificate);
	return rv;
}

int
certificate_parse_key(const uint8_t *info, size_t length, struct certificate **certificate)
{
	struct certificate *c = new_certificate(certificate);
	KEY_INFO *decoded;
	int rv = JPKI_ERR_DATA;

	if (c == NULL)
		return JPKI_ERR_MEMORY;
	decoded = decode(ASN1_ITEM_rptr(KEY_INFO), info, length);
	if (decoded != NULL)
		rv = take_key(c, decoded);
	ASN1_item_free((ASN1_VALUE *)decoded, ASN1_ITEM_rptr(KEY_INFO));
	if (rv != JPKI_OK)
		certificate_free(certificate);
	return rv;
}

static bool
set_hash(struct certificate *c, enum certificate_field field, const void *bytes, size_t length,
    size_t wanted)
{
	uint8_t value[HASH_SIZE_MAX];
	struct hash hash;

	hash_begin(&hash, "SHA1");
	hash_add(&hash, bytes, length);
	(void)hash_end(&hash, value);
	return set_field(c, field, value, wanted);
}

static bool
set_key_hash(struct certificate *c)
{
	KEY_INFO *info;
	bool done;

	if (!crypto_use())
		return false;
	info = decode(ASN1_ITEM_rptr(KEY_INFO), c->fields[CERTIFICATE_KEY_INFO].bytes,
	    c->fields[CERTIFICATE_KEY_INFO].length);
	done = info != NULL && set_hash(c, CERTIFICATE_KEY_HASH, ASN1_STRING_get0_data(info->key),
				   (size_t)ASN1_STRING_length(info->key), SHA_DIGEST_LENGTH);

	ASN1_item_free((ASN1_VALUE *)info, ASN1_ITEM_rptr(KEY_INFO));
	return done;
}

/* The hashes are rarely asked for, so they are made here. */
int
certificate_field(
    struct certificate *c, enum certificate_field field, const uint8_t **bytes, size_t *length)
{
	bool done = true;

	if (field == CERTIFICATE_CHECK_VALUE && c->fields[field].bytes == NULL)
		done = set_hash(c, field, c->fields[CERTIFICATE_VALUE].bytes,
		    c->fields[CERTIFICATE_VALUE].length, CHECK_VALUE_SIZE);
	if (field == CERTIFICATE_KEY_HASH && c->fields[field].bytes == NULL)
		done = set_key_hash(c);
	*bytes = c->fields[field].bytes;
	*length = c->fields[field].length;
	return done ? JPKI_OK : JPKI_ERR_MEMORY;
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
		if (certificate->fields[i].bytes != NULL) /* it may contain personal data */
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
