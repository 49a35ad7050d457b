/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/examine_signatures.h"

#include <string.h>

#include "card/status.h"

#define SALT_SIZE 32
#define HASH_SIZE 32
/* DigestInfo of a SHA-256 hash without the hash (RFC 8017, 9.2, note 1). */
#define INFO_SIZE 19

/* The text that is signed. It says what it is for, so that the signature is of no other use. */
static const char text[] = "jpki examines a card: this is signed for nothing else";

/* The DigestInfo of the text, with its SHA-256 hash at the end. */
static const uint8_t digest_info[INFO_SIZE + HASH_SIZE] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60,
    0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20, 0x81, 0x8B, 0x51, 0x96,
    0xD6, 0x40, 0x42, 0x4A, 0xA2, 0x7E, 0x90, 0x24, 0x5D, 0xBB, 0x74, 0xFE, 0xA4, 0xAC, 0xEB, 0x0F,
    0xE6, 0xAB, 0x9A, 0xD0, 0x17, 0x5E, 0xA6, 0x55, 0x23, 0x77, 0xBE, 0xDD};
static const uint8_t *const hash = digest_info + INFO_SIZE;

enum given { GIVEN_INFO, GIVEN_HASH, GIVEN_TEXT, GIVEN_LONGEST, GIVEN_TOO_LONG };
enum made { MADE_PKCS1, MADE_PSS, MADE_NOTHING };

static const struct form {
	struct fact fact;
	uint8_t p1;
	bool by_short_identifier;
	enum given given;
	enum made made;
} forms[] = {
    {{"sign-00", "signing, P1 = 00, a DigestInfo", "right"}, 0x00, false, GIVEN_INFO, MADE_PKCS1},
    {{"sign-00-longest", "signing, P1 = 00, 245 bytes", "right"}, 0x00, false, GIVEN_LONGEST,
	MADE_PKCS1},
    {{"sign-02", "signing, P1 = 02, a hash", "right"}, 0x02, false, GIVEN_HASH, MADE_PKCS1},
    {{"sign-03", "signing, P1 = 03, a text", "right"}, 0x03, false, GIVEN_TEXT, MADE_PKCS1},
    {{"sign-04", "signing, P1 = 04, a hash", "PSS, 32 bytes of salt"}, 0x04, false, GIVEN_HASH,
	MADE_PSS},
    {{"sign-05", "signing, P1 = 05, a text", "PSS, 32 bytes of salt"}, 0x05, false, GIVEN_TEXT,
	MADE_PSS},
    {{"sign-01", "signing, P1 = 01", "6A86"}, 0x01, false, GIVEN_HASH, MADE_NOTHING},
    {{"sign-length", "signing, P1 = 00, 246 bytes", "6985 or 6700"}, 0x00, false, GIVEN_TOO_LONG,
	MADE_NOTHING},
    {{"sign-short", "signing by short identifier", "right"}, 0x00, true, GIVEN_INFO, MADE_PKCS1},
};

/* The data of a command; there is room for one byte too many (GIVEN_TOO_LONG). */
struct data {
	uint8_t bytes[JPKI_SIGN_DATA_MAX + 1];
	size_t length;
};

static void
set_data(struct data *data, const void *bytes, size_t length)
{
	memcpy(data->bytes, bytes, length);
	data->length = length;
}

static void
make_data(enum given given, struct data *data)
{
	switch (given) {
	case GIVEN_INFO:
		set_data(data, digest_info, sizeof(digest_info));
		return;
	case GIVEN_HASH:
		set_data(data, hash, HASH_SIZE);
		return;
	case GIVEN_TEXT:
		set_data(data, text, sizeof(text) - 1);
		return;
	default:
		data->length = given == GIVEN_LONGEST ? JPKI_SIGN_DATA_MAX : sizeof(data->bytes);
		for (size_t i = 0; i < data->length; i++)
			data->bytes[i] = (uint8_t)text[i % (sizeof(text) - 1)];
	}
}

/* With P1 = 00 the card signs the data as given; else it adds the DigestInfo. */
static void
see_pkcs1(const struct data *data, const struct form *form, const struct signature_judge *judge,
    const uint8_t *signature, struct finding *finding)
{
	bool as_given = form->p1 == 0x00;
	bool right = judge->is_pkcs1(judge->key, as_given ? data->bytes : digest_info,
	    as_given ? data->length : sizeof(digest_info), signature);

	examine_see(finding, right, "%s", right ? "right" : "a wrong signature");
}

static void
see_pss(const struct signature_judge *judge, const uint8_t *signature, struct finding *finding)
{
	int salt = judge->salt_length(judge->key, hash, signature);

	if (salt < 0)
		examine_see(finding, false, "a wrong signature");
	else
		examine_see(finding, salt == SALT_SIZE, "PSS, %d bytes of salt", salt);
}

static bool
is_refusal(const struct form *form, uint16_t sw)
{
	if (form->given == GIVEN_TOO_LONG)
		return sw == 0x6985 || sw == 0x6700;
	return sw == 0x6A86;
}

static void
see(const struct form *form, const struct data *data, const struct signature_judge *judge,
    const struct response *response, struct finding *finding)
{
	if (response->sw != SW_OK || response->length != JPKI_SIGNATURE_SIZE)
		examine_see_answer(finding,
		    form->made == MADE_NOTHING && is_refusal(form, response->sw), response);
	else if (form->made == MADE_PKCS1)
		see_pkcs1(data, form, judge, response->data, finding);
	else if (form->made == MADE_PSS)
		see_pss(judge, response->data, finding);
	else
		examine_see(finding, false, "it signs");
}

static int
ask(const struct examination *examination, const struct form *form,
    const struct signature_judge *judge)
{
	struct finding finding = {0};
	struct response response = {0};
	struct data data;
	int rv;

	make_data(form->given, &data);
	rv = examine_sign(
	    examination, form->p1, form->by_short_identifier, data.bytes, data.length, &response);
	if (rv == JPKI_OK)
		see(form, &data, judge, &response, &finding);
	else if (!examine_see_error(&finding, rv))
		return rv;
	explicit_bzero(&response, sizeof(response));
	examine_tell(examination, &form->fact, &finding);
	return JPKI_OK;
}

int
examine_signatures(const struct examination *examination, const struct signature_judge *judge)
{
	int rv = JPKI_OK;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && rv == JPKI_OK; i++)
		rv = ask(examination, &forms[i], judge);
	return rv;
}

void
examine_skip_signatures(const struct examination *examination)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		examine_skip(examination, &forms[i].fact);
}

int
examine_try_signing(const struct examination *examination)
{
	struct response response = {0};
	int rv =
	    examine_sign(examination, 0x00, false, digest_info, sizeof(digest_info), &response);

	explicit_bzero(response.data, sizeof(response.data));
	return rv == JPKI_OK ? status_error(examination->card, response.sw) : rv;
}
