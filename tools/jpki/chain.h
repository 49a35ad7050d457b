/* SPDX-License-Identifier: BSD-2-Clause */
/* Was a certificate issued by a trusted CA, and is that valid at a time (RFC 5280, 6)? JPKI's CAs
 * issue a person's certificate directly: there is no CA between. */
#ifndef JPKI_TOOL_CHAIN_H
#define JPKI_TOOL_CHAIN_H

#include <time.h>

#include "known_ca.h"

enum chain_result {
	CHAIN_OK,
	CHAIN_EXPIRED,	  /* only the certificate's period is over */
	CHAIN_NOT_YET,	  /* only the certificate's period has not begun */
	CHAIN_UNKNOWN_CA, /* no trusted CA has the key that the certificate names */
	CHAIN_FORGED,	  /* one has, but the certificate was not signed with that key */
	CHAIN_CA_PERIOD,  /* the CA's own period is over, or has not begun */
	CHAIN_CA_WRONG,	  /* the trusted certificate may not issue: no CA, or not for that use */
	CHAIN_NOT_END,	  /* the certificate is a CA's, not a person's */
	CHAIN_WRONG,	  /* any other error, in .error */
};

struct chain {
	enum chain_result result;
	/* The CA whose key has signed the certificate; NULL if none. Belongs to the list of CAs. */
	X509 *ca;
	int error; /* result of X509_verify_cert(), X509_V_OK if it was not called */
};

/* Find the CA by its key identifier and by the signature, never by its name: all generations of a
 * CA have the same name. Both certificates have to be valid at the time `at`. */
struct chain chain_find(X509 *end, const struct known_cas *cas, time_t at);

/* A sentence that tells the result; the caller frees it. */
char *chain_text(const struct chain *chain);
/* The result as a word, for scripts. */
const char *chain_word(enum chain_result result);

/* X509_verify_cert() of a certificate that this CA has signed; with `crl` also against a list of
 * revoked ones (NULL: none). The certificate's own period is checked last. */
int chain_verify(X509 *end, X509 *ca, X509_CRL *crl, time_t at);

/* An X509_STORE that trusts only this CA and requires 112 bits of security. The caller owns it. */
X509_STORE *chain_store(X509 *ca, X509_CRL *crl, time_t at);

#endif
