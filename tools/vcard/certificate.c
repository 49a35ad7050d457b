/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "certificate.h"
#include "citizen.h"
#include "fail.h"

#define DAY 86400
#define CA_YEARS 10
#define BIRTHDAYS 5
#define OPAQUE_ID 24

/* What differs between the two kinds (F-AUTHENTICATION-CERTIFICATE, F-SIGNATURE-CERTIFICATE). */
static const struct profile {
	const char *unit;
	const char *key_usage;
	const char *policy;
	bool personal; /* names the place, and the person in the subjectAltName */
} profiles[] = {
    [VCARD_CERTIFICATE_AUTHENTICATION] = {"JPKI for user authentication",
	"critical,digitalSignature", "critical,1.2.392.200149.8.5.1.3.30", false},
    [VCARD_CERTIFICATE_SIGNATURE] = {"JPKI for digital signature",
	"critical,digitalSignature,nonRepudiation", "critical,1.2.392.200149.8.5.1.0.20", true},
};

static const struct profile *
profile_of(enum vcard_certificate which)
{
	bool signature =
	    which == VCARD_CERTIFICATE_SIGNATURE || which == VCARD_CERTIFICATE_SIGNATURE_CA;

	return &profiles[signature ? VCARD_CERTIFICATE_SIGNATURE
				   : VCARD_CERTIFICATE_AUTHENTICATION];
}

static bool
name_add(X509_NAME *name, const char *type, const char *value)
{
	return X509_NAME_add_entry_by_txt(
		   name, type, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) == 1;
}

static bool
name_add_authority(X509_NAME *name, const struct profile *profile)
{
	return name_add(name, "C", "JP") && name_add(name, "O", "JPKI-TEST") &&
	       name_add(name, "OU", profile->unit);
}

static bool
name_add_ca(X509_NAME *name, const struct profile *profile)
{
	return name_add_authority(name, profile) &&
	       name_add(name, "OU", "Japan Agency for Local Authority Information Systems");
}

static bool
random_number(ASN1_INTEGER *number)
{
	uint32_t value;

	return RAND_bytes((unsigned char *)&value, sizeof(value)) == 1 &&
	       ASN1_INTEGER_set_uint64(number, value | 0x01000000) == 1;
}

static bool
add_opaque_id(X509_NAME *name)
{
	static const char letters[] = "0123456789ABCDEFGHJKLMNPQRSTUVWX";
	unsigned char bytes[OPAQUE_ID];
	char id[OPAQUE_ID + 1];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	for (size_t i = 0; i < OPAQUE_ID; i++)
		id[i] = letters[bytes[i] % (sizeof(letters) - 1)];
	id[OPAQUE_ID] = '\0';
	return name_add(name, "CN", id);
}

static bool
set_subject(X509 *certificate, const struct profile *profile, const struct citizen *citizen)
{
	X509_NAME *name = X509_get_subject_name(certificate);

	if (!name_add(name, "C", "JP"))
		return false;
	if (profile->personal &&
	    (!name_add(name, "L", citizen->prefecture) || !name_add(name, "L", citizen->town)))
		return false;
	return add_opaque_id(name);
}

/*
 * The certificate is valid from yesterday until 23:59:59 Japan time on the day `last`; the hours in
 * `last` are ignored.
 */
static bool
set_validity(X509 *certificate, struct tm last)
{
	last.tm_hour = 14;
	last.tm_min = 59;
	last.tm_sec = 59;
	return X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY) != NULL &&
	       ASN1_TIME_set(X509_getm_notAfter(certificate), timegm(&last)) != NULL;
}

static struct tm
today_in_japan(void)
{
	time_t now = time(NULL) + 9L * 3600;
	struct tm today;

	gmtime_r(&now, &today);
	return today;
}

/* The fifth birthday after today. */
static struct tm
fifth_birthday(const char *birth_date)
{
	int month_and_day = (int)strtol(birth_date + 5, NULL, 10);
	struct tm day = today_in_japan();
	bool had_it = (day.tm_mon + 1) * 100 + day.tm_mday >= month_and_day;

	day.tm_year += BIRTHDAYS - (had_it ? 0 : 1);
	day.tm_mon = month_and_day / 100 - 1;
	day.tm_mday = month_and_day % 100;
	return day;
}

