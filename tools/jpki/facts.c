/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "columns.h"
#include "facts.h"
#include "message.h"
#include "text.h"

/* The object identifiers of a person's attributes begin with this (F-PERSON). */
#define ATTRIBUTES "1.2.392.200149.8.5.5."

static char *
clean_string(const ASN1_STRING *string)
{
	unsigned char *utf8 = NULL;
	int length = ASN1_STRING_to_UTF8(&utf8, string);
	char *text = NULL;

	if (length >= 0)
		text = columns_clean((const char *)utf8, (size_t)length);
	OPENSSL_free(utf8);
	return text;
}

static char *
from_memory(BIO *memory)
{
	char *bytes;
	long length = BIO_get_mem_data(memory, &bytes);
	char *text = columns_clean(bytes, length > 0 ? (size_t)length : 0);

	BIO_free(memory);
	return text;
}

static char *
name_text(const X509_NAME *name)
{
	BIO *memory = BIO_new(BIO_s_mem());

	if (memory == NULL)
		out_of_memory();
	X509_NAME_print_ex(memory, name, 0,
	    (XN_FLAG_RFC2253 & ~XN_FLAG_SEP_MASK & ~ASN1_STRFLGS_ESC_MSB) | XN_FLAG_SEP_CPLUS_SPC);
	return from_memory(memory);
}

static char *
serial_text(const X509 *certificate)
{
	BIO *memory = BIO_new(BIO_s_mem());

	if (memory == NULL)
		out_of_memory();
	i2a_ASN1_INTEGER(memory, X509_get0_serialNumber(certificate));
	return from_memory(memory);
}

static char *
fingerprint_text(const X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	char *text = text_copy("", 0);

	if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1)
		length = 0;
	for (unsigned i = 0; i < length; i++) {
		char one[3];

		snprintf(one, sizeof(one), "%02X", digest[i]);
		text = text_append(text, one);
	}
	return text;
}

static bool
time_of(const ASN1_TIME *time, time_t *out)
{
	struct tm broken;

	if (ASN1_TIME_to_tm(time, &broken) != 1)
		return false;
	*out = timegm(&broken);
	return true;
}

static enum period
judge_period(const struct facts *facts, time_t now)
{
	struct day today = day_at(now);

	if (now < facts->from)
		return PERIOD_NOT_YET;
	if (now > facts->until)
		return PERIOD_OVER;
	return day_distance(day_months_before(facts->last_day, FACTS_RENEWAL_MONTHS), today) >= 0
		   ? PERIOD_RENEW
		   : PERIOD_RUNS;
}

static bool
read_period(struct facts *facts)
{
	time_t now = time(NULL);

	if (!time_of(X509_get0_notBefore(facts->certificate), &facts->from) ||
	    !time_of(X509_get0_notAfter(facts->certificate), &facts->until))
		return false;
	facts->last_day = day_at(facts->until);
	facts->days_left = day_distance(day_at(now), facts->last_day);
	facts->period = judge_period(facts, now);
	return true;
}

/* For some old people the register has no day, or no month either: zeros. NULL if it is not such a
 * date. */
static char *
part_of_date(const char *text)
{
	long number = strtol(text + 1, NULL, 10);
	struct day day = {(int)(number / 10000), (int)(number / 100 % 100), 0};

	if (day.year == 0 || day.month > 12 || number % 100 != 0)
		return NULL;
	return day_of_part(day, text[0] - '0');
}

/* EYYYYMMDD (F-PERSON), with the Gregorian year. */
static void
read_birth_date(struct facts *facts, const char *text)
{
	bool digits = strlen(text) == 9 && strspn(text, "0123456789") == 9;

	if (digits)
		facts->birthday = day_read(text + 1, "%Y%m%d");
	if (facts->birthday.year == 0) {
		facts->birth_date = digits ? part_of_date(text) : NULL;
		if (facts->birth_date == NULL)
			facts->birth_date = text_copy(text, strlen(text));
		return;
	}
	facts->birth_date = day_in_both_calendars(facts->birthday, text[0] - '0');
	facts->birth_date_iso = day_iso(facts->birthday);
}

