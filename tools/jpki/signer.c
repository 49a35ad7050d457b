/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/x509.h>

#include "chain.h"
#include "columns.h"
#include "message.h"
#include "rules.h"
#include "safe_hash.h"
#include "signer.h"
#include "text.h"

/* A check of one signer, under way. */
struct look {
	CMS_ContentInfo *cms;
	CMS_SignerInfo *info;
	STACK_OF(X509) * certificates; /* all in the signature */
	BIO *chain;
	struct known_cas *cas;
	enum jpki_role role;
	struct signer *signer;
};

static void
set(struct look *look, enum signer_point point, enum signer_state state, const char *why)
{
	look->signer->point[point].state = state;
	text_free(&look->signer->point[point].why);
	if (why != NULL)
		look->signer->point[point].why = text_format("%s", why);
}

/* ---------------------------------------------------------------- the signature */

bool
signer_has_good_hash(CMS_SignerInfo *info)
{
	X509_ALGOR *hash = NULL;

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &hash, NULL);
	return hash != NULL && safe_hash(hash);
}

/* The only value of a signed attribute that occurs once; otherwise NULL. */
static const void *
attribute(CMS_SignerInfo *info, int nid, int type)
{
	return CMS_signed_get0_data_by_OBJ(info, OBJ_nid2obj(nid), -3, type);
}

/* Is the content type the type of the content (RFC 5652, 11.1)? OpenSSL only checks that it is
 * there. */
static bool
is_type_signed(const struct look *look)
{
	const ASN1_OBJECT *type = attribute(look->info, NID_pkcs9_contentType, V_ASN1_OBJECT);

	return type != NULL && OBJ_cmp(type, CMS_get0_eContentType(look->cms)) == 0;
}

/* Find the signer's certificate among those in the signature. Number and issuer are only claims,
 * so the one whose key has signed is taken, if there is one. */
static X509 *
find_certificate(const struct look *look)
{
	X509 *found = NULL;

	for (int i = 0; i < sk_X509_num(look->certificates); i++) {
		X509 *one = sk_X509_value(look->certificates, i);

		if (CMS_SignerInfo_cert_cmp(look->info, one) != 0)
			continue;
		CMS_SignerInfo_set1_signer_cert(look->info, one);
		found = one;
		if (CMS_SignerInfo_verify(look->info) == 1)
			break;
	}
	ERR_clear_error();
	return found;
}

/* What is wrong with the signature, for _(); NULL: nothing. */
static const char *
fault_of_signature(const struct look *look)
{
	if (CMS_signed_get_attr_count(look->info) < 0)
		return N_("it does not say what it signs: such a signature can be one of something "
			  "else");
	if (!signer_has_good_hash(look->info))
		return N_("it is made with a hash that is no longer safe");
	if (!is_type_signed(look))
		return N_("it is one of something else, not of a file");
	if (CMS_SignerInfo_verify(look->info) != 1)
		return N_("it was not made by the key of this certificate, or was changed");
	if (CMS_SignerInfo_verify_content(look->info, look->chain) != 1)
		return N_("what it signs is not this file, or the file was changed");
	return NULL;
}

static void
check_signature(struct look *look)
{
	const char *fault = fault_of_signature(look);

	ERR_clear_error();
	if (fault != NULL)
		set(look, SIGNER_SIGNATURE, SIGNER_WRONG, _(fault));
	else
		set(look, SIGNER_SIGNATURE, SIGNER_OK, _("the file is as it was signed"));
}

/* ---------------------------------------------------------------- the certificate */

/* The signer's certificate first, then all others that its reference may name. */
static STACK_OF(X509) * candidates(const struct look *look)
{
	STACK_OF(X509) *list = sk_X509_dup(look->certificates);

	if (list == NULL || sk_X509_unshift(list, look->signer->facts.certificate) <= 0)
		out_of_memory();
	for (size_t i = 0; i < look->cas->count; i++)
		sk_X509_push(list, look->cas->rows[i]);
	return list;
}

/* The signature's reference to the certificate, RFC 5035; one of the two forms names it by SHA-1.
 */
struct reference {
	bool is_there, is_damaged; /* a damaged one could mean any certificate */
	ESS_SIGNING_CERT *by_sha1;
	ESS_SIGNING_CERT_V2 *named;
};

/* The bytes of a signed attribute, which may occur once. NULL if there are none. */
static const unsigned char *
find_reference(CMS_SignerInfo *info, int nid, struct reference *reference, long *length)
{
	const ASN1_STRING *value = attribute(info, nid, V_ASN1_SEQUENCE);

	if (CMS_signed_get_attr_by_NID(info, nid, -1) < 0)
		return NULL;
	reference->is_there = true;
	reference->is_damaged = reference->is_damaged || value == NULL;
	*length = value != NULL ? ASN1_STRING_length(value) : 0;
	return value != NULL ? ASN1_STRING_get0_data(value) : NULL;
}

static struct reference
read_reference(CMS_SignerInfo *info)
{
	struct reference reference = {0};
	const unsigned char *at;
	long length;

	at = find_reference(info, NID_id_smime_aa_signingCertificate, &reference, &length);
	if (at != NULL && d2i_ESS_SIGNING_CERT(&reference.by_sha1, &at, length) == NULL)
		reference.is_damaged = true;
	at = find_reference(info, NID_id_smime_aa_signingCertificateV2, &reference, &length);
	if (at != NULL && d2i_ESS_SIGNING_CERT_V2(&reference.named, &at, length) == NULL)
		reference.is_damaged = true;
	return reference;
}

