/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_CHECKS_H
#define SEARCH_CHECKS_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "model.h"
#include "report.h"

/* Before and after each call; after it with its answer. */
void checks_before(void);
void checks_after(CK_RV rv);

/* Some time has passed without a call, and the module has had a chance to see that. */
void checks_expired(void);

/* Other programs have acted: is the card open for nobody? */
void checks_after_others(void);

/* A PIN is about to be tried that has so many tries; `recent`: the card has lately spoken of it. */
void checks_tries_before(int card, int role, bool change, unsigned tries, bool in_own, bool recent);

/* C_Login has answered CKR_OK. */
void checks_login(void);

/* A signature of all that was put into the session, of `length` bytes. */
void checks_signature(
    const struct model_session *session, const CK_BYTE *signature, CK_ULONG length);

/* Does OpenSSL find it right? The data is what the application gave. */
bool signature_verifies(
    X509 *certificate, size_t scheme, const CK_BYTE *data, size_t length, const CK_BYTE *signature);

#endif
