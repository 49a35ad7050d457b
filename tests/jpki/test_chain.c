/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "chain.h"
#include "forge.h"
#include "rules.h"
#include "text.h"

#define CA "CA"
#define DAY 86400L
#define USAGE "critical,keyCertSign,cRLSign"
#define AUTHENTICATION_POLICY "critical,1.2.392.200149.8.5.1.3.30"

static const unsigned char id[20] = "the key of the CA..", other_id[20] = "another key........";
/* Of the CA, of a person, of somebody else: made once. */
static EVP_PKEY *ca_key, *key, *other_key;

static int
make_keys(void **state)
{
	(void)state;
	ca_key = forge_key();
	key = forge_key();
	other_key = forge_key();
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	return 0;
}

/* Right ones, to be made wrong. */
static struct forge
right_ca(void)
{
	return (struct forge){.name = CA,
	    .issuer = CA,
	    .key = ca_key,
	    .signer = ca_key,
	    .key_id = id,
	    .basic_constraints = "critical,CA:TRUE",
	    .key_usage = USAGE};
}

static struct forge
right_end(void)
{
	struct forge what = forge_end(CA, ca_key, id, key);

	what.key_usage = "critical,digitalSignature";
	what.policies = AUTHENTICATION_POLICY;
	return what;
}

/* What comes out if that CA, and another one if it is not NULL, are believed; and whether the CA
 * found is the first. */
static enum chain_result
find(struct forge end, struct forge ca, const struct forge *more)
{
	struct known_cas cas = {0};
	X509 *one = forge(&end), *first = forge(&ca);
	X509 *second = more != NULL ? forge(more) : NULL;
	struct chain chain;
	char *text;

	if (second != NULL)
		known_cas_add(&cas, second);
	known_cas_add(&cas, first);
	chain = chain_find(one, &cas, time(NULL));
	if (chain.result == CHAIN_OK)
		assert_int_equal(X509_cmp(chain.ca, first), 0);
	text = chain_text(&chain);
	assert_true(*text != '\0' && *chain_word(chain.result) != '\0');
	text_free(&text);
	X509_free(one);
	X509_free(first);
	X509_free(second);
	known_cas_free(&cas);
	return chain.result;
}

static void
a_right_one_is_right(void **state)
{
	(void)state;
	assert_int_equal(find(right_end(), right_ca(), NULL), CHAIN_OK);
}

static void
nothing_is_believed_without_a_known_ca(void **state)
{
	struct known_cas cas = {0};
	struct forge what = right_end();
	X509 *end = forge(&what);
	struct chain chain = chain_find(end, &cas, time(NULL));

	(void)state;
	assert_int_equal(chain.result, CHAIN_UNKNOWN_CA);
	assert_null(chain.ca);
	X509_free(end);
}

static void
the_same_names_with_another_key_are_another_ca(void **state)
{
	struct forge end = right_end();

	(void)state;
	end.signer = other_key;
	end.authority_key_id = other_id;
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_UNKNOWN_CA);
}

static void
a_key_s_identifier_does_not_do_for_its_signature(void **state)
{
	struct forge end = right_end();

	(void)state;
	end.signer = other_key;
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_FORGED);
}

static void
of_generations_with_one_name_the_signer_is_found(void **state)
{
	struct forge older = right_ca();

	(void)state;
	older.key = older.signer = other_key;
	older.key_id = other_id;
	assert_int_equal(find(right_end(), right_ca(), &older), CHAIN_OK);
}

static void
of_two_with_name_and_identifier_the_signer_is_found(void **state)
{
	struct forge twin = right_ca();

	(void)state;
	twin.key = twin.signer = other_key;
	assert_int_equal(find(right_end(), right_ca(), &twin), CHAIN_OK);
}

static void
the_names_must_match_too(void **state)
{
	struct forge end = right_end();

	(void)state;
	end.issuer = "another CA";
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_WRONG);
}

static void
one_without_the_key_s_identifier_is_of_no_ca(void **state)
{
	struct forge end = right_end();

	(void)state;
	end.authority_key_id = NULL;
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_UNKNOWN_CA);
}

static void
its_period_is_told_from_the_rest(void **state)
{
	struct forge end = right_end();

	(void)state;
	end.from = -2 * DAY;
	end.until = -DAY;
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_EXPIRED);
	end.signer = other_key;
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_FORGED);
	end = right_end();
	end.from = DAY / 2;
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_NOT_YET);
}

static void
a_ca_s_period_counts(void **state)
{
	struct forge ca = right_ca();

	(void)state;
	ca.from = -2 * DAY;
	ca.until = -1;
	assert_int_equal(find(right_end(), ca, NULL), CHAIN_CA_PERIOD);
	ca.from = DAY / 2;
	ca.until = 0;
	assert_int_equal(find(right_end(), ca, NULL), CHAIN_CA_PERIOD);
}

