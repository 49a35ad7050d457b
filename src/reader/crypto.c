/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/crypto.h"

#include <stdatomic.h>
#include <stddef.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

static OSSL_LIB_CTX *context;
static OSSL_PROVIDER *provider;
static atomic_bool gone;
static void (*before_end)(void);
static bool watched;
static bool is_child; /* of a fork, in which OpenSSL's locks may be held for ever */

static void
openssl_stopped(void)
{
	if (before_end != NULL)
		before_end();
	atomic_store(&gone, true);
}

void
crypto_prepare(void)
{
	if (crypto_is_gone())
		return;
	(void)ERR_set_mark();
	(void)OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
	(void)ERR_pop_to_mark();
}

static bool
load_provider(void)
{
	context = OSSL_LIB_CTX_new();
	if (context == NULL)
		return false;
	provider = OSSL_PROVIDER_load(context, "default");
	if (provider == NULL)
		crypto_stop();
	return provider != NULL;
}

bool
crypto_start(void)
{
	if (crypto_is_gone())
		return false;
	if (!watched && OPENSSL_atexit(openssl_stopped) != 1)
		return false;
	watched = true;
	return context != NULL || load_provider();
}

void
crypto_before_end(void (*run)(void))
{
	before_end = run;
}

void
crypto_abandon(void)
{
	context = NULL;
	provider = NULL;
	is_child = true;
}

void
crypto_stop(void)
{
	if (is_child)
		return;
	if (!atomic_load(&gone)) {
		if (provider != NULL)
			(void)OSSL_PROVIDER_unload(provider);
		OSSL_LIB_CTX_free(context);
	}
	provider = NULL;
	context = NULL;
}

OSSL_LIB_CTX *
crypto_context(void)
{
	return context;
}

bool
crypto_is_gone(void)
{
	return atomic_load(&gone);
}

void
crypto_enter(void)
{
	if (!crypto_is_gone())
		(void)ERR_set_mark();
}

void
crypto_leave(void)
{
	if (!crypto_is_gone())
		(void)ERR_pop_to_mark();
}
