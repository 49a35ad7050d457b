/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge.h"
#include "message.h"
#include "rules.h"
#include "text.h"

static void
judge_period(const struct facts *facts, struct points *points)
{
	bool runs = facts->period == PERIOD_RUNS || facts->period == PERIOD_RENEW;
	char *time = day_time_text(facts->period == PERIOD_NOT_YET ? facts->from : facts->until);

	if (runs)
		/* TRANSLATORS: a date and a time. */
		points_set(points, POINT_PERIOD, POINT_OK, text_format(_("until %s"), time));
	else if (facts->period == PERIOD_NOT_YET)
		points_set(points, POINT_PERIOD, POINT_WRONG,
		    text_format(_("It is not valid before %s."), time));
	else
		points_set(
		    points, POINT_PERIOD, POINT_WRONG, text_format(_("It has ended: %s"), time));
	text_free(&time);
}

/* Was it issued by a trusted CA? The period is a point of its own. */
static bool
is_issued(const struct chain *chain)
{
	return chain->result == CHAIN_OK || chain->result == CHAIN_EXPIRED ||
	       chain->result == CHAIN_NOT_YET;
}

static void
judge_chain(const struct chain *chain, struct points *points)
{
	struct chain without_period = *chain;
	enum point_state state = POINT_WRONG;

	if (is_issued(chain)) {
		without_period.result = CHAIN_OK;
		state = POINT_OK;
	} else if (chain->result == CHAIN_UNKNOWN_CA)
		state = POINT_UNKNOWN;
	points_set(points, POINT_CHAIN, state, chain_text(&without_period));
}

static void
judge_usage(X509 *certificate, enum jpki_role role, struct points *points)
{
	const char *wanted =
	    role == JPKI_SIGNATURE ? "digitalSignature, nonRepudiation" : "digitalSignature";

	if (!rules_usage_fits(certificate, role))
		points_set(points, POINT_USAGE, POINT_WRONG,
		    /* TRANSLATORS: names of key usages, as "digitalSignature". */
		    text_format(_("It has to be exactly: %s"), wanted));
	else if (!rules_purpose_fits(certificate, role))
		points_set(points, POINT_USAGE, POINT_WRONG,
		    text_format("%s", _("It is for other uses only (extendedKeyUsage).")));
	else
		points_set(points, POINT_USAGE, POINT_OK, text_format("%s", wanted));
}

static void
judge_policy(X509 *certificate, enum jpki_role role, struct points *points)
{
	enum policy policy = policy_of(certificate);
	enum jpki_role of = role;
	bool fits = policy_role(policy, &of) && of == role;
	const char *text = _("It is not the policy for such a certificate.");

	if (fits && policy == POLICY_SIGNATURE_TEST)
		text = _("that of test cards, which stand for nobody");
	else if (fits)
		text = role == JPKI_SIGNATURE ? _("that of JPKI for digital signature")
					      : _("that of JPKI for user authentication");
	points_set(points, POINT_POLICY, fits ? POINT_OK : POINT_WRONG, text_format("%s", text));
}

struct chain
judge_certificate(const struct facts *facts, enum jpki_role role, const struct known_cas *cas,
    struct points *points)
{
	struct chain chain = chain_find(facts->certificate, cas, time(NULL));

	judge_period(facts, points);
	judge_chain(&chain, points);
	judge_usage(facts->certificate, role, points);
	judge_policy(facts->certificate, role, points);
	if (!is_issued(&chain))
		chain.ca = NULL; /* so that no responder is asked about it */
	return chain;
}

void
judge_issue(
    const struct facts *signature, const struct facts *authentication, struct points *points)
{
	bool fits;

	if (authentication == NULL) {
		points_set(points, POINT_ISSUE, POINT_UNCHECKED,
		    text_format("%s", _("There is no certificate for user authentication to "
					"compare its end with.")));
		return;
	}
	fits = signature->until <= authentication->until;
	points_set(points, POINT_ISSUE, fits ? POINT_OK : POINT_WRONG,
	    text_format("%s", fits ? _("It ends no later than the one for user authentication.")
				   : _("It ends later than the one for user authentication.")));
}
