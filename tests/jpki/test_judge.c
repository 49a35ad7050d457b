/* SPDX-License-Identifier: BSD-2-Clause */
#include "../common/unit.h"

#include "forge.h"
#include "judge.h"

#define SIGNATURE_POLICY "critical,1.2.392.200149.8.5.1.1.20"
#define SIGNATURE_USAGE "critical,digitalSignature,nonRepudiation"

static struct known_cas cas;

static int
make(void **state)
{
	int rv = make_ca(state);

	known_cas_add(&cas, ca_certificate);
	return rv;
}

static int
drop(void **state)
{
	known_cas_free(&cas);
	return drop_ca(state);
}

static struct forge
right(void)
{
	struct forge what = forge_end();

	what.key_usage = SIGNATURE_USAGE;
	what.policies = SIGNATURE_POLICY;
	return what;
}

static struct facts
facts_of(const struct forge *what)
{
	X509 *certificate = forge(what);
	unsigned char *der = NULL;
	int length = i2d_X509(certificate, &der);
	struct facts facts;

	assert_true(facts_read(&facts, der, (size_t)length));
	OPENSSL_free(der);
	X509_free(certificate);
	return facts;
}

/* The points as a letter each: period, chain, usage, policy; and whether the CA may be asked. */
static void
assert_judged(const struct forge *what, enum jpki_role role, const char *expected, bool asked)
{
	static const enum point_id ids[] = {POINT_PERIOD, POINT_CHAIN, POINT_USAGE, POINT_POLICY};
	static const char letters[] = {
	    [POINT_OK] = '+', [POINT_WRONG] = '-', [POINT_UNKNOWN] = '?'};
	struct facts facts = facts_of(what);
	struct points points = {0};
	struct chain chain = judge_certificate(&facts, role, &cas, &points);
	char found[5] = "";

	for (size_t i = 0; i < 4; i++)
		found[i] = letters[points.row[ids[i]].state];
	assert_string_equal(found, expected);
	assert_int_equal(chain.ca != NULL, asked);
	points_free(&points);
	facts_free(&facts);
}

static void
a_right_one_is_right(void **state)
{
	struct forge what = right();

	assert_judged(&what, JPKI_SIGNATURE, "++++", true);
	assert_judged(&what, JPKI_AUTHENTICATION, "++--", true);
}

static void
each_fault_is_a_point_of_its_own(void **state)
{
	struct forge what = right();

	what.from = -10 * DAY;
	what.until = -DAY;
	assert_judged(&what, JPKI_SIGNATURE, "-+++", true);
	what.from = DAY;
	what.until = 10 * DAY;
	assert_judged(&what, JPKI_SIGNATURE, "-+++", true);
	what = right();
	what.key_usage = "critical,digitalSignature";
	assert_judged(&what, JPKI_SIGNATURE, "++-+", true);
	what = right();
	what.policies = "1.2.3.4";
	assert_judged(&what, JPKI_SIGNATURE, "+++-", true);
	what = right();
	what.signer = key;
	assert_judged(&what, JPKI_SIGNATURE, "+-++", false);
	what.authority_key_id = (const unsigned char *)"the key of nobody..";
	assert_judged(&what, JPKI_SIGNATURE, "+?++", false);
}

static enum point_state
issued(const struct forge *signature, const struct forge *authentication)
{
	struct facts one = facts_of(signature), other = facts_of(authentication);
	struct points points = {0};
	enum point_state state;

	judge_issue(&one, &other, &points);
	state = points.row[POINT_ISSUE].state;
	points_free(&points);
	facts_free(&one);
	facts_free(&other);
	return state;
}

static void
the_signature_certificate_does_not_outlive_the_other(void **state)
{
	struct forge longer = right(), shorter = right();
	struct facts facts = facts_of(&longer);
	struct points points = {0};

	longer.until = 2 * DAY;
	assert_int_equal(issued(&shorter, &longer), POINT_OK);
	assert_int_equal(issued(&longer, &longer), POINT_OK);
	assert_int_equal(issued(&longer, &shorter), POINT_WRONG);
	judge_issue(&facts, NULL, &points);
	assert_int_equal(points.row[POINT_ISSUE].state, POINT_UNCHECKED);
	points_free(&points);
	facts_free(&facts);
}

static enum verdict
verdict_of(enum point_state one, enum point_state other)
{
	struct points points = {0};

	points.row[POINT_CHAIN].state = one;
	points.row[POINT_OCSP].state = other;
	assert_non_null(points_sentence(&points));
	return points_verdict(&points);
}

static void
the_worst_point_decides(void **state)
{
	assert_int_equal(verdict_of(POINT_OK, POINT_OK), VERDICT_VALID);
	assert_int_equal(verdict_of(POINT_OK, POINT_LEFT_OUT), VERDICT_VALID);
	assert_int_equal(verdict_of(POINT_OK, POINT_UNCHECKED), VERDICT_VALID);
	assert_int_equal(verdict_of(POINT_OK, POINT_UNAVAILABLE), VERDICT_UNKNOWN);
	assert_int_equal(verdict_of(POINT_UNKNOWN, POINT_OK), VERDICT_UNKNOWN);
	assert_int_equal(verdict_of(POINT_UNKNOWN, POINT_WRONG), VERDICT_NOT_VALID);
	assert_int_equal(verdict_of(POINT_WRONG, POINT_UNAVAILABLE), VERDICT_NOT_VALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_right_one_is_right),
	    cmocka_unit_test(each_fault_is_a_point_of_its_own),
	    cmocka_unit_test(the_signature_certificate_does_not_outlive_the_other),
	    cmocka_unit_test(the_worst_point_decides),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
