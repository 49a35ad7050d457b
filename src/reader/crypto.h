/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_CRYPTO_H
#define READER_CRYPTO_H

#include <stdbool.h>

#include <openssl/types.h>

/*
 * OpenSSL through a library context of our own and without configuration: the application may
 * have loaded this module from its openssl.cnf, or have put its own providers first. It is not
 * touched before it is needed: its start costs more than all that a program does that only looks.
 */

/*
 * Is OpenSSL there? To come before anything of it, within a call (crypto_enter). False if it has
 * been shut down, or there is no memory. Exit handlers of the application may call C_Finalize after
 * OpenSSL's own has run; nothing of OpenSSL may be touched, not even freed, then.
 */
bool crypto_use(void);

/* The same, and the context; NULL also if there is no default provider: never to be passed on. */
OSSL_LIB_CTX *crypto_context(void);

/*
 * Have OpenSSL read the application's configuration, which it would otherwise do while the first
 * certificate is parsed, under our locks: what is configured may be this module itself. To come
 * ahead of every call that may use OpenSSL, but for freeing and hashing.
 */
void crypto_prepare(void);

/* Give the context back, if there is one; it is made anew when it is needed again. */
void crypto_stop(void);

/* Have that called before OpenSSL is shut down, as the program ends: what is at work then ends. */
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
 * The error queue of the thread is the application's: it would take an error of ours for one of
 * its own. What comes between these two leaves nothing in it. Not only what fails: where memory is
 * short, OpenSSL raises errors while it frees. So they are around all that is done in a call. A
 * call within a call, of an engine that comes back here, has its own.
 */
void crypto_enter(void);
void crypto_leave(void);

#endif
