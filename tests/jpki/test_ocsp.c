/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include <openssl/ocsp.h>

#include "forge.h"
#include "ocsp.h"
#include "text.h"

#define SIGNING "OCSPSigning"

/* Somebody to whom the CA has given a certificate. */
static struct forge
right_signer(void)
{
	return (struct forge){.name = "responder",
	    .issuer = CA,
	    .key = key,
	    .signer = ca_key,
	    .authority_key_id = ca_id,
	    .extended_key_usage = SIGNING,
	    .number = 2};
}

/* An answer; times are from now. */
struct answer {
	int status;
	long from, until;	    /* until 0: it does not say */
	const struct forge *signer; /* NULL: the CA itself */
	bool other;		    /* about the CA's certificate, not the person's */
	bool without_nonce, other_nonce;
	const EVP_MD *digest; /* NULL: SHA-256 */
	bool pss;
};

static void
add_status(OCSP_BASICRESP *basic, const struct answer *answer)
{
	OCSP_CERTID *about =
	    OCSP_cert_to_id(EVP_sha1(), answer->other ? ca_certificate : person, ca_certificate);
	ASN1_TIME *from = X509_gmtime_adj(NULL, answer->from);
	ASN1_TIME *until = answer->until != 0 ? X509_gmtime_adj(NULL, answer->until) : NULL;
	ASN1_TIME *since = X509_gmtime_adj(NULL, -DAY);
	bool revoked = answer->status == V_OCSP_CERTSTATUS_REVOKED;

	assert_non_null(OCSP_basic_add1_status(basic, about, answer->status,
	    revoked ? OCSP_REVOKED_STATUS_KEYCOMPROMISE : 0, revoked ? since : NULL, from, until));
	OCSP_CERTID_free(about);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	ASN1_TIME_free(since);
}

static void
sign(OCSP_BASICRESP *basic, const struct answer *answer)
{
	const struct forge *signer = answer->signer;
	X509 *certificate = signer != NULL ? forge(signer) : ca_certificate;
	EVP_MD_CTX *signing = forge_signing(signer != NULL ? signer->key : ca_key,
	    answer->digest != NULL ? answer->digest : EVP_sha256(), answer->pss);

	assert_int_equal(OCSP_basic_sign_ctx(basic, certificate, signing, NULL, 0), 1);
	EVP_MD_CTX_free(signing);
	if (signer != NULL)
		X509_free(certificate);
}

static enum point_state
told(const struct answer *answer)
{
	OCSP_REQUEST *request = ocsp_request(person, ca_certificate);
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	struct points points = {0};
	OCSP_RESPONSE *response;
	enum point_state state;

	add_status(basic, answer);
	if (answer->other_nonce)
		OCSP_basic_add1_nonce(basic, NULL, -1);
	else if (!answer->without_nonce)
		OCSP_copy_nonce(basic, request);
	sign(basic, answer);
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	ocsp_judge(response, request, person, ca_certificate, &points);
	state = points.row[POINT_OCSP].state;
	assert_non_null(points.row[POINT_OCSP].why);
	points_free(&points);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	OCSP_REQUEST_free(request);
	return state;
}

static void
the_ca_s_own_answer_counts(void **state)
{
	struct answer answer = {.status = V_OCSP_CERTSTATUS_GOOD, .from = -10, .until = 60};

	assert_int_equal(told(&answer), POINT_OK);
	answer.status = V_OCSP_CERTSTATUS_REVOKED;
	assert_int_equal(told(&answer), POINT_WRONG);
	answer.status = V_OCSP_CERTSTATUS_UNKNOWN;
	assert_int_equal(told(&answer), POINT_UNKNOWN);
}

static void
assert_signer(const struct forge *signer, enum point_state expected)
{
	struct answer answer = {.from = -10, .until = 60, .signer = signer};

	for (int status = V_OCSP_CERTSTATUS_GOOD; status <= V_OCSP_CERTSTATUS_UNKNOWN; status++) {
		answer.status = status;
		if (expected == POINT_UNAVAILABLE || status == V_OCSP_CERTSTATUS_GOOD)
			assert_int_equal(told(&answer), expected);
	}
}

