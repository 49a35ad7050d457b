/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "quirks.h"

#define VALUES(...) ((const char *const[]){__VA_ARGS__, NULL})

#define NO_YES VALUES("no", "yes")
#define CERTIFICATE                                                                                \
	VALUES("present", "absent", "claimed", "empty", "not-der", "length-huge", "length-longer", \
	    "length-shorter", "large", "length-indefinite", "length-4-bytes", "length-8192",       \
	    "length-8193", "not-a-certificate", "other-key", "rsa-1024", "rsa-4096", "ec")

static const struct vcard_quirk quirks[QUIRKS] = {
    [QUIRK_BLOCKED_VERIFY] = {"blocked-verify", VALUES("6984", "6983", "63c0"),
	"answer to a PIN that is blocked already"},
    [QUIRK_BLOCKED_COUNT] = {"blocked-count", VALUES("63c0", "6983", "6984"),
	"answer to VERIFY without a PIN when it is blocked"},
    [QUIRK_VERIFIED_COUNT] = {"verified-count", VALUES("63cx", "9000"),
	"answer to VERIFY without a PIN while it is verified"},
    [QUIRK_SELECT_CLEARS] = {"select-clears", NO_YES,
	"selecting an application forgets its verified PINs"},
    [QUIRK_RESET_CLEARS] = {"reset-clears", NO_YES, "a warm reset forgets all verified PINs"},
    [QUIRK_WRONG_PIN] = {"wrong-pin", VALUES("forgets", "keeps"),
	"a wrong PIN makes the card forget that it was verified before, or not"},
    [QUIRK_PIN_LENGTH] = {"pin-length", VALUES("counts", "6700"),
	"a PIN of impossible length spends a try, or is refused"},
    [QUIRK_SIGNATURE_CERTIFICATE] = {"signature-certificate", CERTIFICATE,
	"EF 0001: absent (0008 says so), claimed (0008 says present), or malformed"},
    [QUIRK_AUTHENTICATION_CERTIFICATE] = {"authentication-certificate", CERTIFICATE,
	"EF 000A: the same"},
    [QUIRK_CA_CERTIFICATES] = {"ca-certificates", CERTIFICATE, "EF 0002 and 000B: the same"},
    [QUIRK_PRESENCE] = {"presence", VALUES("present", "missing", "short", "none"),
	"EF 0008: as it is, none, one byte, or no certificate in it"},
    [QUIRK_LABEL] = {"label", VALUES("card", "android", "iphone", "resident"),
	"which kind of token it says it is; android hides EF 000A behind the PIN"},
    [QUIRK_TOKEN_INFO] = {"token-info", VALUES("sane", "binary", "blank", "short", "missing"),
	"EF 0006: text, no text, FF, 40 bytes, or none"},
    [QUIRK_FIRST_COMMAND] = {"first-command", VALUES("normal", "6f00"),
	"answer to the first command after power came"},
    [QUIRK_SHORT_IDENTIFIERS] = {"short-identifiers",
	VALUES("known", "6a86", "6b00", "6a82", "6982", "6985", "6986", "6a80"),
	"answer to short EF identifiers if the card does not know them"},
    [QUIRK_READ_LIMIT] = {"read-limit", VALUES("none", "128", "100"),
	"the most bytes that one READ BINARY gives"},
    [QUIRK_SIGN_FORMS] = {"sign-forms", VALUES("all", "pkcs1"),
	"all of P1 = 00, 02 to 05, or 00 alone"},
    [QUIRK_SIGN_LENGTH] = {"sign-length", VALUES("6985", "6700"),
	"answer to signing data of a wrong length"},
    [QUIRK_SIGNATURE] = {"signature", VALUES("right", "damaged", "other-key", "short"),
	"what comes back from signing"},
    [QUIRK_PSS_SALT] = {"pss-salt", VALUES("32", "0", "20", "222"),
	"bytes of salt in a PSS signature"},
    [QUIRK_CHAINING] = {"chaining", VALUES("no", "all", "half"),
	"61xx: for all data, or for what exceeds 128 bytes"},
    [QUIRK_WRONG_LE] = {"wrong-le", VALUES("short", "6cxx", "6700"),
	"answer to an Le of more bytes than there are; 6700: to READ BINARY of more than 128"},
    [QUIRK_END_OF_FILE] = {"end-of-file", VALUES("9000", "6282"),
	"status of a read that runs over the end of the file"},
    [QUIRK_APPLICATION] = {"application", VALUES("present", "absent", "foreign"),
	"no JPKI application, or no Japanese application at all"},
    [QUIRK_PRESELECTED] = {"preselected",
	VALUES("none", "issuer", "common", "register", "surface", "input-aid", "jpki"),
	"which application is selected when power comes"},
    [QUIRK_ATR] = {"atr",
	VALUES("contact", "contact-2", "contact-3", "contactless", "contactless-2"),
	"which of the observed answers to reset"},
    [QUIRK_ATTRIBUTES] = {"attributes",
	VALUES("present", "absent", "empty", "garbled", "length-longer", "length-shorter",
	    "no-name", "large", "indefinite"),
	"EF 0002 of the input aid: absent (no such application), or malformed"},
    [QUIRK_MANUFACTURE_NUMBER] = {"manufacture-number",
	VALUES("present", "absent", "no-record", "short", "garbled"),
	"the common application: absent, or its record is, or is malformed"},
    [QUIRK_EXTENDED] = {"extended", VALUES("no", "yes", "short", "chokes"),
	"READ BINARY with extended length: 6700, as asked, 256 bytes, or no answer"},
};

