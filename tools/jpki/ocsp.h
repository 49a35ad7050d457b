/* SPDX-License-Identifier: BSD-2-Clause */
/* Ask a responder whether a certificate was revoked (RFC 6960). */
#ifndef JPKI_TOOL_OCSP_H
#define JPKI_TOOL_OCSP_H

#include <openssl/ocsp.h>

#include "point.h"

/* The address that a certificate names (F-OCSP), or NULL; the caller frees it. It may be any text.
 */
char *ocsp_address(X509 *end);

/* A request about a certificate, with a nonce. The caller frees it. */
OCSP_REQUEST *ocsp_request(X509 *end, X509 *ca);

/* Set POINT_OCSP by an answer to the request. It is trusted if it is signed by the CA itself, or
 * by a responder to which the CA has given a certificate for that (OCSPSigning). "Good" and
 * "revoked" count only if the answer is current, about this certificate and, if it repeats a
 * nonce, for this request. */
void ocsp_judge(
    OCSP_RESPONSE *answer, OCSP_REQUEST *request, X509 *end, X509 *ca, struct points *points);

/* Ask at an address (http_is_address()), and set POINT_OCSP by the result. */
void ocsp_check(const char *url, X509 *end, X509 *ca, struct points *points);

#endif
