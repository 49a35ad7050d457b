/* SPDX-License-Identifier: BSD-2-Clause */
#include <jpki/jpki.h>
#include <openssl/x509.h>
#include <stdio.h>

static int
show(uint64_t card, BIO *out)
{
	static const char *const names[] = {"authentication", "signature"};
	uint8_t der[JPKI_CERTIFICATE_MAX];
	const uint8_t *at = der;
	size_t length = sizeof(der);
	unsigned left, most;
	int rv;

	for (int role = 0; role < JPKI_ROLES; role++)
		if (jpki_tries(card, (enum jpki_role)role, &left, &most) == JPKI_OK)
			BIO_printf(out, "%s: %u of %u tries left\n", names[role], left, most);
	rv = jpki_certificate(card, JPKI_AUTHENTICATION, JPKI_CERTIFICATE, der, &length);
	if (rv == JPKI_OK && BIO_puts(out, "authentication ends ") > 0)
		ASN1_TIME_print(out, X509_get0_notAfter(d2i_X509(NULL, &at, (long)length)));
	return rv;
}

int
main(void)
{
	uint64_t card = 0;
	unsigned keys = 0;
	enum jpki_holds holds;
	int rv = jpki_start(JPKI_ALL_ROLES);

	for (size_t i = 0; keys == 0 && jpki_reader_card(i, &holds, &card) == JPKI_OK; i++)
		(void)jpki_keys(card, &keys);
	if (rv == JPKI_OK)
		rv = keys != 0 ? show(card, BIO_new_fp(stdout, BIO_NOCLOSE)) : JPKI_ERR_NO_CARD;
	puts(rv == JPKI_OK ? "" : jpki_strerror(rv));
	return rv == JPKI_OK ? 0 : 1;
}