static void
a_ca_must_be_one(void **state)
{
	static const char *const constraints[] = {NULL, "critical,CA:FALSE"};
	struct forge ca = right_ca();

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		ca.basic_constraints = constraints[i];
		assert_int_equal(find(right_end(), ca, NULL), CHAIN_CA_WRONG);
	}
	ca = right_ca();
	ca.key_usage = "critical,digitalSignature,cRLSign";
	assert_int_equal(find(right_end(), ca, NULL), CHAIN_CA_WRONG);
}

static void
a_ca_must_be_one_for_that_use(void **state)
{
	struct forge ca = right_ca();

	(void)state;
	ca.extended_key_usage = "critical,serverAuth,codeSigning";
	assert_int_equal(find(right_end(), ca, NULL), CHAIN_CA_WRONG);
	ca.extended_key_usage = "serverAuth";
	assert_int_equal(find(right_end(), ca, NULL), CHAIN_OK);
	ca.extended_key_usage = "critical,serverAuth,clientAuth";
	assert_int_equal(find(right_end(), ca, NULL), CHAIN_OK);
	ca.extended_key_usage = "critical,anyExtendedKeyUsage";
	assert_int_equal(find(right_end(), ca, NULL), CHAIN_OK);
}

static void
a_ca_is_not_a_person(void **state)
{
	struct forge end = right_end();

	(void)state;
	end.basic_constraints = "critical,CA:TRUE";
	end.key_usage = USAGE;
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_NOT_END);
	end = right_ca();
	end.authority_key_id = id;
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_NOT_END);
}

static void
a_weak_digest_is_refused(void **state)
{
	struct forge end = right_end();

	(void)state;
	end.digest = EVP_sha1();
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_WRONG);
}

static void
what_is_critical_and_not_understood_is_refused(void **state)
{
	struct forge end = right_end();

	(void)state;
	end.critical_comment = "critical,anything";
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_WRONG);
}

static void
a_ca_is_known_by_its_fingerprint_alone(void **state)
{
	struct known_cas cas = {0};
	struct forge what = right_ca();
	X509 *ca = forge(&what);

	(void)state;
	assert_null(known_ca_name(ca));
	assert_false(known_cas_offer(&cas, ca));
	assert_int_equal(cas.count, 0);
	known_cas_add(&cas, ca);
	assert_true(known_cas_offer(&cas, ca));
	assert_int_equal(cas.count, 1);
	known_cas_free(&cas);
	X509_free(ca);
}

static bool
usage_fits(const char *usage, enum jpki_role role)
{
	struct forge what = right_end();
	bool fits;
	X509 *end;

	what.key_usage = usage;
	end = forge(&what);
	fits = rules_usage_fits(end, role);
	X509_free(end);
	return fits;
}

static void
key_usage_is_that_of_the_key(void **state)
{
	(void)state;
	assert_true(usage_fits("critical,digitalSignature", JPKI_AUTHENTICATION));
	assert_false(usage_fits("critical,digitalSignature", JPKI_SIGNATURE));
	assert_true(usage_fits("critical,digitalSignature,nonRepudiation", JPKI_SIGNATURE));
	assert_false(usage_fits("critical,digitalSignature,nonRepudiation", JPKI_AUTHENTICATION));
	assert_false(usage_fits("critical,keyEncipherment", JPKI_AUTHENTICATION));
	assert_false(usage_fits(NULL, JPKI_AUTHENTICATION));
	assert_false(usage_fits(NULL, JPKI_SIGNATURE));
}

static bool
purpose_fits(const char *purpose, enum jpki_role role)
{
	struct forge what = right_end();
	bool fits;
	X509 *end;

	what.extended_key_usage = purpose;
	end = forge(&what);
	fits = rules_purpose_fits(end, role);
	X509_free(end);
	return fits;
}

static void
what_is_critical_of_its_use_is_heeded(void **state)
{
	(void)state;
	for (int role = 0; role < JPKI_ROLES; role++) {
		assert_true(purpose_fits(NULL, (enum jpki_role)role));
		assert_true(purpose_fits("serverAuth", (enum jpki_role)role));
		assert_true(purpose_fits("critical,anyExtendedKeyUsage", (enum jpki_role)role));
		assert_true(purpose_fits("critical,emailProtection", (enum jpki_role)role));
		assert_false(purpose_fits("critical,serverAuth", (enum jpki_role)role));
		assert_false(purpose_fits("critical,timeStamping", (enum jpki_role)role));
		assert_false(purpose_fits("critical,1.2.3.4", (enum jpki_role)role));
	}
	assert_true(purpose_fits("critical,clientAuth", JPKI_AUTHENTICATION));
	assert_false(purpose_fits("critical,clientAuth", JPKI_SIGNATURE));
	assert_true(purpose_fits("critical,1.3.6.1.5.5.7.3.36", JPKI_SIGNATURE));
	assert_false(purpose_fits("critical,1.3.6.1.5.5.7.3.36", JPKI_AUTHENTICATION));
}

