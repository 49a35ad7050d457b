/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * It takes a tenth of a second and more to make a key, and each card has some: the n-th key that a
 * program asks for is the one that the first program has left which asked for so many, in a folder
 * of the build.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#define RSA_BITS 2048

EVP_PKEY *__real_EVP_PKEY_Q_keygen(
    OSSL_LIB_CTX *context, const char *properties, const char *type, ...);
EVP_PKEY *__wrap_EVP_PKEY_Q_keygen(
    OSSL_LIB_CTX *context, const char *properties, const char *type, ...);

static EVP_PKEY *
load(const char *path)
{
	FILE *file = fopen(path, "re");
	EVP_PKEY *key = NULL;

	if (file != NULL) {
		key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		(void)fclose(file);
	}
	return key;
}

/* Whole or not at all: others read there. */
static void
keep(const EVP_PKEY *key, const char *path)
{
	char part[256];
	FILE *file;
	int written;

	if (snprintf(part, sizeof(part), "%s.%d", path, (int)getpid()) >= (int)sizeof(part))
		return;
	file = fopen(part, "we");
	if (file == NULL)
		return;
	written = PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
	if (fclose(file) != 0 || written != 1 || rename(part, path) != 0)
		(void)unlink(part);
}

EVP_PKEY *
__wrap_EVP_PKEY_Q_keygen(OSSL_LIB_CTX *context, const char *properties, const char *type, ...)
{
	static atomic_uint count;
	char path[240];
	EVP_PKEY *key;
	size_t bits;
	va_list more;

	va_start(more, type);
	bits = va_arg(more, size_t);
	va_end(more);
	if (strcmp(type, "RSA") != 0 || bits != RSA_BITS)
		return __real_EVP_PKEY_Q_keygen(context, properties, type, bits);
	(void)snprintf(
	    path, sizeof(path), "%s/key%u.pem", KEYS_FOLDER, atomic_fetch_add(&count, 1));
	key = load(path);
	if (key == NULL) {
		key = __real_EVP_PKEY_Q_keygen(context, properties, type, bits);
		if (key != NULL)
			keep(key, path);
	}
	return key;
}
