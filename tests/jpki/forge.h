/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates as somebody would make them who is no CA of anybody. */
#ifndef TEST_JPKI_FORGE_H
#define TEST_JPKI_FORGE_H

#include <stdbool.h>

#include <openssl/x509.h>

#define DAY 86400L

/* What a certificate is to be like; extensions may be NULL, for none. Times are seconds from now.
 */
struct forge {
	const char *name;   /* CN of the subject */
	const char *issuer; /* the same of the issuer */
	EVP_PKEY *key;	    /* its own */
	EVP_PKEY *signer;
	const EVP_MD *digest;				/* NULL: SHA-256 */
	const unsigned char *key_id, *authority_key_id; /* 20 bytes each; NULL: none */
	const char *basic_constraints, *key_usage, *policies, *extended_key_usage;
	const char *info_access, *critical_comment;
	long from, until; /* 0: from a day ago, until a day from now */
	long number;	  /* 0: 1 */
};

X509 *forge(const struct forge *what);

/*
 * A CA that has signed itself, good for twenty days, and a person: their keys and certificates,
 * made once for all tests of a program. Set-up and tear-down of a group.
 */
#define CA "CA"
#define PERSON_NUMBER 4711
extern const unsigned char ca_id[20];
extern EVP_PKEY *ca_key, *key;
extern X509 *ca_certificate, *person;
int make_ca(void **state);
int drop_ca(void **state);

/* What the person's certificate is like, for others of that CA's and key. */
struct forge forge_end(void);

/* A CA's list with one number of a certificate in it (0: none), with times from now. */
X509_CRL *forge_crl(const char *issuer, EVP_PKEY *signer, long number, long from, long until);

/* What signs with a key and this hash, RSA in the way PSS if wanted; to be freed. */
EVP_MD_CTX *forge_signing(EVP_PKEY *signer, const EVP_MD *digest, bool pss);

#endif