/* Do all references that are present name the certificate? */
static bool
is_named(const struct look *look, const struct reference *reference)
{
	STACK_OF(X509) *list = candidates(look);
	bool is = !reference->is_damaged &&
		  OSSL_ESS_check_signing_certs(reference->by_sha1, reference->named, list, 1) > 0;

	sk_X509_free(list);
	return is;
}

static void
check_reference(struct look *look)
{
	struct reference reference = read_reference(look->info);

	if (!reference.is_there)
		set(look, SIGNER_CERTIFICATE, SIGNER_OK, _("the signature does not name it"));
	else if (is_named(look, &reference))
		set(look, SIGNER_CERTIFICATE, SIGNER_OK, _("the one that the signature names"));
	else
		set(look, SIGNER_CERTIFICATE, SIGNER_WRONG,
		    _("the signature names another certificate"));
	ERR_clear_error();
	ESS_SIGNING_CERT_free(reference.by_sha1);
	ESS_SIGNING_CERT_V2_free(reference.named);
}

static void
check_chain(struct look *look)
{
	struct chain chain = chain_find(look->signer->facts.certificate, look->cas, time(NULL));
	bool good = chain.result == CHAIN_OK || chain.result == CHAIN_EXPIRED ||
		    chain.result == CHAIN_NOT_YET;
	struct chain issued = {.result = CHAIN_OK, .ca = chain.ca};
	char *text = chain_text(good ? &issued : &chain);

	set(look, SIGNER_ISSUER,
	    good			       ? SIGNER_OK
	    : chain.result == CHAIN_UNKNOWN_CA ? SIGNER_UNKNOWN
					       : SIGNER_WRONG,
	    text);
	text_free(&text);
}

static void
check_period(struct look *look)
{
	const struct facts *facts = &look->signer->facts;
	char *text = facts_period_text(facts);

	set(look, SIGNER_PERIOD,
	    facts->period == PERIOD_RUNS || facts->period == PERIOD_RENEW ? SIGNER_OK
									  : SIGNER_WRONG,
	    text);
	text_free(&text);
}

static void
check_rules(struct look *look)
{
	X509 *certificate = look->signer->facts.certificate;
	enum policy policy = policy_of(certificate);
	enum jpki_role role;

	if (rules_usage_fits(certificate, look->role) &&
	    rules_purpose_fits(certificate, look->role))
		set(look, SIGNER_USAGE, SIGNER_OK, NULL);
	else
		set(look, SIGNER_USAGE, SIGNER_WRONG, _("the key is not one to sign files with"));
	if (!policy_role(policy, &role) || role != look->role)
		set(look, SIGNER_POLICY, SIGNER_WRONG,
		    _("the certificate was not issued for this use"));
	else
		set(look, SIGNER_POLICY, SIGNER_OK,
		    policy == POLICY_SIGNATURE_TEST ? _("of a test card") : NULL);
}

/* ---------------------------------------------------------------- all of it */

static void
read_time(struct look *look)
{
	const ASN1_TYPE *value = NULL;
	int at = CMS_signed_get_attr_by_NID(look->info, NID_pkcs9_signingTime, -1);
	struct tm broken;

	if (at >= 0)
		value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(look->info, at), 0);
	if (value == NULL ||
	    (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME) ||
	    ASN1_TIME_to_tm((const ASN1_TIME *)value->value.asn1_string, &broken) != 1)
		return;
	look->signer->says_time = true;
	look->signer->time = timegm(&broken);
}

static bool
read_certificate(struct look *look, X509 *certificate)
{
	unsigned char *der = NULL;
	int length = i2d_X509(certificate, &der);
	bool read = length > 0 && facts_read(&look->signer->facts, der, (size_t)length);

	OPENSSL_free(der);
	return read;
}

static void
check_one(struct look *look)
{
	X509 *certificate = find_certificate(look);

	read_time(look);
	look->signer->unsigned_attributes = CMS_unsigned_get_attr_count(look->info);
	if (certificate == NULL || !read_certificate(look, certificate)) {
		set(look, SIGNER_CERTIFICATE, SIGNER_WRONG,
		    _("the signer's certificate is not in the signature"));
		return;
	}
	check_signature(look);
	check_reference(look);
	check_chain(look);
	check_period(look);
	check_rules(look);
}

void
signers_check(struct signers *signers, CMS_ContentInfo *cms, BIO *chain, struct known_cas *cas,
    enum jpki_role role)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
	STACK_OF(X509) *certificates = CMS_get1_certs(cms);

	*signers = (struct signers){0};
	if (certificates == NULL)
		certificates = sk_X509_new_null();
	for (int i = 0; i < sk_X509_num(certificates); i++)
		(void)known_cas_offer(cas, sk_X509_value(certificates, i));
	for (int i = 0; i < sk_CMS_SignerInfo_num(infos); i++) {
		signers->list =
		    list_grow(signers->list, (size_t)signers->count, sizeof(*signers->list));
		signers->list[i] = (struct signer){0};
		signers->count++;
		check_one(&(struct look){cms, sk_CMS_SignerInfo_value(infos, i), certificates,
		    chain, cas, role, &signers->list[i]});
	}
	sk_X509_pop_free(certificates, X509_free);
}

void
signers_free(struct signers *signers)
{
	for (int i = 0; i < signers->count; i++) {
		facts_free(&signers->list[i].facts);
		for (int point = 0; point < SIGNER_POINTS; point++)
			text_free(&signers->list[i].point[point].why);
	}
	free(signers->list);
	*signers = (struct signers){0};
}