static bool
add_extension(X509 *certificate, X509 *ca, int nid, const char *value)
{
	/* OpenSSL parses certificate policies only with a configuration; an empty one is enough */
	CONF *configuration = NCONF_new(NULL);
	X509_EXTENSION *extension = NULL;
	X509V3_CTX context;
	bool ok;

	X509V3_set_ctx(&context, ca, certificate, NULL, NULL, 0);
	if (configuration != NULL) {
		X509V3_set_nconf(&context, configuration);
		extension = X509V3_EXT_nconf_nid(configuration, &context, nid, value);
	}
	ok = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	NCONF_free(configuration);
	return ok;
}

/* A directory name, not a URL: nothing to fetch. */
static bool
add_distribution_point(X509 *certificate, const struct profile *profile)
{
	STACK_OF(DIST_POINT) *points = sk_DIST_POINT_new_null();
	DIST_POINT *point = DIST_POINT_new();
	GENERAL_NAME *general = GENERAL_NAME_new();
	X509_NAME *name = X509_NAME_new();
	bool ok = false;

	if (points == NULL || point == NULL || general == NULL || name == NULL ||
	    !name_add_authority(name, profile) ||
	    !name_add(name, "OU", "CRL Distribution Points") || !name_add(name, "CN", "Test CRLDP"))
		goto out;
	GENERAL_NAME_set0_value(general, GEN_DIRNAME, name);
	name = NULL;
	point->distpoint = DIST_POINT_NAME_new();
	if (point->distpoint == NULL)
		goto out;
	point->distpoint->type = 0;
	point->distpoint->name.fullname = sk_GENERAL_NAME_new_null();
	if (sk_GENERAL_NAME_push(point->distpoint->name.fullname, general) <= 0)
		goto out;
	general = NULL;
	if (sk_DIST_POINT_push(points, point) <= 0)
		goto out;
	point = NULL;
	ok = X509_add1_ext_i2d(
		 certificate, NID_crl_distribution_points, points, 0, X509V3_ADD_DEFAULT) == 1;
out:
	X509_NAME_free(name);
	GENERAL_NAME_free(general);
	DIST_POINT_free(point);
	sk_DIST_POINT_pop_free(points, DIST_POINT_free);
	return ok;
}

static bool
add_ocsp_address(X509 *certificate, const char *address)
{
	AUTHORITY_INFO_ACCESS *list = AUTHORITY_INFO_ACCESS_new();
	ACCESS_DESCRIPTION *row = ACCESS_DESCRIPTION_new();
	ASN1_IA5STRING *string = ASN1_IA5STRING_new();
	bool ok = list != NULL && row != NULL && string != NULL &&
		  ASN1_STRING_set(string, address, -1) == 1;

	if (ok) {
		row->method = OBJ_nid2obj(NID_ad_OCSP);
		GENERAL_NAME_set0_value(row->location, GEN_URI, string);
		string = NULL;
		ok = sk_ACCESS_DESCRIPTION_push(list, row) > 0;
	}
	if (ok) {
		row = NULL;
		ok = X509_add1_ext_i2d(certificate, NID_info_access, list, 0, X509V3_ADD_DEFAULT) ==
		     1;
	}
	ASN1_IA5STRING_free(string);
	ACCESS_DESCRIPTION_free(row);
	AUTHORITY_INFO_ACCESS_free(list);
	return ok;
}

static bool
add_other_name(GENERAL_NAMES *names, const char *type, const char *text)
{
	ASN1_OBJECT *object = OBJ_txt2obj(type, 1);
	ASN1_UTF8STRING *string = ASN1_UTF8STRING_new();
	ASN1_TYPE *value = ASN1_TYPE_new();
	GENERAL_NAME *name = GENERAL_NAME_new();

	if (object == NULL || string == NULL || value == NULL || name == NULL ||
	    ASN1_STRING_set(string, text, -1) != 1)
		goto fail;
	ASN1_TYPE_set(value, V_ASN1_UTF8STRING, string);
	string = NULL;
	if (GENERAL_NAME_set0_othername(name, object, value) != 1)
		goto fail;
	object = NULL;
	value = NULL;
	if (sk_GENERAL_NAME_push(names, name) <= 0)
		goto fail;
	return true;
fail:
	GENERAL_NAME_free(name);
	ASN1_TYPE_free(value);
	ASN1_UTF8STRING_free(string);
	ASN1_OBJECT_free(object);
	return false;
}