static enum policy
policy_from(const char *policies)
{
	struct forge what = right_end();
	enum policy policy;
	X509 *end;

	what.policies = policies;
	end = forge(&what);
	policy = policy_of(end);
	X509_free(end);
	return policy;
}

static void
policies_tell_the_use(void **state)
{
	enum jpki_role role = JPKI_SIGNATURE;

	(void)state;
	assert_int_equal(policy_from(AUTHENTICATION_POLICY), POLICY_AUTHENTICATION);
	assert_int_equal(policy_from("1.2.392.200149.8.5.1.1.20"), POLICY_SIGNATURE);
	assert_int_equal(policy_from("1.2.392.200149.8.5.1.0.20"), POLICY_SIGNATURE_TEST);
	assert_int_equal(policy_from("1.2.392.200149.8.5.1.1.200"), POLICY_OTHER);
	assert_int_equal(policy_from("1.2.392.200149.8.5.1.1.20,1.2.3"), POLICY_OTHER);
	assert_int_equal(policy_from(NULL), POLICY_OTHER);
	assert_true(policy_role(POLICY_AUTHENTICATION, &role));
	assert_int_equal(role, JPKI_AUTHENTICATION);
	assert_false(policy_role(POLICY_OTHER, &role));
}

/* The real ones, where the folder is. */
static X509 *
real_ca(const char *name)
{
	char path[512];
	FILE *file;
	X509 *ca;

	snprintf(path, sizeof(path), "%s/%s", JPKI_CA_FOLDER, name);
	file = fopen(path, "r");
	if (file == NULL)
		return NULL;
	ca = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	assert_non_null(ca);
	return ca;
}

static void
real_cas_are_known(void **state)
{
	static const char *const files[] = {
	    "auth_ca_2015.pem", "auth_ca_2023.pem", "sign_ca_2015.pem", "sign_ca_2023.pem"};
	struct known_cas cas = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		X509 *ca = real_ca(files[i]);

		if (ca == NULL)
			skip();
		assert_true(known_cas_offer(&cas, ca));
		assert_non_null(
		    strstr(known_ca_name(ca), strstr(files[i], "2015") ? "2015" : "2023"));
		assert_non_null(strstr(known_ca_name(ca), *files[i] == 'a' ? "auth" : "sign"));
		X509_free(ca);
	}
	assert_int_equal(cas.count, sizeof(files) / sizeof(files[0]));
	known_cas_free(&cas);
}

/* Its name and its key's identifier anybody can write. */
static void
a_real_ca_s_name_is_not_its_signature(void **state)
{
	struct known_cas cas = {0};
	struct forge what = right_end();
	X509 *ca = real_ca("auth_ca_2023.pem"), *end;

	(void)state;
	if (ca == NULL)
		skip();
	what.authority_key_id = ASN1_STRING_get0_data(X509_get0_subject_key_id(ca));
	end = forge(&what);
	X509_set_issuer_name(end, X509_get_subject_name(ca));
	assert_true(X509_sign(end, other_key, EVP_sha256()) > 0);
	assert_true(known_cas_offer(&cas, ca));
	assert_int_equal(chain_find(end, &cas, time(NULL)).result, CHAIN_FORGED);
	known_cas_free(&cas);
	X509_free(end);
	X509_free(ca);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_right_one_is_right),
	    cmocka_unit_test(nothing_is_believed_without_a_known_ca),
	    cmocka_unit_test(the_same_names_with_another_key_are_another_ca),
	    cmocka_unit_test(a_key_s_identifier_does_not_do_for_its_signature),
	    cmocka_unit_test(of_generations_with_one_name_the_signer_is_found),
	    cmocka_unit_test(of_two_with_name_and_identifier_the_signer_is_found),
	    cmocka_unit_test(the_names_must_match_too),
	    cmocka_unit_test(one_without_the_key_s_identifier_is_of_no_ca),
	    cmocka_unit_test(its_period_is_told_from_the_rest),
	    cmocka_unit_test(a_ca_s_period_counts),
	    cmocka_unit_test(a_ca_must_be_one),
	    cmocka_unit_test(a_ca_must_be_one_for_that_use),
	    cmocka_unit_test(a_ca_is_not_a_person),
	    cmocka_unit_test(a_weak_digest_is_refused),
	    cmocka_unit_test(what_is_critical_and_not_understood_is_refused),
	    cmocka_unit_test(a_ca_is_known_by_its_fingerprint_alone),
	    cmocka_unit_test(key_usage_is_that_of_the_key),
	    cmocka_unit_test(what_is_critical_of_its_use_is_heeded),
	    cmocka_unit_test(policies_tell_the_use),
	    cmocka_unit_test(real_cas_are_known),
	    cmocka_unit_test(a_real_ca_s_name_is_not_its_signature),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
