/* SPDX-License-Identifier: BSD-2-Clause */

/* The tables of objects and attributes (PKCS#11 3.0, section 4). */

#include "token/objects.h"

#include <stddef.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Rows of an attribute table. */
#define VALUE(type, bytes)                                                                         \
	{                                                                                          \
		type, FROM_VALUE, &(bytes), sizeof(bytes), 0, 0                                    \
	}
#define TEXT(type, text)                                                                           \
	{                                                                                          \
		type, FROM_VALUE, text, sizeof(text) - 1, 0, 0                                     \
	}
#define EMPTY(type)                                                                                \
	{                                                                                          \
		type, FROM_VALUE, NULL, 0, 0, 0                                                    \
	}
#define KIND(type, member)                                                                         \
	{                                                                                          \
		type, FROM_TOKEN_KIND, NULL, sizeof(((struct token_kind *)NULL)->member),          \
		    offsetof(struct token_kind, member), 0                                         \
	}
#define KIND_TEXT(type, member)                                                                    \
	{                                                                                          \
		type, FROM_TOKEN_KIND_STRING, NULL, 0, offsetof(struct token_kind, member), 0      \
	}
#define FIELD(type, field)                                                                         \
	{                                                                                          \
		type, FROM_CERTIFICATE, NULL, 0, 0, field                                          \
	}
#define ISSUER_FIELD(type, field)                                                                  \
	{                                                                                          \
		type, FROM_ISSUER, NULL, 0, 0, field                                               \
	}
#define MECHANISMS(type, array)                                                                    \
	{                                                                                          \
		type, FROM_MECHANISMS, array, sizeof(array), WITHOUT_PSS * sizeof((array)[0]), 0   \
	}
#define PRIVACY(type)                                                                              \
	{                                                                                          \
		type, FROM_PRIVACY, NULL, 0, 0, 0                                                  \
	}
#define HIDDEN(type)                                                                               \
	{                                                                                          \
		type, SENSITIVE, NULL, 0, 0, 0                                                     \
	}

static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
static const CK_OBJECT_CLASS certificate_class = CKO_CERTIFICATE;
static const CK_OBJECT_CLASS public_key_class = CKO_PUBLIC_KEY;
static const CK_OBJECT_CLASS private_key_class = CKO_PRIVATE_KEY;
static const CK_OBJECT_CLASS profile_class = CKO_PROFILE;
static const CK_CERTIFICATE_TYPE x509 = CKC_X_509;
static const CK_ULONG user_category = CK_CERTIFICATE_CATEGORY_TOKEN_USER;
static const CK_ULONG authority_category = CK_CERTIFICATE_CATEGORY_AUTHORITY;
static const CK_ULONG no_domain = CK_SECURITY_DOMAIN_UNSPECIFIED;
static const CK_MECHANISM_TYPE sha1 = CKM_SHA_1;
static const CK_KEY_TYPE rsa = CKK_RSA;
static const CK_ULONG modulus_bits = 2048;
static const CK_MECHANISM_TYPE key_pair_generation = CKM_RSA_PKCS_KEY_PAIR_GEN;
/* How many mechanisms come before those of PSS, which may be left out. */
#define WITHOUT_PSS 6
static const CK_MECHANISM_TYPE key_mechanisms[] = {
    CKM_RSA_PKCS,
    CKM_SHA1_RSA_PKCS,
    CKM_SHA224_RSA_PKCS,
    CKM_SHA256_RSA_PKCS,
    CKM_SHA384_RSA_PKCS,
    CKM_SHA512_RSA_PKCS,
    CKM_RSA_PKCS_PSS,
    CKM_SHA256_RSA_PKCS_PSS,
};

/* Attributes of every object: the card cannot be written. */
#define STORAGE(unique_id)                                                                         \
	VALUE(CKA_TOKEN, yes), VALUE(CKA_MODIFIABLE, no), VALUE(CKA_COPYABLE, no),                 \
	    VALUE(CKA_DESTROYABLE, no), TEXT(CKA_UNIQUE_ID, unique_id)

/* Attributes of both certificates. */
#define CERTIFICATE(unique_id)                                                                     \
	VALUE(CKA_CLASS, certificate_class), STORAGE(unique_id),                                   \
	    VALUE(CKA_CERTIFICATE_TYPE, x509), VALUE(CKA_TRUSTED, no),                             \
	    FIELD(CKA_VALUE, CERTIFICATE_VALUE), FIELD(CKA_SUBJECT, CERTIFICATE_SUBJECT),          \
	    FIELD(CKA_ISSUER, CERTIFICATE_ISSUER), FIELD(CKA_SERIAL_NUMBER, CERTIFICATE_SERIAL),   \
	    FIELD(CKA_START_DATE, CERTIFICATE_START_DATE),                                         \
	    FIELD(CKA_END_DATE, CERTIFICATE_END_DATE),                                             \
	    FIELD(CKA_CHECK_VALUE, CERTIFICATE_CHECK_VALUE),                                       \
	    FIELD(CKA_PUBLIC_KEY_INFO, CERTIFICATE_KEY_INFO), EMPTY(CKA_URL),                      \
	    FIELD(CKA_HASH_OF_SUBJECT_PUBLIC_KEY, CERTIFICATE_KEY_HASH),                           \
	    ISSUER_FIELD(CKA_HASH_OF_ISSUER_PUBLIC_KEY, CERTIFICATE_KEY_HASH),                     \
	    VALUE(CKA_NAME_HASH_ALGORITHM, sha1), VALUE(CKA_JAVA_MIDP_SECURITY_DOMAIN, no_domain)