static void
read_sex(struct facts *facts, const char *text)
{
	static const char *const sexes[] = {N_("male"), N_("female"), N_("unknown")};

	if (strlen(text) != 1 || text[0] < '1' || text[0] > '3') {
		facts->sex = text_copy(text, strlen(text));
		return;
	}
	facts->sex_word = sexes[text[0] - '1'];
	facts->sex = text_format("%s", _(facts->sex_word));
}

static void
take_attribute(struct facts *facts, char number, char *text)
{
	char **place = NULL;

	switch (number) {
	case '1':
		place = &facts->name;
		break;
	case '2':
		place = &facts->name_map;
		break;
	case '3':
		if (facts->sex == NULL)
			read_sex(facts, text);
		break;
	case '4':
		if (facts->birth_date == NULL)
			read_birth_date(facts, text);
		break;
	case '5':
		place = &facts->address;
		break;
	case '6':
		place = &facts->address_map;
		break;
	default:
		break;
	}
	if (place != NULL && *place == NULL)
		*place = text;
	else
		text_free(&text);
}

static void
read_attribute(struct facts *facts, const OTHERNAME *other)
{
	char oid[64];
	size_t prefix = strlen(ATTRIBUTES);
	char *text;

	if (OBJ_obj2txt(oid, sizeof(oid), other->type_id, 1) != (int)prefix + 1 ||
	    memcmp(oid, ATTRIBUTES, prefix) != 0 || other->value->type != V_ASN1_UTF8STRING)
		return;
	text = clean_string(other->value->value.utf8string);
	if (text != NULL)
		take_attribute(facts, oid[prefix], text);
}

/* Does any character stand for another one? */
static bool
is_substituted(const char *map)
{
	return map != NULL && map[strspn(map, "0")] != '\0';
}

static void
read_person(struct facts *facts)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(facts->certificate, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_OTHERNAME)
			read_attribute(facts, name->d.otherName);
	}
	GENERAL_NAMES_free(names);
	facts->names_substituted = is_substituted(facts->name_map);
	facts->address_substituted = is_substituted(facts->address_map);
}

bool
facts_read(struct facts *facts, const uint8_t *der, size_t length)
{
	const unsigned char *at = der;

	*facts = (struct facts){0};
	facts->certificate = d2i_X509(NULL, &at, (long)length);
	if (facts->certificate == NULL || !read_period(facts)) {
		facts_free(facts);
		return false;
	}
	facts->subject = name_text(X509_get_subject_name(facts->certificate));
	facts->issuer = name_text(X509_get_issuer_name(facts->certificate));
	facts->serial = serial_text(facts->certificate);
	facts->fingerprint = fingerprint_text(facts->certificate);
	read_person(facts);
	return true;
}

void
facts_free(struct facts *facts)
{
	char **const texts[] = {&facts->subject, &facts->issuer, &facts->serial,
	    &facts->fingerprint, &facts->name, &facts->address, &facts->birth_date, &facts->sex,
	    &facts->birth_date_iso, &facts->name_map, &facts->address_map};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		text_free(texts[i]);
	X509_free(facts->certificate);
	facts->certificate = NULL;
}

char *
facts_period_text(const struct facts *facts)
{
	switch (facts->period) {
	case PERIOD_NOT_YET:
		return text_format("%s", _("not valid yet"));
	case PERIOD_OVER:
		return text_format("%s", _("expired"));
	default:
		return facts->days_left == 0
			   ? text_format("%s", _("valid until the end of today"))
			   /* TRANSLATORS: of days. */
			   : text_format(ngettext("valid, %ld day left", "valid, %ld days left",
					     (unsigned long)facts->days_left),
				 facts->days_left);
	}
}

const char *
facts_period_word(enum period period)
{
	static const char *const words[] = {
	    [PERIOD_NOT_YET] = "not-yet",
	    [PERIOD_RUNS] = "valid",
	    [PERIOD_RENEW] = "renew",
	    [PERIOD_OVER] = "expired",
	};

	return words[period];
}
