/* SPDX-License-Identifier: BSD-2-Clause */
/* Was a certificate issued by a CA that is believed, and does that hold at a time (RFC 5280, 6)?
 * JPKI's CAs issue a person's certificate themselves: nothing is between. */
#ifndef JPKI_TOOL_CHAIN_H
#define JPKI_TOOL_CHAIN_H

#include <time.h>

#include "known_ca.h"

enum chain_result {
	CHAIN_OK,
	CHAIN_EXPIRED,	  /* all is right but the certificate's period: it is over */
	CHAIN_NOT_YET,	  /* the same: it has not begun */
	CHAIN_UNKNOWN_CA, /* no CA that is believed has the key that it names */
	CHAIN_FORGED,	  /* one has, but with that key it was not signed */
	CHAIN_CA_PERIOD,  /* the CA's own period is over, or has not begun */
	CHAIN_CA_WRONG,	  /* what is believed may not issue: no CA, or not for that use */
	CHAIN_NOT_END,	  /* it is a CA's certificate itself, not a person's */
	CHAIN_WRONG,	  /* anything else; .error tells */
};

struct chain {
	enum chain_result result;
	/* What has issued it, where that is sure: it was signed with its key. Belongs to the list.
	 */
	X509 *ca;
	int error; /* of X509_verify_cert(), X509_V_OK where that was not asked */
};

/* Find the CA by its key's identifier and by the signature, never by its name: generations of a CA
 * have the same one. `at` is the time at which both certificates have to be valid. */
struct chain chain_find(X509 *end, const struct known_cas *cas, time_t at);

/* A sentence that tells the result; to be freed. */
char *chain_text(const struct chain *chain);
/* A word for scripts. */
const char *chain_word(enum chain_result result);

/* X509_verify_cert() of a certificate that this CA has signed; with a list of revoked ones, which
 * may be NULL, that too. The certificate's own period is looked at last. */
int chain_verify(X509 *end, X509 *ca, X509_CRL *crl, time_t at);

/* What both need to verify: this CA alone is trusted, and 112 bits of security wanted. The caller
 * owns it. */
X509_STORE *chain_store(X509 *ca, X509_CRL *crl, time_t at);

#endif
