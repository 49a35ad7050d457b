/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the card holds in its files. An input: one byte tells which file, for which token and how
 * the card gives it, the rest is the file. It is read by the card layer, parsed, and seen through
 * the module as attributes and token information; the three must agree.
 *
 *	bits 0-1  own certificate, CA certificate, EF 0006, EF 0008
 *	bit 2     of the signature token
 *	bit 3     the card gives at most 100 bytes at a time
 *	bit 4     the rest is parsed as a certificate without a card
 *	bit 5     the card layer may read with extended length
 */

#include <string.h>

#include <jpki/card.h>

#include "fuzz.h"
#include "good_token.h"
#include "objects.h"
#include "reader/certificate.h"
#include "reader/crypto.h"
#include "transport.h"

enum { OWN, CA, INFO, PRESENCE };

static struct good_card good;

static bool
is_date(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] < '0' || bytes[i] > '9')
			return false;
	return length == 8;
}

static void
parse(const uint8_t *bytes, size_t length, bool of_card_key)
{
	uint8_t *der = fuzz_memory(bytes, length);
	struct certificate *c;
	int rv = certificate_parse(der, length, of_card_key, &c);

	free(der);
	fuzz_check((rv == JPKI_OK) == (c != NULL));
	fuzz_check(rv == JPKI_OK || rv == JPKI_ERR_DATA);
	if (c == NULL)
		return;
	for (int i = 0; i < CERTIFICATE_FIELDS; i++) {
		const uint8_t *value;
		size_t size;

		fuzz_check(
		    certificate_field(c, (enum certificate_field)i, &value, &size) == JPKI_OK);
		fuzz_check(value != NULL || (i >= CERTIFICATE_MODULUS && !of_card_key));
	}
	fuzz_check(c->fields[CERTIFICATE_VALUE].length == length &&
		   memcmp(c->fields[CERTIFICATE_VALUE].bytes, bytes, length) == 0);
	fuzz_check(is_date(
	    c->fields[CERTIFICATE_START_DATE].bytes, c->fields[CERTIFICATE_START_DATE].length));
	fuzz_check(
	    is_date(c->fields[CERTIFICATE_END_DATE].bytes, c->fields[CERTIFICATE_END_DATE].length));
	fuzz_check(!of_card_key || c->fields[CERTIFICATE_MODULUS].length == 256);
	fuzz_check(certificate_issued(c, c) ||
		   c->fields[CERTIFICATE_ISSUER].length != c->fields[CERTIFICATE_SUBJECT].length ||
		   memcmp(c->fields[CERTIFICATE_ISSUER].bytes, c->fields[CERTIFICATE_SUBJECT].bytes,
		       c->fields[CERTIFICATE_ISSUER].length) != 0);
	certificate_free(&c);
}

/* The file by the card layer alone: what comes is the file, up to where it says it ends. */
static void
read_by_card(
    enum jpki_role role, unsigned which, const uint8_t *bytes, size_t length, bool long_reads)
{
	static struct jpki_der der;
	struct jpki_token_info info;
	bool present[JPKI_ROLES];
	struct jpki_service *service;
	struct jpki_card *card;

	fuzz_check(jpki_transport.start(&service) == JPKI_OK);
	fuzz_check(jpki_card_new(service, TRANSPORT_READER, &card) == JPKI_OK);
	jpki_card_try_long(card, long_reads);
	fuzz_check(jpki_card_begin(card, JPKI_BEGIN_SELECT, -1) == JPKI_OK);
	if (which == INFO) {
		fuzz_check(jpki_card_read_info(card, &info) == JPKI_OK);
		fuzz_check(strlen(info.label) <= 32 && strlen(info.serial) <= 16);
	} else if (which == PRESENCE) {
		fuzz_check((jpki_card_read_presence(card, present) == JPKI_OK) == (length >= 3));
	} else {
		memset(&der, 0, sizeof(der));
		if (jpki_card_read_certificate(card, role, (enum jpki_certificate)which, &der) ==
		    JPKI_OK) {
			fuzz_check(der.have == der.total && der.total <= length);
			fuzz_check(memcmp(der.bytes, bytes, der.total) == 0);
			parse(der.bytes, der.total, which == OWN);
		}
		fuzz_check(der.have <= sizeof(der.bytes));
	}
	fuzz_check(jpki_card_end(card) == JPKI_OK);
	jpki_card_free(&card);
	jpki_transport.stop(&service);
}

/* CKA_VALUE of the own certificate is the beginning of the file. */
static void
judge_value(CK_SESSION_HANDLE session, const uint8_t *bytes, size_t length)
{
	static CK_BYTE value[JPKI_CERTIFICATE_MAX];
	CK_ULONG value_length = sizeof(value);

	if (!objects_certificate(session, value, &value_length))
		return;
	fuzz_check(value_length <= length);
	fuzz_check(memcmp(value, bytes, value_length) == 0);
}

static void
read_by_module(enum jpki_role role, unsigned which, const uint8_t *bytes, size_t length)
{
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO info;

	(void)C_GetTokenInfo(role, &info);
	if (pkcs11_open_session(pkcs11_linked(), role, 0, &session) != CKR_OK)
		return;
	if (role == JPKI_AUTHENTICATION ||
	    good_token_login(session, role, CKU_USER, GOOD_PASSWORD) == CKR_OK) {
		objects_read(session);
		if (which == OWN) /* the first certificate, where it can be seen */
			judge_value(session, bytes, length);
	}
	(void)C_CloseSession(session);
}

void
fuzz_prepare(void)
{
	good_token_prepare();
	fuzz_check(C_Initialize(NULL) == CKR_OK);
}

static enum good_file
file_of(enum jpki_role role, unsigned which)
{
	if (which == INFO)
		return GOOD_INFO;
	if (which == PRESENCE)
		return GOOD_PRESENCE;
	if (role == JPKI_AUTHENTICATION)
		return which == OWN ? GOOD_AUTHENTICATION : GOOD_AUTHENTICATION_CA;
	return which == OWN ? GOOD_SIGNATURE : GOOD_SIGNATURE_CA;
}

void
fuzz_try(struct fuzz_input *input)
{
	uint8_t mode = fuzz_byte(input);
	enum jpki_role role = (mode & 4) != 0 ? JPKI_SIGNATURE : JPKI_AUTHENTICATION;
	unsigned which = mode & 3;

	if ((mode & 16) != 0) {
		parse(input->at, input->left, which == OWN);
		return;
	}
	good_card_new(&good);
	good.instead.ef = good_files[file_of(role, which)].ef;
	good.instead.bytes = input->at;
	good.instead.length = input->left;
	good.block = (mode & 8) != 0 ? 100 : 0;
	good.verified = 1 << JPKI_SIGNATURE;
	good_token_insert(&good);
	read_by_card(role, which, input->at, input->left, (mode & 32) != 0);
	good.verified = 0;
	read_by_module(role, which, input->at, input->left);
	transport_check_idle();
	transport_remove();
}
