/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "forge.h"

#define KEY_ID 20

const unsigned char ca_id[20] = "the key of the CA..";
EVP_PKEY *ca_key, *key;
X509 *ca_certificate, *person;

static EVP_PKEY *
make_key(void)
{
	EVP_PKEY *made = EVP_RSA_gen(2048);

	assert_non_null(made);
	return made;
}

static X509_NAME *
name_of(const char *text)
{
	X509_NAME *name = X509_NAME_new();

	assert_int_equal(X509_NAME_add_entry_by_txt(
			     name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0),
	    1);
	return name;
}

static void
add(X509 *certificate, int nid, const char *value)
{
	CONF *configuration = NCONF_new(NULL);
	X509_EXTENSION *extension;
	X509V3_CTX context;

	if (value != NULL) {
		X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
		X509V3_set_nconf(&context, configuration);
		extension = X509V3_EXT_nconf_nid(configuration, &context, nid, value);
		assert_non_null(extension);
		assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
		X509_EXTENSION_free(extension);
	}
	NCONF_free(configuration);
}

static void
add_key_ids(X509 *certificate, const struct forge *what)
{
	ASN1_OCTET_STRING *own = ASN1_OCTET_STRING_new();
	AUTHORITY_KEYID *authority = AUTHORITY_KEYID_new();

	if (what->key_id != NULL) {
		ASN1_OCTET_STRING_set(own, what->key_id, KEY_ID);
		X509_add1_ext_i2d(certificate, NID_subject_key_identifier, own, 0, 0);
	}
	if (what->authority_key_id != NULL) {
		authority->keyid = ASN1_OCTET_STRING_new();
		ASN1_OCTET_STRING_set(authority->keyid, what->authority_key_id, KEY_ID);
		X509_add1_ext_i2d(certificate, NID_authority_key_identifier, authority, 0, 0);
	}
	ASN1_OCTET_STRING_free(own);
	AUTHORITY_KEYID_free(authority);
}

static void
add_extensions(X509 *certificate, const struct forge *what)
{
	add_key_ids(certificate, what);
	add(certificate, NID_basic_constraints, what->basic_constraints);
	add(certificate, NID_key_usage, what->key_usage);
	add(certificate, NID_certificate_policies, what->policies);
	add(certificate, NID_ext_key_usage, what->extended_key_usage);
	add(certificate, NID_info_access, what->info_access);
	add(certificate, NID_netscape_comment, what->critical_comment);
}

X509 *
forge(const struct forge *what)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = name_of(what->name), *issuer = name_of(what->issuer);

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), what->number ? what->number : 1);
	X509_set_subject_name(certificate, subject);
	X509_set_issuer_name(certificate, issuer);
	X509_gmtime_adj(X509_getm_notBefore(certificate), what->from ? what->from : -DAY);
	X509_gmtime_adj(X509_getm_notAfter(certificate), what->until ? what->until : DAY);
	X509_set_pubkey(certificate, what->key);
	add_extensions(certificate, what);
	assert_true(X509_sign(certificate, what->signer,
			what->digest != NULL ? what->digest : EVP_sha256()) > 0);
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
	return certificate;
}

static void
revoke(X509_CRL *crl, long number)
{
	X509_REVOKED *row = X509_REVOKED_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_TIME *time = X509_gmtime_adj(NULL, -DAY);

	ASN1_INTEGER_set(serial, number);
	X509_REVOKED_set_serialNumber(row, serial);
	X509_REVOKED_set_revocationDate(row, time);
	assert_int_equal(X509_CRL_add0_revoked(crl, row), 1);
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(time);
}

X509_CRL *
forge_crl(const char *issuer, EVP_PKEY *signer, long number, long from, long until)
{
	X509_CRL *crl = X509_CRL_new();
	X509_NAME *name = name_of(issuer);
	ASN1_TIME *begin = X509_gmtime_adj(NULL, from), *end = X509_gmtime_adj(NULL, until);

	X509_CRL_set_version(crl, X509_CRL_VERSION_2);
	X509_CRL_set_issuer_name(crl, name);
	X509_CRL_set1_lastUpdate(crl, begin);
	X509_CRL_set1_nextUpdate(crl, end);
	if (number != 0)
		revoke(crl, number);
	assert_true(X509_CRL_sign(crl, signer, EVP_sha256()) > 0);
	X509_NAME_free(name);
	ASN1_TIME_free(begin);
	ASN1_TIME_free(end);
	return crl;
}

struct forge
forge_end(void)
{
	return (struct forge){.name = "end",
	    .issuer = CA,
	    .key = key,
	    .signer = ca_key,
	    .authority_key_id = ca_id,
	    .number = PERSON_NUMBER};
}

int
make_ca(void **state)
{
	struct forge what = {.name = CA,
	    .issuer = CA,
	    .key_id = ca_id,
	    .basic_constraints = "critical,CA:TRUE",
	    .key_usage = "critical,keyCertSign,cRLSign",
	    .from = -20 * DAY,
	    .until = 20 * DAY};

	ca_key = make_key();
	key = make_key();
	what.key = what.signer = ca_key;
	ca_certificate = forge(&what);
	what = forge_end();
	person = forge(&what);
	return 0;
}

int
drop_ca(void **state)
{
	X509_free(ca_certificate);
	X509_free(person);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
	return 0;
}

EVP_MD_CTX *
forge_signing(EVP_PKEY *signer, const EVP_MD *digest, bool pss)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *way = NULL;

	assert_int_equal(EVP_DigestSignInit(context, &way, digest, NULL, signer), 1);
	if (pss)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(way, RSA_PKCS1_PSS_PADDING), 1);
	return context;
}
