/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_COMMON_SCHEME_H
#define TESTS_COMMON_SCHEME_H

#include "module.h"

#define HASH_SIZE 32

/* A way to sign, and how OpenSSL calls it. */
struct scheme {
	CK_MECHANISM_TYPE type;
	const char *hash; /* made by the module; NULL: the data is taken as it is */
	bool pss;
};

#define SCHEMES 8
extern const struct scheme schemes[SCHEMES];
/* Rows of the table that many tests use. */
extern const struct scheme *const raw_pkcs1, *const sha256_pkcs1, *const raw_pss, *const sha256_pss;

/* What the tests sign: 32 bytes, which every scheme takes. */
extern const CK_BYTE message[HASH_SIZE];
/* The same for functions whose arguments are not const. */
CK_BYTE *message_copy(void);

/* Find the private key, C_SignInit and C_Sign. */
CK_RV begin_signature(CK_SESSION_HANDLE session, const struct scheme *scheme);
CK_RV sign_message(
    CK_SESSION_HANDLE session, const struct scheme *scheme, CK_BYTE signature[SIGNATURE_SIZE]);
/* C_Sign alone. */
CK_RV finish_signature(CK_SESSION_HANDLE session, CK_BYTE signature[SIGNATURE_SIZE]);
/* With the signature password given for that one signature; the whole of it. */
void begin_with_password(CK_SESSION_HANDLE session, const struct scheme *scheme);
void sign_with_password(CK_SESSION_HANDLE session);

/* What OpenSSL says of a signature of `length` bytes of data. */
bool signature_verifies(const struct scheme *scheme, X509 *certificate, const CK_BYTE *data,
    size_t length, const CK_BYTE *signature);

/* Sign the message and have OpenSSL verify it with the certificate of the role. */
void assert_signs(CK_SESSION_HANDLE session, enum jpki_role role, const struct scheme *scheme);

#endif
