/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "chain.h"
#include "columns.h"
#include "day.h"
#include "http.h"
#include "message.h"
#include "ocsp.h"
#include "safe_hash.h"
#include "text.h"

#define PATIENCE 15	      /* seconds for an answer */
#define ANSWER_MAX 65536      /* bytes */
#define TOLERANCE 300	      /* seconds that clocks may differ */
#define WITHOUT_END_MAX 86400 /* seconds that an answer may be old that does not say until when */

static void
not_available(struct points *points, const char *why)
{
	points_set(points, POINT_OCSP, POINT_UNAVAILABLE, text_format("%s", why));
}

char *
ocsp_address(X509 *end)
{
	STACK_OF(OPENSSL_STRING) *all = X509_get1_ocsp(end);
	char *address = NULL;

	if (sk_OPENSSL_STRING_num(all) > 0)
		address = text_format("%s", sk_OPENSSL_STRING_value(all, 0));
	X509_email_free(all);
	return address;
}

static OCSP_CERTID *
identify(X509 *end, X509 *ca)
{
	/* every responder supports SHA-1; it only names the certificate, nothing is signed with it
	 */
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), end, ca);

	if (id == NULL)
		out_of_memory();
	return id;
}

OCSP_REQUEST *
ocsp_request(X509 *end, X509 *ca)
{
	OCSP_REQUEST *request = OCSP_REQUEST_new();

	if (request == NULL || OCSP_request_add0_id(request, identify(end, ca)) == NULL ||
	    OCSP_request_add1_nonce(request, NULL, -1) != 1)
		out_of_memory();
	return request;
}

/* ---------------------------------------------------------------- can it be trusted? */

/* May the signer sign answers? A delegated responder's certificate must allow digital signatures
 * if it has a key usage. The CA itself is not checked: its key is for certificates and lists. */
static bool
may_sign(OCSP_BASICRESP *basic, STACK_OF(X509) * others, X509 *ca)
{
	X509 *signer = NULL;

	return OCSP_resp_get0_signer(basic, &signer, others) == 1 &&
	       (X509_cmp(signer, ca) == 0 ||
		   (X509_get_key_usage(signer) & KU_DIGITAL_SIGNATURE) != 0);
}

static bool
is_signed(OCSP_BASICRESP *basic, X509 *ca)
{
	X509_STORE *store = chain_store(ca, NULL, time(NULL));
	STACK_OF(X509) *others = sk_X509_new_null();
	bool is;

	/* the CA's own certificate need not be in the answer */
	if (others == NULL || sk_X509_push(others, ca) <= 0)
		out_of_memory();
	is = OCSP_basic_verify(basic, others, store, OCSP_NOEXPLICIT) == 1 &&
	     may_sign(basic, others, ca);
	sk_X509_free(others);
	X509_STORE_free(store);
	ERR_clear_error();
	return is;
}

/* What an answer says about the certificate. */
struct status {
	int status, reason;
	ASN1_GENERALIZEDTIME *since, *from, *until;
	bool repeated; /* the nonce */
};

static bool
find_status(OCSP_BASICRESP *basic, X509 *end, X509 *ca, struct status *status)
{
	OCSP_CERTID *id = identify(end, ca);
	bool found = OCSP_resp_find_status(basic, id, &status->status, &status->reason,
			 &status->since, &status->from, &status->until) == 1;

	OCSP_CERTID_free(id);
	return found;
}

static bool
is_current(const struct status *status)
{
	bool is = OCSP_check_validity(status->from, status->until, TOLERANCE,
		      status->until == NULL ? WITHOUT_END_MAX : -1) == 1;

	ERR_clear_error();
	return is;
}

/* Why the answer is not trusted, for _(); NULL: it is, and *status is what it says. */
static const char *
find_fault(OCSP_BASICRESP *basic, OCSP_REQUEST *request, X509 *end, X509 *ca, struct status *status)
{
	int nonce;

	if (!is_signed(basic, ca))
		return N_("The answer was signed by somebody who may not answer for the CA.");
	if (!safe_hash_of_signature(OCSP_resp_get0_tbs_sigalg(basic)))
		return N_("The answer was signed with a hash that is not known to be safe, as "
			  "SHA-256 is: it may be forged.");
	nonce = OCSP_check_nonce(request, basic);
	if (nonce == 0)
		return N_("The answer is one to another question (nonce): it was replayed.");
	status->repeated = nonce == 1;
	if (!find_status(basic, end, ca, status))
		return N_("The answer is about another certificate.");
	if (!is_current(status))
		return N_("The answer is not current: too old, or from the future.");
	return NULL;
}

/* ---------------------------------------------------------------- what does it say? */

static char *
time_text(const ASN1_GENERALIZEDTIME *time)
{
	struct tm broken;

	if (time == NULL || ASN1_TIME_to_tm(time, &broken) != 1)
		return text_format("?");
	return day_time_text(timegm(&broken));
}

static char *
good_text(const struct status *status)
{
	char *time = time_text(status->from);
	/* TRANSLATORS: a date and a time. */
	char *text = text_format(_("not revoked, as of %s"), time);

	text_free(&time);
	if (!status->repeated) {
		char *both;

		/* TRANSLATORS: two sentences, what is between them. */
		both = text_format(_("%s. %s"), text,
		    _("The answer does not repeat our nonce: it may have been made before."));
		text_free(&text);
		text = both;
	}
	return text;
}

