/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "certificate_file.h"
#include "known_ca.h"
#include "message.h"
#include "text.h"

#define FINGERPRINT 32

/* The three generations of a CA have the same name. */
static const struct row {
	const char *name;
	unsigned char fingerprint[FINGERPRINT]; /* SHA-256 */
} table[] = {
    {N_("the JPKI CA for user authentication, of 2015"),
	{0x4d, 0xcf, 0xc4, 0xca, 0x0a, 0xaf, 0x9f, 0xb2, 0xa3, 0x08, 0x1b, 0x3f, 0x0c, 0x99, 0x1c,
	    0x32, 0x0b, 0x3a, 0xcc, 0x00, 0x86, 0x67, 0xa3, 0x41, 0xee, 0xae, 0xc5, 0xaf, 0x1d,
	    0x58, 0xca, 0x7d}},
    {N_("the JPKI CA for user authentication, of 2023"),
	{0x64, 0x11, 0x4f, 0x29, 0x62, 0x0c, 0x24, 0xed, 0x26, 0x31, 0xd4, 0x64, 0x76, 0xa0, 0x40,
	    0xe7, 0xee, 0x74, 0x0d, 0x95, 0x60, 0x89, 0xc0, 0x0b, 0x03, 0x6a, 0x6a, 0x81, 0x18,
	    0xc3, 0x22, 0xb5}},
    {N_("the JPKI CA for digital signature, of 2015"),
	{0x19, 0x64, 0x54, 0x05, 0xa1, 0xfe, 0x14, 0x37, 0x74, 0x34, 0xbd, 0x55, 0x95, 0x76, 0x28,
	    0xac, 0x40, 0x38, 0x55, 0x7c, 0x54, 0x24, 0x03, 0xa2, 0x24, 0x3f, 0x21, 0xc7, 0x06,
	    0xfc, 0x93, 0x55}},
    {N_("the JPKI CA for digital signature, of 2019"),
	{0x79, 0x67, 0x9c, 0x33, 0xe4, 0xcc, 0x93, 0x19, 0x44, 0x0f, 0x1a, 0xd1, 0x20, 0xa5, 0x97,
	    0xff, 0x18, 0x44, 0xe2, 0xef, 0x21, 0x70, 0x63, 0xad, 0xb1, 0x76, 0x96, 0x6f, 0xd5,
	    0xe6, 0xfb, 0xeb}},
    {N_("the JPKI CA for digital signature, of 2023"),
	{0xd2, 0x27, 0xf6, 0xcd, 0xe1, 0x1d, 0x35, 0xc5, 0x25, 0x21, 0x78, 0xf1, 0x06, 0xf8, 0x43,
	    0xd2, 0x46, 0x51, 0x94, 0x49, 0x75, 0x41, 0x3b, 0x53, 0x9f, 0xa2, 0xfb, 0x68, 0xdb,
	    0xfa, 0x36, 0x5f}},
};

const char *
known_ca_name(const X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1 || length != FINGERPRINT)
		return NULL;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (memcmp(table[i].fingerprint, digest, FINGERPRINT) == 0)
			return table[i].name;
	return NULL;
}

static bool
has(const struct known_cas *cas, const X509 *certificate)
{
	for (size_t i = 0; i < cas->count; i++)
		if (X509_cmp(cas->rows[i], certificate) == 0)
			return true;
	return false;
}

void
known_cas_add(struct known_cas *cas, const X509 *certificate)
{
	X509 *copy;

	if (has(cas, certificate))
		return;
	copy = X509_dup(certificate);
	if (copy == NULL)
		out_of_memory();
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): it is a list of pointers */
	cas->rows = list_grow(cas->rows, cas->count, sizeof(*cas->rows));
	cas->rows[cas->count++] = copy;
}

bool
known_cas_offer(struct known_cas *cas, const X509 *certificate)
{
	if (known_ca_name(certificate) != NULL)
		known_cas_add(cas, certificate);
	return has(cas, certificate);
}

static void
add_all(struct known_cas *cas, struct stack_st_X509 *certificates)
{
	for (int i = 0; i < sk_X509_num(certificates); i++)
		known_cas_add(cas, sk_X509_value(certificates, i));
	sk_X509_pop_free(certificates, X509_free);
}

int
known_cas_load(const struct words *words, struct known_cas *cas)
{
	struct stack_st_X509 *file = NULL, *folder = NULL;
	int status = STATUS_DONE;

	*cas = (struct known_cas){0};
	if (verb_has(words, OPTION_CA))
		status = certificate_file_read(words->value[OPTION_CA], &file);
	if (status == STATUS_DONE && verb_has(words, OPTION_CA_DIR))
		status = certificate_folder_read(words->value[OPTION_CA_DIR], &folder);
	add_all(cas, file);
	add_all(cas, folder);
	return status;
}

void
known_cas_free(struct known_cas *cas)
{
	for (size_t i = 0; i < cas->count; i++)
		X509_free(cas->rows[i]);
	free(cas->rows);
	*cas = (struct known_cas){0};
}
