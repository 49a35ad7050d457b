/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "pem.h"
#include "text.h"

#define BEGIN(name) "-----BEGIN " name "-----"
#define END(name) "-----END " name "-----"
#define BEGIN_CMS BEGIN(PEM_STRING_CMS)
#define BEGIN_PKCS7 BEGIN(PEM_STRING_PKCS7)
/* Characters of the first and the last line, without the blank in each. */
#define LINES(name) (strlen(BEGIN(name) END(name)) - 2)

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
	/* RFC 7468, 2: there are no headers; with one it could be encrypted */
	return (strcmp(name, PEM_STRING_CMS) == 0 || strcmp(name, PEM_STRING_PKCS7) == 0) &&
	       *header == '\0';
}

/* Read the next block, which must be a signature; the caller frees it. NULL if it is not. */
static unsigned char *
read_block(BIO *memory, size_t *size)
{
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long length = 0;

	if (PEM_read_bio(memory, &name, &header, &der, &length) == 1 &&
	    !is_signature(name, header)) {
		OPENSSL_free(der);
		der = NULL;
	}
	OPENSSL_free(name);
	OPENSSL_free(header);
	*size = (size_t)length;
	return der;
}

/* The place where a signature seems to begin; NULL if there is none. */
static const uint8_t *
find_begin(const uint8_t *bytes, size_t length)
{
	const uint8_t *cms = memmem(bytes, length, BEGIN_CMS, strlen(BEGIN_CMS));
	const uint8_t *pkcs7 = memmem(bytes, length, BEGIN_PKCS7, strlen(BEGIN_PKCS7));

	return cms == NULL || (pkcs7 != NULL && pkcs7 < cms) ? pkcs7 : cms;
}

static size_t
count_unless_blank(const uint8_t *bytes, size_t length)
{
	return pem_is_blank((const char *)bytes, length) ? 0 : length;
}

/* Count the bytes of the block that are neither its first line, its last line, nor base64 of
 * `der_size` bytes: OpenSSL ignores text after a dash and at the ends of lines. */
static size_t
count_within(const uint8_t *block, size_t length, size_t der_size)
{
	size_t wanted = (der_size + 2) / 3 * 4, there = 0;

	for (size_t i = 0; i < length; i++)
		there += !pem_is_blank((const char *)block + i, 1);
	wanted += memcmp(block, BEGIN_CMS, strlen(BEGIN_CMS)) == 0 ? LINES(PEM_STRING_CMS)
								   : LINES(PEM_STRING_PKCS7);
	return there > wanted ? there - wanted : 0;
}

unsigned char *
pem_read_signature(const uint8_t *bytes, size_t length, size_t *size, uint64_t *beside)
{
	const uint8_t *begin = find_begin(bytes, length), *end;
	BIO *memory;
	unsigned char *der;

	if (begin == NULL)
		return NULL;
	memory = BIO_new_mem_buf(begin, (int)(bytes + length - begin));
	if (memory == NULL)
		out_of_memory();
	der = read_block(memory, size);
	end = bytes + length - BIO_ctrl_pending(memory);
	BIO_free(memory);
	if (der != NULL)
		*beside = count_unless_blank(bytes, (size_t)(begin - bytes)) +
			  count_within(begin, (size_t)(end - begin), *size) +
			  count_unless_blank(end, (size_t)(bytes + length - end));
	return der;
}