unsigned
quirk(const struct vcard *card, enum quirk quirk)
{
	return card->quirks[quirk];
}

unsigned
quirk_number(const struct vcard *card, enum quirk quirk, int base)
{
	return (unsigned)strtoul(quirks[quirk].values[card->quirks[quirk]], NULL, base);
}

const struct vcard_quirk *
vcard_quirk(size_t index)
{
	return index < QUIRKS ? &quirks[index] : NULL;
}

static int
quirk_index(const char *name)
{
	for (int i = 0; i < QUIRKS; i++) {
		if (strcmp(quirks[i].name, name) == 0)
			return i;
	}
	return -1;
}

static int
value_unknown(const struct vcard_quirk *row, const char *value, struct vcard_error *error)
{
	char list[256] = "";

	for (const char *const *v = row->values; *v != NULL; v++) {
		strncat(list, " ", sizeof(list) - strlen(list) - 1);
		strncat(list, *v, sizeof(list) - strlen(list) - 1);
	}
	return fail(error, "%s cannot be \"%s\"; it is one of:%s", row->name, value, list);
}

int
vcard_quirk_set(struct vcard *card, const char *name, const char *value, struct vcard_error *error)
{
	int index = quirk_index(name);

	if (index < 0)
		return fail(error, "there is no quirk \"%s\"; --help lists them", name);
	for (uint8_t i = 0; quirks[index].values[i] != NULL; i++) {
		if (strcmp(quirks[index].values[i], value) != 0)
			continue;
		pthread_mutex_lock(&card->lock);
		card->quirks[index] = i;
		pthread_mutex_unlock(&card->lock);
		return 0;
	}
	return value_unknown(&quirks[index], value, error);
}

const char *
vcard_quirk_get(struct vcard *card, const char *name)
{
	const char *value = NULL;
	int index = quirk_index(name);

	if (index < 0)
		return NULL;
	pthread_mutex_lock(&card->lock);
	value = quirks[index].values[card->quirks[index]];
	pthread_mutex_unlock(&card->lock);
	return value;
}

void
vcard_quirks_reset(struct vcard *card)
{
	pthread_mutex_lock(&card->lock);
	memset(card->quirks, 0, sizeof(card->quirks));
	pthread_mutex_unlock(&card->lock);
}
