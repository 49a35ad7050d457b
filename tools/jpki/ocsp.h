/* SPDX-License-Identifier: BSD-2-Clause */
/* Ask a responder whether a certificate was revoked (RFC 6960). */
#ifndef JPKI_TOOL_OCSP_H
#define JPKI_TOOL_OCSP_H

#include <openssl/ocsp.h>

#include "point.h"

/* The address that a certificate names, or NULL; to be freed. It may be anything. */
char *ocsp_address(X509 *end);

/* What is asked of a certificate, with a nonce of its own. The caller frees it. */
OCSP_REQUEST *ocsp_request(X509 *end, X509 *ca);

/* What an answer to it says, as POINT_OCSP. Believed is what the CA itself has signed, or one whom
 * it has given a certificate for that (OCSPSigning). Good and revoked only if it is current, about
 * this certificate and, where it repeats a nonce, about this question. */
void ocsp_judge(
    OCSP_RESPONSE *answer, OCSP_REQUEST *request, X509 *end, X509 *ca, struct points *points);

/* Ask at an address (http_is_address()), and say what came of it as POINT_OCSP. */
void ocsp_check(const char *url, X509 *end, X509 *ca, struct points *points);

#endif
