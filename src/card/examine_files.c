/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/examine_files.h"

#include <string.h>

#include "card/credential.h"
#include "card/file.h"
#include "card/status.h"

/* Offsets and sizes in EF 0006 (F-TOKEN-INFO). */
#define INFO_SIZE 160
#define INFO_TEXTS 96 /* label, manufacturer, model, serial number */
#define INFO_PIN_LENGTHS 116
#define INFO_VERSIONS 140
#define INFO_TIME 144

/* EF 0008 (F-PRESENCE). */
#define PRESENCE_SIZE 3
#define PRESENT 0x8F

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const kinds[] = {
    [JPKI_KIND_CARD] = "My Number card",
    [JPKI_KIND_ANDROID] = "Android phone",
    [JPKI_KIND_IPHONE] = "iPhone",
    [JPKI_KIND_RESIDENT] = "resident card",
};

/* The first 256 bytes of a file, or all of it if it is shorter. */
static int
read_file(const struct examination *examination, uint16_t ef, uint8_t bytes[256], size_t *length)
{
	size_t more = 1;
	int rv = file_select(examination->card, ef);

	*length = 0;
	while (rv == JPKI_OK && more > 0 && *length < 256) {
		rv = file_read_next(
		    examination->card, *length, bytes + *length, 256 - *length, &more);
		*length += more;
	}
	/* some cards may answer with an error at the end of the file */
	return *length > 0 && status_is_from_card(rv) ? JPKI_OK : rv;
}

static int
ask_info_length(const struct examination *examination, struct finding *finding)
{
	uint8_t bytes[256];
	size_t length;
	int rv = read_file(examination, EF_TOKEN_INFO, bytes, &length);

	examine_see(finding, length == INFO_SIZE, "%zu bytes", length);
	return rv;
}

static int
ask_presence_length(const struct examination *examination, struct finding *finding)
{
	uint8_t bytes[256];
	size_t length;
	int rv = read_file(examination, EF_PRESENCE, bytes, &length);

	examine_see(finding, length == PRESENCE_SIZE, "%zu byte%s", length, length == 1 ? "" : "s");
	return rv;
}

/* Only the value for both certificates is known. */
static int
ask_presence(const struct examination *examination, struct finding *finding)
{
	uint8_t bytes[256];
	size_t length;
	int rv = read_file(examination, EF_PRESENCE, bytes, &length);

	if (length < PRESENCE_SIZE)
		examine_see(finding, false, "too short");
	else
		examine_see(finding, bytes[0] == PRESENT && bytes[1] == PRESENT && bytes[2] == 0,
		    "%02X %02X %02X", bytes[0], bytes[1], bytes[2]);
	return rv;
}

static bool
all(const uint8_t *bytes, size_t length, uint8_t first, uint8_t last)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] < first || bytes[i] > last)
			return false;
	return true;
}

/* Read EF 0006. If it is too short, *whole is false, and the finding says so. */
static int
read_info(
    const struct examination *examination, uint8_t bytes[256], struct finding *finding, bool *whole)
{
	size_t length;
	int rv = read_file(examination, EF_TOKEN_INFO, bytes, &length);

	*whole = rv == JPKI_OK && length >= INFO_SIZE;
	if (!*whole)
		examine_see(finding, false, "too short");
	return rv;
}

static int
ask_label(const struct examination *examination, struct finding *finding)
{
	struct jpki_token_info info;
	int rv = jpki_card_read_info(examination->card, &info);

	if (rv != JPKI_OK)
		return rv;
	if (info.kind != JPKI_KIND_UNKNOWN)
		examine_see(finding, true, "%s", kinds[info.kind]);
	else
		examine_see(finding, false, info.label[0] != '\0' ? "not a known one" : "no text");
	return JPKI_OK;
}

