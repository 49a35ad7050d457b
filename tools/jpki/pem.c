/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "pem.h"
#include "text.h"

int
pem_no_passphrase(char *room, int size, int writing, void *data)
{
	(void)room;
	(void)size;
	(void)writing;
	(void)data;
	return -1;
}

bool
pem_is_blank(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] == '\0' || strchr(" \t\r\n", bytes[i]) == NULL)
			return false;
	return true;
}

static bool
is_signature(const char *name, const char *header)
{
	/* RFC 7468, 2: there are no headers; with one it may be said to be encrypted */
	return (strcmp(name, PEM_STRING_CMS) == 0 || strcmp(name, PEM_STRING_PKCS7) == 0) &&
	       *header == '\0';
}

/* NULL: it is not a signature. False: there are no more. */
static bool
read_block(BIO *memory, unsigned char **der, long *size)
{
	char *name = NULL, *header = NULL;

	*der = NULL;
	if (PEM_read_bio(memory, &name, &header, der, size) != 1)
		return false;
	if (!is_signature(name, header)) {
		OPENSSL_free(*der);
		*der = NULL;
	}
	OPENSSL_free(name);
	OPENSSL_free(header);
	return true;
}

unsigned char *
pem_read_signature(const uint8_t *bytes, size_t length, size_t *size, uint64_t *behind)
{
	BIO *memory = BIO_new_mem_buf(bytes, (int)length);
	unsigned char *der = NULL;
	long der_size, left;
	char *rest;

	if (memory == NULL)
		out_of_memory();
	while (der == NULL && read_block(memory, &der, &der_size))
		;
	if (der != NULL) {
		*size = (size_t)der_size;
		left = BIO_get_mem_data(memory, &rest);
		*behind = pem_is_blank(rest, (size_t)left) ? 0 : (uint64_t)left;
	}
	BIO_free(memory);
	return der;
}
