/* SPDX-License-Identifier: BSD-2-Clause */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "chain.h"
#include "message.h"
#include "rules.h"
#include "text.h"

/* OpenSSL's security level 2: 112 bits, that is RSA of 2048 bits, SHA-256. */
#define SECURITY_LEVEL 2

static bool
names_key_of(X509 *end, X509 *ca)
{
	const ASN1_OCTET_STRING *wanted = X509_get0_authority_key_id(end);
	const ASN1_OCTET_STRING *there = X509_get0_subject_key_id(ca);

	return wanted != NULL && there != NULL && ASN1_OCTET_STRING_cmp(wanted, there) == 0;
}

static bool
is_signed_by(X509 *end, X509 *ca)
{
	EVP_PKEY *key = X509_get0_pubkey(ca);
	bool is = key != NULL && X509_verify(end, key) == 1;

	ERR_clear_error();
	return is;
}

/* Check all of them: somebody may have made several with the same name and key identifier. */
static enum chain_result
find_ca(X509 *end, const struct known_cas *cas, X509 **ca)
{
	enum chain_result result = CHAIN_UNKNOWN_CA;

	for (size_t i = 0; i < cas->count; i++) {
		if (!names_key_of(end, cas->rows[i]))
			continue;
		result = CHAIN_FORGED;
		if (is_signed_by(end, cas->rows[i])) {
			*ca = cas->rows[i];
			return CHAIN_OK;
		}
	}
	return result;
}

static bool
is_period_error(int error)
{
	return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
}

/* Called by OpenSSL for each error. Remembers that the certificate's own period is over (or has
 * not begun), and goes on with the other checks. */
static int
pass_period(int ok, X509_STORE_CTX *context)
{
	int error = X509_STORE_CTX_get_error(context);
	int *period = X509_STORE_CTX_get_app_data(context);

	if (ok == 1 || X509_STORE_CTX_get_error_depth(context) != 0 || !is_period_error(error))
		return ok;
	*period = error;
	return 1;
}

/* The certificate's own period was passed over, so a period error is the CA's. */
static int
not_its_period(int error)
{
	return is_period_error(error) ? X509_V_ERR_CERT_REJECTED : error;
}

X509_STORE *
chain_store(X509 *ca, X509_CRL *crl, time_t at)
{
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = store != NULL ? X509_STORE_get0_param(store) : NULL;

	if (store == NULL || X509_STORE_add_cert(store, ca) != 1 ||
	    (crl != NULL && X509_STORE_add_crl(store, crl) != 1))
		out_of_memory();
	X509_VERIFY_PARAM_set_time(param, at);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN |
					       X509_V_FLAG_CHECK_SS_SIGNATURE |
					       (crl != NULL ? X509_V_FLAG_CRL_CHECK : 0));
	return store;
}

int
chain_verify(X509 *end, X509 *ca, X509_CRL *crl, time_t at)
{
	X509_STORE *store = chain_store(ca, crl, at);
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	int period = X509_V_OK, error;

	if (context == NULL || X509_STORE_CTX_init(context, store, end, NULL) != 1)
		out_of_memory();
	X509_STORE_CTX_set_app_data(context, &period);
	X509_STORE_CTX_set_verify_cb(context, pass_period);
	if (X509_verify_cert(context) == 1)
		error = period;
	else
		error = not_its_period(X509_STORE_CTX_get_error(context));
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	ERR_clear_error();
	return error;
}

/* OpenSSL does not check whether a trusted CA may issue certificates. */
static bool
may_issue(X509 *ca)
{
	return X509_check_ca(ca) == 1 && (X509_get_key_usage(ca) & KU_KEY_CERT_SIGN) != 0 &&
	       (rules_purpose_fits(ca, JPKI_AUTHENTICATION) ||
		   rules_purpose_fits(ca, JPKI_SIGNATURE));
}

static bool
is_within(const X509 *ca, time_t at)
{
	return X509_cmp_time(X509_get0_notBefore(ca), &at) < 0 &&
	       X509_cmp_time(X509_get0_notAfter(ca), &at) > 0;
}

static enum chain_result
result_of(int error)
{
	switch (error) {
	case X509_V_OK:
		return CHAIN_OK;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return CHAIN_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return CHAIN_NOT_YET;
	default:
		return CHAIN_WRONG;
	}
}

struct chain
chain_find(X509 *end, const struct known_cas *cas, time_t at)
{
	struct chain chain = {.error = X509_V_OK};

	chain.result = find_ca(end, cas, &chain.ca);
	if (X509_check_ca(end) != 0)
		chain.result = CHAIN_NOT_END;
	if (chain.result != CHAIN_OK)
		return chain;
	if (!may_issue(chain.ca))
		chain.result = CHAIN_CA_WRONG;
	else if (!is_within(chain.ca, at))
		chain.result = CHAIN_CA_PERIOD;
	else {
		chain.error = chain_verify(end, chain.ca, NULL, at);
		chain.result = result_of(chain.error);
	}
	return chain;
}

/* The texts of each result: a word for scripts, a sentence for people. */
static const struct row {
	const char *word, *text;
} rows[] = {
    [CHAIN_OK] = {"ok", NULL},
    [CHAIN_EXPIRED] = {"expired", N_("The certificate's period is over.")},
    [CHAIN_NOT_YET] = {"not-yet", N_("The certificate's period has not begun.")},
    [CHAIN_UNKNOWN_CA] = {"unknown-ca",
	N_("The CA that it names is not one that is known here. If you have that CA's certificate "
	   "from a place that you trust, name it with --ca.")},
    [CHAIN_FORGED] = {"forged",
	N_("It names the key of a CA that is known, but was not signed with it: it is forged.")},
    [CHAIN_CA_PERIOD] = {"ca-period", N_("The CA's own certificate is not valid at that time.")},
    [CHAIN_CA_WRONG] = {"ca-wrong", N_("What has signed it may not issue such certificates.")},
    [CHAIN_NOT_END] = {"not-end", N_("It is the certificate of a CA, not of a person.")},
    [CHAIN_WRONG] = {"wrong", NULL},
};

const char *
chain_word(enum chain_result result)
{
	return rows[result].word;
}

char *
chain_text(const struct chain *chain)
{
	const char *name = chain->ca != NULL ? known_ca_name(chain->ca) : NULL;

	if (rows[chain->result].text != NULL)
		return text_format("%s", _(rows[chain->result].text));
	if (chain->result == CHAIN_WRONG)
		/* TRANSLATORS: what OpenSSL says, in English. */
		return text_format(
		    _("OpenSSL says: %s"), X509_verify_cert_error_string(chain->error));
	if (name == NULL)
		return text_format("%s", _("by a CA that you have named"));
	/* TRANSLATORS: a CA. */
	return text_format(_("by %s"), _(name));
}
