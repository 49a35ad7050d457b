/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <stdio.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "chain.h"
#include "forge.h"
#include "rules.h"
#include "text.h"

#define USAGE "critical,keyCertSign,cRLSign"
#define AUTHENTICATION_POLICY "critical,1.2.392.200149.8.5.1.3.30"

static const unsigned char other_id[20] = "another key........";
static EVP_PKEY *other_key; /* of somebody else */

static int
make_keys(void **state)
{
	other_key = EVP_RSA_gen(2048);
	return make_ca(state);
}

static int
free_keys(void **state)
{
	EVP_PKEY_free(other_key);
	return drop_ca(state);
}

/* Right ones, to be made wrong. */
static struct forge
right_ca(void)
{
	return (struct forge){.name = CA,
	    .issuer = CA,
	    .key = ca_key,
	    .signer = ca_key,
	    .key_id = ca_id,
	    .basic_constraints = "critical,CA:TRUE",
	    .key_usage = USAGE};
}

static struct forge
right_end(void)
{
	struct forge what = forge_end();

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

/* What is wrong beside the members that are set in a row. */
enum wrong {
	BY_OTHER = 1, /* the key that signed it is not the CA's */
	BY_SHA1 = 2,
	WITHOUT_ID = 4,		/* of the CA's key */
	WITHOUT_CONSTRAINTS = 8 /* in the CA's certificate */
};

static const struct row {
	const char *name;
	enum chain_result expected;
	struct forge end, ca; /* what is not NULL or 0 stands for what is right */
	unsigned wrong;
} rows[] = {
    {"right", CHAIN_OK, .wrong = 0},
    {"the same names, another key", CHAIN_UNKNOWN_CA, .end = {.authority_key_id = other_id},
	.wrong = BY_OTHER},
    {"the key's identifier, not its signature", CHAIN_FORGED, .wrong = BY_OTHER},
    {"another CA's name", CHAIN_WRONG, .end = {.issuer = "another CA"}},
    {"no identifier", CHAIN_UNKNOWN_CA, .wrong = WITHOUT_ID},
    {"expired", CHAIN_EXPIRED, .end = {.from = -2 * DAY, .until = -DAY}},
    {"expired and forged", CHAIN_FORGED, .end = {.from = -2 * DAY, .until = -DAY},
	.wrong = BY_OTHER},
    {"not yet", CHAIN_NOT_YET, .end = {.from = DAY / 2}},
    {"SHA-1", CHAIN_WRONG, .wrong = BY_SHA1},
    {"critical, not understood", CHAIN_WRONG, .end = {.critical_comment = "critical,anything"}},
    {"a CA", CHAIN_NOT_END, .end = {.basic_constraints = "critical,CA:TRUE", .key_usage = USAGE}},
    {"a CA that has expired", CHAIN_CA_PERIOD, .ca = {.from = -2 * DAY, .until = -1}},
    {"a CA not yet", CHAIN_CA_PERIOD, .ca = {.from = DAY / 2}},
    {"a CA that says nothing of it", CHAIN_CA_WRONG, .wrong = WITHOUT_CONSTRAINTS},
    {"a CA that is none", CHAIN_CA_WRONG, .ca = {.basic_constraints = "critical,CA:FALSE"}},
    {"no CA's usage", CHAIN_CA_WRONG, .ca = {.key_usage = "critical,digitalSignature,cRLSign"}},
    {"not for clients", CHAIN_CA_WRONG,
	.ca = {.extended_key_usage = "critical,serverAuth,codeSigning"}},
    {"not critical", CHAIN_OK, .ca = {.extended_key_usage = "serverAuth"}},
    {"for clients too", CHAIN_OK, .ca = {.extended_key_usage = "critical,serverAuth,clientAuth"}},
    {"for any use", CHAIN_OK, .ca = {.extended_key_usage = "critical,anyExtendedKeyUsage"}},
};

/* Replace what the row says. */
static void
make_wrong(struct forge *what, const struct forge *row)
{
	if (row->issuer != NULL)
		what->issuer = row->issuer;
	if (row->authority_key_id != NULL)
		what->authority_key_id = row->authority_key_id;
	if (row->basic_constraints != NULL)
		what->basic_constraints = row->basic_constraints;
	if (row->key_usage != NULL)
		what->key_usage = row->key_usage;
	what->extended_key_usage = row->extended_key_usage;
	what->critical_comment = row->critical_comment;
	what->from = row->from;
	what->until = row->until;
}

static void
each_fault_is_told_from_the_others(void **state)
{
	for (size_t i = 0; i < LENGTH_OF(rows); i++) {
		struct forge end = right_end(), ca = right_ca();

		print_message("# %s\n", rows[i].name);
		make_wrong(&end, &rows[i].end);
		make_wrong(&ca, &rows[i].ca);
		if ((rows[i].wrong & BY_OTHER) != 0)
			end.signer = other_key;
		if ((rows[i].wrong & BY_SHA1) != 0)
			end.digest = EVP_sha1();
		if ((rows[i].wrong & WITHOUT_ID) != 0)
			end.authority_key_id = NULL;
		if ((rows[i].wrong & WITHOUT_CONSTRAINTS) != 0)
			ca.basic_constraints = NULL;
		assert_int_equal(find(end, ca, NULL), rows[i].expected);
	}
}

static void
nothing_is_believed_without_a_known_ca(void **state)
{
	struct known_cas cas = {0};
	struct forge what = right_end();
	X509 *end = forge(&what);
	struct chain chain = chain_find(end, &cas, time(NULL));

	assert_int_equal(chain.result, CHAIN_UNKNOWN_CA);
	assert_null(chain.ca);
	X509_free(end);
}

static void
of_generations_with_one_name_the_signer_is_found(void **state)
{
	struct forge older = right_ca();

	older.key = older.signer = other_key;
	older.key_id = other_id;
	assert_int_equal(find(right_end(), right_ca(), &older), CHAIN_OK);
}

static void
of_two_with_name_and_identifier_the_signer_is_found(void **state)
{
	struct forge twin = right_ca();

	twin.key = twin.signer = other_key;
	assert_int_equal(find(right_end(), right_ca(), &twin), CHAIN_OK);
}

static void
a_ca_is_not_a_person(void **state)
{
	struct forge end = right_ca();

	end.authority_key_id = ca_id;
	assert_int_equal(find(end, right_ca(), NULL), CHAIN_NOT_END);
}

static void
a_ca_is_known_by_its_fingerprint_alone(void **state)
{
	struct known_cas cas = {0};
	struct forge what = right_ca();
	X509 *ca = forge(&what);

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

	for (size_t i = 0; i < LENGTH_OF(files); i++) {
		X509 *ca = real_ca(files[i]);

		if (ca == NULL)
			skip();
		assert_true(known_cas_offer(&cas, ca));
		assert_non_null(
		    strstr(known_ca_name(ca), strstr(files[i], "2015") ? "2015" : "2023"));
		assert_non_null(strstr(known_ca_name(ca), *files[i] == 'a' ? "auth" : "sign"));
		X509_free(ca);
	}
	assert_int_equal(cas.count, LENGTH_OF(files));
	known_cas_free(&cas);
}

/* Its name and its key's identifier anybody can write. */
static void
a_real_ca_s_name_is_not_its_signature(void **state)
{
	struct known_cas cas = {0};
	struct forge what = right_end();
	X509 *ca = real_ca("auth_ca_2023.pem"), *end;

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
	    cmocka_unit_test(each_fault_is_told_from_the_others),
	    cmocka_unit_test(nothing_is_believed_without_a_known_ca),
	    cmocka_unit_test(of_generations_with_one_name_the_signer_is_found),
	    cmocka_unit_test(of_two_with_name_and_identifier_the_signer_is_found),
	    cmocka_unit_test(a_ca_is_not_a_person),
	    cmocka_unit_test(a_ca_is_known_by_its_fingerprint_alone),
	    cmocka_unit_test(key_usage_is_that_of_the_key),
	    cmocka_unit_test(what_is_critical_of_its_use_is_heeded),
	    cmocka_unit_test(policies_tell_the_use),
	    cmocka_unit_test(real_cas_are_known),
	    cmocka_unit_test(a_real_ca_s_name_is_not_its_signature),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
