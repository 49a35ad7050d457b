/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "chain.h"
#include "crl.h"
#include "day.h"
#include "message.h"
#include "safe_hash.h"
#include "text.h"

static char *
time_text(const ASN1_TIME *time)
{
	struct tm broken;

	if (time == NULL || ASN1_TIME_to_tm(time, &broken) != 1)
		return text_format("?");
	return day_time_text(timegm(&broken));
}

static const char *
fault_text(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		return _("The list is another CA's, or for other certificates than this one.");
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
		return _("The list was not signed by the CA that has issued the certificate.");
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return _("The list is not current: too old, or from the future.");
	default:
		return NULL;
	}
}

static void
tell_fault(struct points *points, int error)
{
	const char *text = fault_text(error);

	points_set(points, POINT_CRL, POINT_UNAVAILABLE,
	    text != NULL
		? text_format("%s", text)
		: text_format(_("OpenSSL says: %s"), X509_verify_cert_error_string(error)));
}

static void
tell_revoked(struct points *points, X509_CRL *crl, X509 *end)
{
	X509_REVOKED *row = NULL;
	char *time;

	X509_CRL_get0_by_cert(crl, &row, end);
	time = time_text(row != NULL ? X509_REVOKED_get0_revocationDate(row) : NULL);
	points_set(points, POINT_CRL, POINT_WRONG, text_format(_("revoked since %s"), time));
	text_free(&time);
}

/* The entry of the certificate in the list, if it is final: neither "on hold" nor "removed from
 * the list". */
static const X509_REVOKED *
find_row(X509_CRL *crl, X509 *end)
{
	X509_REVOKED *row = NULL;
	ASN1_ENUMERATED *reason;
	bool lasts;

	if (X509_CRL_get0_by_cert(crl, &row, end) != 1)
		return NULL;
	reason = X509_REVOKED_get_ext_d2i(row, NID_crl_reason, NULL, NULL);
	lasts = reason == NULL || (ASN1_ENUMERATED_get(reason) != CRL_REASON_CERTIFICATE_HOLD &&
				      ASN1_ENUMERATED_get(reason) != CRL_REASON_REMOVE_FROM_CRL);
	ASN1_ENUMERATED_free(reason);
	return lasts ? row : NULL;
}

/* Was the list valid when it was made? */
static bool
was_right(X509_CRL *crl, X509 *end, X509 *ca)
{
	struct tm made;

	return ASN1_TIME_to_tm(X509_CRL_get0_lastUpdate(crl), &made) == 1 &&
	       chain_verify(end, ca, crl, timegm(&made)) == X509_V_ERR_CERT_REVOKED;
}

/* A revocation is final, even if the list has expired. False if the list does not have one. */
static bool
tell_old_revocation(struct points *points, X509_CRL *crl, X509 *end, X509 *ca)
{
	const X509_REVOKED *row = was_right(crl, end, ca) ? find_row(crl, end) : NULL;
	char *time;

	if (row == NULL)
		return false;
	time = time_text(X509_REVOKED_get0_revocationDate(row));
	points_set(points, POINT_CRL, POINT_WRONG,
	    /* TRANSLATORS: a date and a time. */
	    text_format(_("revoked since %s (by a list that is out of date)"), time));
	text_free(&time);
	return true;
}

static void
tell_good(struct points *points, const X509_CRL *crl)
{
	char *time = time_text(X509_CRL_get0_lastUpdate(crl));

	points_set(points, POINT_CRL, POINT_OK, text_format(_("not revoked, as of %s"), time));
	text_free(&time);
}

static bool
has_safe_hash(const X509_CRL *crl)
{
	const X509_ALGOR *algorithm = NULL;

	X509_CRL_get0_signature(crl, NULL, &algorithm);
	return safe_hash_of_signature(algorithm);
}

/* What is wrong with the list, of what OpenSSL accepts: no end (RFC 5280 requires one), only
 * changes to another list (a delta CRL), or a weak signature. */
static const char *
find_fault(const X509_CRL *crl)
{
	if (X509_CRL_get0_nextUpdate(crl) == NULL)
		return N_("The list does not say until when it holds.");
	if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
		return N_("The list has only what has changed since another one.");
	if (!has_safe_hash(crl))
		return N_(
		    "The list was signed with a hash that is not known to be safe, as SHA-256 "
		    "is: it may be forged.");
	return NULL;
}

static bool
is_passed(int error)
{
	/* the certificate's period is a point of its own */
	return error == X509_V_OK || error == X509_V_ERR_CERT_HAS_EXPIRED ||
	       error == X509_V_ERR_CERT_NOT_YET_VALID;
}

void
crl_check(X509_CRL *crl, X509 *end, X509 *ca, struct points *points)
{
	const char *fault = find_fault(crl);
	int error;

	if (fault != NULL) {
		points_set(points, POINT_CRL, POINT_UNAVAILABLE, text_format("%s", _(fault)));
		return;
	}
	error = chain_verify(end, ca, crl, time(NULL));
	if (error == X509_V_ERR_CERT_REVOKED)
		tell_revoked(points, crl, end);
	else if (is_passed(error))
		tell_good(points, crl);
	else if (error != X509_V_ERR_CRL_HAS_EXPIRED || !tell_old_revocation(points, crl, end, ca))
		tell_fault(points, error);
}