static int
ask_texts(const struct examination *examination, struct finding *finding)
{
	uint8_t bytes[256];
	bool whole;
	int rv = read_info(examination, bytes, finding, &whole);

	if (whole)
		examine_see(finding, all(bytes, INFO_TEXTS, 0x20, 0x7E), "%s",
		    all(bytes, INFO_TEXTS, 0x20, 0x7E)	 ? "printable ASCII"
		    : all(bytes, INFO_TEXTS, 0xFF, 0xFF) ? "FF"
							 : "not printable");
	return rv;
}

/* The longest and the shortest PIN, in four bytes each. */
static int
ask_numbers(const struct examination *examination, struct finding *finding)
{
	static const uint8_t zero[3] = {0};
	uint8_t bytes[256];
	const uint8_t *pin = bytes + INFO_PIN_LENGTHS;
	bool whole, big, little;
	int rv = read_info(examination, bytes, finding, &whole);

	if (!whole)
		return rv;
	big = memcmp(pin, zero, 3) == 0 && memcmp(pin + 4, zero, 3) == 0;
	little = memcmp(pin + 1, zero, 3) == 0 && memcmp(pin + 5, zero, 3) == 0;
	examine_see(finding, big && !little, "%s",
	    big && little ? "0"
	    : big	  ? "big-endian"
	    : little	  ? "little-endian"
			  : "no lengths");
	return rv;
}

static int
ask_versions(const struct examination *examination, struct finding *finding)
{
	uint8_t bytes[256];
	bool whole, digits;
	int rv = read_info(examination, bytes, finding, &whole);

	if (!whole)
		return rv;
	digits = all(bytes + INFO_VERSIONS, INFO_TIME - INFO_VERSIONS, '0', '9');
	examine_see(finding, digits, "%s", digits ? "ASCII digits" : "no ASCII digits");
	return rv;
}

static int
ask_time(const struct examination *examination, struct finding *finding)
{
	uint8_t bytes[256];
	bool whole, nines;
	int rv = read_info(examination, bytes, finding, &whole);

	if (!whole)
		return rv;
	nines = all(bytes + INFO_TIME, INFO_SIZE - INFO_TIME, '9', '9');
	examine_see(finding, nines, "%s", nines ? "all 9" : "not all 9");
	return rv;
}

#define FILLER_SIZE 16

/* What follows the CA certificate, which can be read without a PIN. */
static int
ask_filler(const struct examination *examination, struct finding *finding)
{
	struct jpki_der der = {0};
	uint8_t filler[FILLER_SIZE];
	size_t length;
	int rv = jpki_card_read_certificate_head(
	    examination->card, JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE, &der);

	if (rv == JPKI_ERR_NOT_FOUND || rv == JPKI_ERR_DATA)
		examine_see(finding, false, "no certificate");
	if (rv != JPKI_OK)
		return rv == JPKI_ERR_NOT_FOUND || rv == JPKI_ERR_DATA ? JPKI_OK : rv;
	rv = file_read_next(examination->card, der.total, filler, sizeof(filler), &length);
	if (length == 0)
		examine_see(finding, false, "nothing");
	else
		examine_see(finding, all(filler, length, 0xFF, 0xFF), "%s",
		    all(filler, length, 0xFF, 0xFF) ? "FF" : "something else");
	return rv;
}

static const struct question questions[] = {
    {{"token-info-length", "EF 0006: length", "160 bytes"}, ask_info_length},
    {{"token-info-label", "EF 0006: label", "a known one"}, ask_label},
    {{"token-info-texts", "EF 0006: texts", "printable ASCII"}, ask_texts},
    {{"token-info-numbers", "EF 0006: lengths of a PIN", "big-endian"}, ask_numbers},
    {{"token-info-versions", "EF 0006: versions", "ASCII digits"}, ask_versions},
    {{"token-info-time", "EF 0006: time", "all 9"}, ask_time},
    {{"presence-length", "EF 0008: length", "3 bytes"}, ask_presence_length},
    {{"presence", "EF 0008: which certificates", "8F 8F 00, of both"}, ask_presence},
    {{"filler", "EF 000B: behind the certificate", "FF"}, ask_filler},
};

int
examine_files(const struct examination *examination)
{
	return examine_ask(examination, questions, COUNT(questions));
}
