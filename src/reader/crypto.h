/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_CRYPTO_H
#define READER_CRYPTO_H

#include <stdbool.h>

#include <openssl/types.h>

/*
 * OpenSSL through a library context of our own and without configuration: the application may have
 * loaded this module from its openssl.cnf, or have put its own providers first. OpenSSL is started
 * only when it is needed, because that takes longer than everything else in a program that only
 * lists the tokens.
 */

/*
 * Get OpenSSL ready. Call it before any function of OpenSSL, between crypto_enter and crypto_leave.
 * False if OpenSSL has been shut down, or there is no memory: then no function of OpenSSL may be
 * called, not even to free. (Exit handlers of the application may call C_Finalize after OpenSSL's
 * own exit handler.)
 */
bool crypto_use(void);

/*
 * crypto_use, and our library context. NULL where crypto_use is false, or there is no default
 * provider; NULL must not be passed on to OpenSSL, which would take its own context.
 */
OSSL_LIB_CTX *crypto_context(void);

/*
 * Have OpenSSL read the application's configuration, which it would otherwise do while the first
 * certificate is parsed, under our locks; that configuration may load this very module. Call it
 * before every call that may use OpenSSL for more than freeing and hashing.
 */
void crypto_prepare(void);

/* Free the context, if there is one; a new one is made when it is needed again. */
void crypto_stop(void);

/* Have `run` called before OpenSSL is shut down, as the program ends. */
void crypto_before_end(void (*run)(void));

/*
 * In a forked child: the context is the parent's. What OpenSSL has there may be locked by a thread
 * that the child does not have, so nothing is given back, then or later: a context that the child
 * makes for itself is kept, and used again by its next start.
 */
void crypto_abandon(void);

/* Has OpenSSL been shut down, as far as is known? */
bool crypto_is_gone(void);

/*
 * A thread's error queue of OpenSSL belongs to the application, which would take an error of ours
 * for its own. Calls between these two leave no error in it. They enclose all the work of a call,
 * because OpenSSL can raise errors even while it frees memory. They may be nested: an engine may
 * call this module again from within a call.
 */
void crypto_enter(void);
void crypto_leave(void);

#endif