static void
only_one_who_may_is_believed(void **state)
{
	struct forge signer = right_signer();

	assert_signer(&signer, POINT_OK);
	signer.extended_key_usage = NULL;
	assert_signer(&signer, POINT_UNAVAILABLE);
	signer.extended_key_usage = "clientAuth";
	assert_signer(&signer, POINT_UNAVAILABLE);
	signer = right_signer();
	signer.key_usage = "critical,digitalSignature";
	assert_signer(&signer, POINT_OK);
	signer.key_usage = "critical,keyEncipherment"; /* not to sign with */
	assert_signer(&signer, POINT_UNAVAILABLE);
	signer = right_signer();
	signer.signer = key; /* the CA's name and identifier, not its signature */
	assert_signer(&signer, POINT_UNAVAILABLE);
	signer = right_signer();
	signer.from = -10 * DAY;
	signer.until = -DAY;
	assert_signer(&signer, POINT_UNAVAILABLE);
	/* as the CA is called, but another */
	signer =
	    (struct forge){.name = CA, .issuer = CA, .key = key, .signer = key, .key_id = ca_id};
	assert_signer(&signer, POINT_UNAVAILABLE);
}

static void
only_a_current_one_is_believed(void **state)
{
	static const struct {
		long from, until;
		enum point_state state;
	} times[] = {
	    {-60, 60, POINT_OK}, {60, 600, POINT_OK}, /* within the tolerance */
	    {-600, -60, POINT_OK},		      /* the same */
	    {DAY, 2 * DAY, POINT_UNAVAILABLE}, {-2 * DAY, -DAY, POINT_UNAVAILABLE},
	    {-2 * DAY, DAY, POINT_OK}, {-60, 0, POINT_OK}, {-2 * DAY, 0, POINT_UNAVAILABLE},
	    {60, -60, POINT_UNAVAILABLE}, /* ends before it begins */
	};

	for (size_t i = 0; i < LENGTH_OF(times); i++) {
		struct answer answer = {.from = times[i].from, .until = times[i].until};

		assert_int_equal(told(&answer), times[i].state);
	}
}

static void
only_one_about_this_question_is_believed(void **state)
{
	struct answer answer = {.from = -10, .until = 60, .other_nonce = true};

	assert_int_equal(told(&answer), POINT_UNAVAILABLE);
	answer.other_nonce = false;
	answer.without_nonce = true;
	assert_int_equal(told(&answer), POINT_OK);
	answer.other = true;
	assert_int_equal(told(&answer), POINT_UNAVAILABLE);
}

static void
only_a_safe_hash_is_believed(void **state)
{
	const struct forge signer = right_signer();
	struct answer answer = {.from = -10, .until = 60};

	for (int way = 0; way < 4; way++) {
		answer.pss = way & 1;
		answer.signer = way & 2 ? &signer : NULL;
		answer.digest = EVP_sha512();
		assert_int_equal(told(&answer), POINT_OK);
		answer.digest = EVP_sha1();
		assert_int_equal(told(&answer), POINT_UNAVAILABLE);
		answer.digest = answer.pss ? EVP_sha224() : EVP_md5(); /* OpenSSL has no other */
		assert_int_equal(told(&answer), POINT_UNAVAILABLE);
	}
}

static void
an_address_is_what_the_certificate_says(void **state)
{
	struct forge what = right_signer();
	X509 *certificate;
	char *address;

	assert_null(ocsp_address(person));
	what.info_access = "OCSP;URI:http://ocsp.example/a";
	certificate = forge(&what);
	address = ocsp_address(certificate);
	assert_string_equal(address, "http://ocsp.example/a");
	text_free(&address);
	X509_free(certificate);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_ca_s_own_answer_counts),
	    cmocka_unit_test(only_one_who_may_is_believed),
	    cmocka_unit_test(only_a_current_one_is_believed),
	    cmocka_unit_test(only_one_about_this_question_is_believed),
	    cmocka_unit_test(only_a_safe_hash_is_believed),
	    cmocka_unit_test(an_address_is_what_the_certificate_says),
	};

	return cmocka_run_group_tests(tests, make_ca, drop_ca);
}