static char *
revoked_text(const struct status *status)
{
	char *time = time_text(status->since), *text;

	if (status->reason >= 0)
		/* TRANSLATORS: a date and a time; the reason in English, as "keyCompromise". */
		text = text_format(
		    _("revoked since %s (%s)"), time, OCSP_crl_reason_str(status->reason));
	else
		/* TRANSLATORS: a date and a time. */
		text = text_format(_("revoked since %s"), time);
	text_free(&time);
	return text;
}

static void
tell_status(const struct status *status, struct points *points)
{
	switch (status->status) {
	case V_OCSP_CERTSTATUS_GOOD:
		points_set(points, POINT_OCSP, POINT_OK, good_text(status));
		break;
	case V_OCSP_CERTSTATUS_REVOKED:
		points_set(points, POINT_OCSP, POINT_WRONG, revoked_text(status));
		break;
	default:
		points_set(points, POINT_OCSP, POINT_UNKNOWN,
		    text_format("%s", _("The responder does not know this certificate.")));
		break;
	}
}

static void
tell_refused(struct points *points, const char *how)
{
	points_set(points, POINT_OCSP, POINT_UNAVAILABLE,
	    /* TRANSLATORS: what the responder says, in English. */
	    text_format(_("The responder has refused to answer (%s): revocation data is given to "
			  "registered verifiers only."),
		how));
}

static void
tell_failing(struct points *points, const char *how)
{
	points_set(points, POINT_OCSP, POINT_UNAVAILABLE,
	    /* TRANSLATORS: what the responder says, in English. */
	    text_format(_("The responder cannot answer now (%s): try later."), how));
}

/* Tell of a response with an error status (RFC 6960, 4.2.1). */
static void
tell_no_answer(struct points *points, int status)
{
	const char *how = OCSP_response_status_str(status);

	switch (status) {
	case OCSP_RESPONSE_STATUS_UNAUTHORIZED:
		tell_refused(points, how);
		break;
	case OCSP_RESPONSE_STATUS_INTERNALERROR:
	case OCSP_RESPONSE_STATUS_TRYLATER:
		tell_failing(points, how);
		break;
	default:
		points_set(points, POINT_OCSP, POINT_UNAVAILABLE,
		    /* TRANSLATORS: what the responder says, in English. */
		    text_format(_("The responder does not take the question (%s)."), how));
		break;
	}
}

void
ocsp_judge(OCSP_RESPONSE *answer, OCSP_REQUEST *request, X509 *end, X509 *ca, struct points *points)
{
	OCSP_BASICRESP *basic = OCSP_response_get1_basic(answer);
	struct status status = {0};
	const char *fault;

	ERR_clear_error();
	if (OCSP_response_status(answer) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		tell_no_answer(points, OCSP_response_status(answer));
	else if (basic == NULL)
		not_available(points, _("The answer is of a kind that is not known."));
	else {
		fault = find_fault(basic, request, end, ca, &status);
		if (fault != NULL)
			not_available(points, _(fault));
		else
			tell_status(&status, points);
	}
	OCSP_BASICRESP_free(basic);
}

/* ---------------------------------------------------------------- asking */

static const char *
http_text(enum http_result result)
{
	switch (result) {
	case HTTP_UNREACHABLE:
		return _("The responder cannot be reached.");
	case HTTP_TOO_LATE:
		return _("The responder has not answered in time.");
	case HTTP_TOO_LONG:
		return _("The responder's answer has no end.");
	default:
		return _("What came back is no answer of a responder.");
	}
}

static void
take_answer(BIO *bytes, OCSP_REQUEST *request, X509 *end, X509 *ca, struct points *points)
{
	OCSP_RESPONSE *answer = d2i_OCSP_RESPONSE_bio(bytes, NULL);

	if (answer == NULL)
		not_available(points, http_text(HTTP_STRANGE));
	else
		ocsp_judge(answer, request, end, ca, points);
	OCSP_RESPONSE_free(answer);
	ERR_clear_error();
}

void
ocsp_check(const char *url, X509 *end, X509 *ca, struct points *points)
{
	struct http_question question = {.url = url,
	    .type = "application/ocsp-request",
	    .answer = "application/ocsp-response",
	    .most = ANSWER_MAX,
	    .seconds = PATIENCE};
	OCSP_REQUEST *request = ocsp_request(end, ca);
	BIO *sent = BIO_new(BIO_s_mem()), *answer = NULL;
	enum http_result result;

	if (sent == NULL || i2d_OCSP_REQUEST_bio(sent, request) != 1)
		out_of_memory();
	result = http_post(&question, sent, &answer);
	if (result == HTTP_OK)
		take_answer(answer, request, end, ca, points);
	else if (result == HTTP_REFUSED)
		tell_refused(points, "HTTP");
	else if (result == HTTP_FAILING)
		tell_failing(points, "HTTP");
	else
		not_available(points, http_text(result));
	BIO_free(sent);
	BIO_free(answer);
	OCSP_REQUEST_free(request);
}