static bool
add_person(X509 *certificate, const struct citizen *citizen)
{
	const struct {
		const char *type, *text;
	} attributes[] = {
	    {"1.2.392.200149.8.5.5.1", citizen->name},
	    {"1.2.392.200149.8.5.5.4", citizen->birth_date},
	    {"1.2.392.200149.8.5.5.3", citizen->sex},
	    {"1.2.392.200149.8.5.5.5", citizen->address},
	    {"1.2.392.200149.8.5.5.2", citizen->name_map},
	    {"1.2.392.200149.8.5.5.6", citizen->address_map},
	};
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	bool ok = names != NULL;

	for (size_t i = 0; ok && i < sizeof(attributes) / sizeof(attributes[0]); i++)
		ok = add_other_name(names, attributes[i].type, attributes[i].text);
	ok = ok && X509_add1_ext_i2d(
		       certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
	GENERAL_NAMES_free(names);
	return ok;
}

static X509 *
certificate_begin(EVP_PKEY *key)
{
	X509 *certificate = X509_new();

	if (certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 &&
	    random_number(X509_get_serialNumber(certificate)) &&
	    X509_set_pubkey(certificate, key) == 1)
		return certificate;
	X509_free(certificate);
	return NULL;
}

X509 *
certificate_make_ca(enum vcard_certificate which, EVP_PKEY *key)
{
	const struct profile *profile = profile_of(which);
	X509 *ca = certificate_begin(key);
	struct tm last = today_in_japan();

	last.tm_year += CA_YEARS;
	if (ca == NULL || !name_add_ca(X509_get_subject_name(ca), profile) ||
	    X509_set_issuer_name(ca, X509_get_subject_name(ca)) != 1 || !set_validity(ca, last) ||
	    !add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") ||
	    !add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE") ||
	    !add_distribution_point(ca, profile) ||
	    !add_extension(ca, ca, NID_subject_key_identifier, "hash") ||
	    X509_sign(ca, key, EVP_sha256()) <= 0) {
		X509_free(ca);
		return NULL;
	}
	return ca;
}

static bool
add_extensions(
    X509 *certificate, const struct profile *profile, const struct citizen *citizen, X509 *ca)
{
	return add_extension(certificate, ca, NID_key_usage, profile->key_usage) &&
	       add_extension(certificate, ca, NID_certificate_policies, profile->policy) &&
	       (!profile->personal || add_person(certificate, citizen)) &&
	       add_distribution_point(certificate, profile) &&
	       (*citizen->ocsp_address == '\0' ||
		   add_ocsp_address(certificate, citizen->ocsp_address)) &&
	       add_extension(certificate, ca, NID_authority_key_identifier, "keyid:always") &&
	       add_extension(certificate, ca, NID_subject_key_identifier, "hash");
}

X509 *
certificate_make(enum vcard_certificate which, const struct citizen *citizen, EVP_PKEY *key,
    X509 *ca, EVP_PKEY *ca_key)
{
	const struct profile *profile = profile_of(which);
	X509 *certificate = certificate_begin(key);

	if (certificate == NULL || !set_subject(certificate, profile, citizen) ||
	    X509_set_issuer_name(certificate, X509_get_subject_name(ca)) != 1 ||
	    !set_validity(certificate, fifth_birthday(citizen->birth_date)) ||
	    !add_extensions(certificate, profile, citizen, ca) ||
	    X509_sign(certificate, ca_key, EVP_sha256()) <= 0) {
		X509_free(certificate);
		return NULL;
	}
	return certificate;
}

X509 *
certificate_rekey(X509 *certificate, EVP_PKEY *ca_key, EVP_PKEY *key)
{
	X509 *copy = X509_dup(certificate);

	if (copy != NULL && key != NULL && X509_set_pubkey(copy, key) == 1 &&
	    X509_sign(copy, ca_key, EVP_sha256()) > 0)
		return copy;
	X509_free(copy);
	return NULL;
}

X509 *
certificate_enlarge(X509 *certificate, EVP_PKEY *ca_key, size_t size)
{
	size_t length = (size_t)i2d_X509(certificate, NULL);
	X509 *copy = X509_dup(certificate);
	char *filler = malloc(size);
	bool ok = false;

	/* 64 bytes are more than the headers around the filler need */
	if (copy != NULL && filler != NULL && length + 64 < size) {
		memset(filler, 'x', size - length - 64);
		filler[size - length - 64] = '\0';
		ok = add_extension(copy, NULL, NID_netscape_comment, filler) &&
		     X509_sign(copy, ca_key, EVP_sha256()) > 0;
	}
	free(filler);
	if (ok)
		return copy;
	X509_free(copy);
	return NULL;
}
