/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/crypto.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

/* Held while OpenSSL is first used. Lock order: any other of ours, then this. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(OSSL_LIB_CTX *) context;
static OSSL_PROVIDER *provider;
static atomic_bool watched;
static atomic_bool prepared;
static atomic_bool gone;
static void (*before_end)(void);
static bool is_child; /* a forked child, in which OpenSSL's locks may be held for ever */

/*
 * One bit for each call that this thread is in, the innermost in bit 0: has that call set a mark?
 */
static _Thread_local uint64_t marks;

static void
openssl_stopped(void)
{
	if (before_end != NULL)
		before_end();
	atomic_store(&gone, true);
}

/* False if OpenSSL has been shut down before we first used it: then it cannot be started. */
static bool
watch(void)
{
	bool well;

	pthread_mutex_lock(&lock);
	well = atomic_load(&watched) ||
	       (OPENSSL_init_crypto(0, NULL) == 1 && OPENSSL_atexit(openssl_stopped) == 1);
	atomic_store(&watched, well);
	pthread_mutex_unlock(&lock);
	return well;
}

bool
crypto_use(void)
{
	if (crypto_is_gone() || (!atomic_load(&watched) && !watch()))
		return false;
	if ((marks & 1) == 0)
		(void)ERR_set_mark();
	marks |= 1;
	return true;
}

void
crypto_prepare(void)
{
	if (atomic_load(&prepared))
		return;
	crypto_enter();
	if (crypto_use())
		atomic_store(&prepared, OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) == 1);
	crypto_leave();
}

static void
load_provider(void)
{
	OSSL_LIB_CTX *new = OSSL_LIB_CTX_new();

	if (new == NULL)
		return;
	provider = OSSL_PROVIDER_load(new, "default");
	if (provider != NULL)
		atomic_store(&context, new);
	else
		OSSL_LIB_CTX_free(new);
}

OSSL_LIB_CTX *
crypto_context(void)
{
	if (!crypto_use())
		return NULL;
	if (atomic_load(&context) == NULL) {
		pthread_mutex_lock(&lock);
		if (atomic_load(&context) == NULL)
			load_provider();
		pthread_mutex_unlock(&lock);
	}
	return atomic_load(&context);
}

void
crypto_before_end(void (*run)(void))
{
	before_end = run;
}

void
crypto_abandon(void)
{
	pthread_mutex_init(&lock, NULL);
	atomic_store(&context, NULL);
	provider = NULL;
	is_child = true;
}

void
crypto_stop(void)
{
	if (is_child || atomic_load(&context) == NULL)
		return;
	if (crypto_use()) {
		(void)OSSL_PROVIDER_unload(provider);
		OSSL_LIB_CTX_free(atomic_load(&context));
	}
	provider = NULL;
	atomic_store(&context, NULL);
}

bool
crypto_is_gone(void)
{
	return atomic_load(&gone);
}

void
crypto_enter(void)
{
	marks <<= 1;
}

void
crypto_leave(void)
{
	if ((marks & 1) != 0 && !crypto_is_gone())
		(void)ERR_pop_to_mark();
	marks >>= 1;
}