/* Attributes of both keys. They were made on the card and cannot leave it. */
#define KEY(class, unique_id)                                                                      \
	VALUE(CKA_CLASS, class), STORAGE(unique_id), VALUE(CKA_KEY_TYPE, rsa),                     \
	    KIND(CKA_ID, key_id), KIND_TEXT(CKA_LABEL, key_label), VALUE(CKA_LOCAL, yes),          \
	    VALUE(CKA_DERIVE, no), VALUE(CKA_KEY_GEN_MECHANISM, key_pair_generation),              \
	    MECHANISMS(CKA_ALLOWED_MECHANISMS, key_mechanisms),                                    \
	    FIELD(CKA_SUBJECT, CERTIFICATE_SUBJECT),                                               \
	    FIELD(CKA_START_DATE, CERTIFICATE_START_DATE),                                         \
	    FIELD(CKA_END_DATE, CERTIFICATE_END_DATE), FIELD(CKA_MODULUS, CERTIFICATE_MODULUS),    \
	    FIELD(CKA_PUBLIC_EXPONENT, CERTIFICATE_EXPONENT),                                      \
	    FIELD(CKA_PUBLIC_KEY_INFO, CERTIFICATE_KEY_INFO)

static const struct attribute certificate[] = {
    CERTIFICATE("certificate"),
    PRIVACY(CKA_PRIVATE),
    KIND(CKA_ID, key_id),
    KIND_TEXT(CKA_LABEL, key_label),
    VALUE(CKA_CERTIFICATE_CATEGORY, user_category),
};

static const struct attribute ca_certificate[] = {
    CERTIFICATE("ca-certificate"),
    PRIVACY(CKA_PRIVATE),
    KIND(CKA_ID, ca_id),
    KIND_TEXT(CKA_LABEL, ca_label),
    VALUE(CKA_CERTIFICATE_CATEGORY, authority_category),
};

static const struct attribute public_key[] = {
    KEY(public_key_class, "public-key"),
    PRIVACY(CKA_PRIVATE),
    VALUE(CKA_ENCRYPT, no),
    VALUE(CKA_VERIFY, yes),
    VALUE(CKA_VERIFY_RECOVER, no),
    VALUE(CKA_WRAP, no),
    VALUE(CKA_TRUSTED, no),
    VALUE(CKA_MODULUS_BITS, modulus_bits),
};

static const struct attribute private_key[] = {
    KEY(private_key_class, "private-key"),
    PRIVACY(CKA_PRIVATE),
    VALUE(CKA_SENSITIVE, yes),
    VALUE(CKA_ALWAYS_SENSITIVE, yes),
    VALUE(CKA_EXTRACTABLE, no),
    VALUE(CKA_NEVER_EXTRACTABLE, yes),
    VALUE(CKA_SIGN, yes),
    VALUE(CKA_SIGN_RECOVER, no),
    VALUE(CKA_DECRYPT, no),
    VALUE(CKA_UNWRAP, no),
    VALUE(CKA_WRAP_WITH_TRUSTED, no),
    KIND(CKA_ALWAYS_AUTHENTICATE, always_authenticate),
    HIDDEN(CKA_PRIVATE_EXPONENT),
    HIDDEN(CKA_PRIME_1),
    HIDDEN(CKA_PRIME_2),
    HIDDEN(CKA_EXPONENT_1),
    HIDDEN(CKA_EXPONENT_2),
    HIDDEN(CKA_COEFFICIENT),
};

static const CK_ULONG baseline = CKP_BASELINE_PROVIDER;
static const CK_ULONG extended = CKP_EXTENDED_PROVIDER;
static const CK_ULONG authentication = CKP_AUTHENTICATION_TOKEN;
static const CK_ULONG public_certificates = CKP_PUBLIC_CERTIFICATES_TOKEN;

#define PROFILE(name, unique_id)                                                                   \
	static const struct attribute name##_profile[] = {                                         \
	    VALUE(CKA_CLASS, profile_class),                                                       \
	    STORAGE(unique_id),                                                                    \
	    PRIVACY(CKA_PRIVATE),                                                                  \
	    EMPTY(CKA_LABEL),                                                                      \
	    VALUE(CKA_PROFILE_ID, name),                                                           \
	}

PROFILE(baseline, "profile-1");
PROFILE(extended, "profile-2");
PROFILE(authentication, "profile-3");
/*
 * Also on the signature token, whose own certificate is private: it keeps NSS from asking for
 * the signature password at every login to a web site. A setting takes it away.
 */
PROFILE(public_certificates, "profile-4");

#define OBJECT(table) .attributes = table, .count = COUNT(table)

static const struct object objects[] = {
    {OBJECT(certificate), .certificate = JPKI_CERTIFICATE, .private_as_certificate = true},
    {OBJECT(ca_certificate), .certificate = JPKI_CA_CERTIFICATE, .private_on_phones = true},
    {OBJECT(public_key), .certificate = JPKI_CERTIFICATE, .private_as_certificate = true},
    {OBJECT(private_key), .certificate = JPKI_CERTIFICATE, .private = true},
    {OBJECT(baseline_profile)},
    {OBJECT(extended_profile)},
    {OBJECT(authentication_profile)},
    {OBJECT(public_certificates_profile), .public_profile = true},
};

_Static_assert(COUNT(objects) <= OBJECTS_MAX, "a search finds them all");

const struct object *
objects_at(size_t i)
{
	return i < COUNT(objects) ? &objects[i] : NULL;
}
