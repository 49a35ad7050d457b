/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki cert: show a certificate of the card to people, or write it for programs. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "columns.h"
#include "export.h"
#include "json.h"
#include "message.h"
#include "names.h"
#include "state.h"
#include "text.h"
#include "trouble.h"
#include "unlock.h"

#define COLUMN 22

static const struct kind {
	const char *word;
	enum jpki_role role;
	enum jpki_certificate which;
	const char *title;
} kinds[] = {
    {"auth", JPKI_AUTHENTICATION, JPKI_CERTIFICATE, N_("Certificate for user authentication")},
    {"sign", JPKI_SIGNATURE, JPKI_CERTIFICATE, N_("Certificate for digital signature")},
    {"auth-ca", JPKI_AUTHENTICATION, JPKI_CA_CERTIFICATE,
	N_("Certificate of the CA for user authentication")},
    {"sign-ca", JPKI_SIGNATURE, JPKI_CA_CERTIFICATE,
	N_("Certificate of the CA for digital signature")},
};

static const struct kind *
find_kind(const char *word)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].word, word) == 0)
			return &kinds[i];
	return NULL;
}

/* ---------------------------------------------------------------- for people */

static void
print_if(const char *label, const char *value)
{
	if (value != NULL && *value != '\0')
		columns_row(0, COLUMN, label, value);
}

/* The characters that stand for others, which the certificate cannot contain (F-PERSON). */
static void
print_substitutes(const char *label, const char *map)
{
	char *text = text_copy("", 0);

	for (size_t i = 0; map != NULL && map[i] != '\0'; i++)
		if (map[i] != '0') {
			char *one = text_format(*text == '\0' ? "%zu" : ", %zu", i + 1);

			text = text_append(text, one);
			text_free(&one);
		}
	if (*text != '\0') {
		/* TRANSLATORS: numbers of characters, as "2, 5". */
		char *said = text_format(
		    _("characters %s stand for others that a certificate cannot hold"), text);

		columns_row(0, COLUMN, label, said);
		text_free(&said);
	}
	text_free(&text);
}

static void
print_person(const struct facts *facts)
{
	print_if(_("Name"), facts->name);
	print_substitutes("", facts->name_map);
	print_if(_("Date of birth"), facts->birth_date);
	print_if(_("Sex"), facts->sex);
	print_if(_("Address"), facts->address);
	print_substitutes("", facts->address_map);
}

/* The names of OpenSSL are those of RFC 5280. */
static char *
usage_text(const X509 *certificate)
{
	ASN1_BIT_STRING *usage = X509_get_ext_d2i(certificate, NID_key_usage, NULL, NULL);
	static const char *const names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
	    "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign", "encipherOnly",
	    "decipherOnly"};
	char *text = text_copy("", 0);

	for (int i = 0; usage != NULL && i < (int)(sizeof(names) / sizeof(names[0])); i++)
		if (ASN1_BIT_STRING_get_bit(usage, i)) {
			text = text_append(text, *text == '\0' ? "" : ", ");
			text = text_append(text, names[i]);
		}
	ASN1_BIT_STRING_free(usage);
	return text;
}

static char *
policy_text(const X509 *certificate)
{
	CERTIFICATEPOLICIES *policies =
	    X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
	char *text = text_copy("", 0);

	for (int i = 0; i < sk_POLICYINFO_num(policies); i++) {
		char oid[80];

		OBJ_obj2txt(oid, sizeof(oid), sk_POLICYINFO_value(policies, i)->policyid, 1);
		text = text_append(text, *text == '\0' ? "" : ", ");
		text = text_append(text, oid);
	}
	CERTIFICATEPOLICIES_free(policies);
	return text;
}

static char *
key_text(const X509 *certificate)
{
	const EVP_PKEY *key = X509_get0_pubkey(certificate);

	/* TRANSLATORS: kind of a key, its size. */
	return key != NULL ? text_format(_("%s, %d bits"), EVP_PKEY_get0_type_name(key),
				 EVP_PKEY_get_bits(key))
			   : text_copy("", 0);
}

static void
print_and_free(const char *label, char *value)
{
	print_if(label, value);
	text_free(&value);
}

/* Hexadecimal digits in groups of four, to be read by people. */
static char *
grouped(const char *digits)
{
	char *text = text_copy("", 0);

	for (size_t i = 0; digits[i] != '\0'; i++) {
		char one[2] = {digits[i], '\0'};

		if (i > 0 && i % 4 == 0)
			text = text_append(text, " ");
		text = text_append(text, one);
	}
	return text;
}

static void
print_for_people(const struct kind *kind, const struct facts *facts)
{
	tell("%s\n", _(kind->title));
	print_person(facts);
	print_and_free(_("State"), facts_period_text(facts));
	print_and_free(_("Valid from"), day_time_text(facts->from));
	print_and_free(_("Valid until"), day_time_text(facts->until));
	print_if(_("Holder"), facts->subject);
	print_if(_("Issued by"), facts->issuer);
	print_if(_("Serial number"), facts->serial);
	print_and_free(_("Key"), key_text(facts->certificate));
	print_and_free(_("Use"), usage_text(facts->certificate));
	print_and_free(_("Policy"), policy_text(facts->certificate));
	print_and_free("SHA-256", grouped(facts->fingerprint));
}

/* ---------------------------------------------------------------- for programs */

static json_t *
to_json(const struct kind *kind, const struct facts *facts)
{
	json_t *object = json_pack("{s:s, s:s, s:I}", "certificate", kind->word, "state",
	    facts_period_word(facts->period), "days_left", (json_int_t)facts->days_left);

	json_set_text_taken(object, "from", day_time_iso(facts->from));
	json_set_text_taken(object, "until", day_time_iso(facts->until));
	json_set_text(object, "name", facts->name);
	json_set_text(object, "name_substitutes", facts->name_map);
	json_set_text(object, "birth_date", facts->birth_date_iso);
	json_set_text(object, "sex", facts->sex_word);
	json_set_text(object, "address", facts->address);
	json_set_text(object, "address_substitutes", facts->address_map);
	json_set_text(object, "subject", facts->subject);
	json_set_text(object, "issuer", facts->issuer);
	json_set_text(object, "serial", facts->serial);
	json_set_text(object, "sha256", facts->fingerprint);
	json_set_text_taken(object, "key_usage", usage_text(facts->certificate));
	json_set_text_taken(object, "policy", policy_text(facts->certificate));
	return object;
}

/* ---------------------------------------------------------------- the certificate itself */

static BIO *
encode(const struct words *words, const struct facts *facts)
{
	BIO *memory = BIO_new(BIO_s_mem());
	bool done;

	if (memory == NULL)
		out_of_memory();
	if (verb_has(words, OPTION_DER))
		done = i2d_X509_bio(memory, facts->certificate) == 1;
	else if (verb_has(words, OPTION_TEXT))
		done = X509_print_ex(memory, facts->certificate,
			   XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB, 0) == 1;
	else
		done = PEM_write_bio_X509(memory, facts->certificate) == 1;
	if (!done)
		out_of_memory();
	return memory;
}

static int
write_encoded(const struct words *words, const struct export *export, const struct facts *facts)
{
	BIO *memory = encode(words, facts);
	char *bytes;
	long length = BIO_get_mem_data(memory, &bytes);
	int status = export_write(export, bytes, (size_t)length);

	BIO_free(memory);
	if (status == STATUS_DONE && export->path != NULL)
		tell(_("Wrote %s."), export->path);
	return status;
}

/* ---------------------------------------------------------------- the verb */

static int
read_with_pin(const struct words *words, const struct found *found, const struct kind *kind,
    struct facts *facts)
{
	struct unlock unlocking;
	int rv, status = unlock_prepare(words, found, kind->role, &unlocking);

	if (status == STATUS_DONE)
		status = unlock(&unlocking);
	if (status != STATUS_DONE)
		return status;
	rv = state_read_certificate(found->card, kind->role, kind->which, facts);
	(void)jpki_logout(found->card, kind->role);
	return rv == JPKI_OK ? STATUS_DONE
			     : trouble_tell_pin(found->card, kind->role, rv, JPKI_TRY_KEPT);
}

static int
read_certificate(const struct words *words, const struct kind *kind, struct facts *facts)
{
	struct found found;
	int rv, status = found_card(words, &found);

	if (status != STATUS_DONE)
		return status;
	rv = state_read_certificate(found.card, kind->role, kind->which, facts);
	if (rv == JPKI_ERR_NOT_VERIFIED)
		return read_with_pin(words, &found, kind, facts);
	return rv == JPKI_OK ? STATUS_DONE : trouble_tell(rv);
}

static bool
is_encoded(const struct words *words)
{
	return verb_has(words, OPTION_PEM) || verb_has(words, OPTION_DER) ||
	       verb_has(words, OPTION_TEXT) || verb_has(words, OPTION_OUTPUT);
}

static int
show(const struct words *words, const struct kind *kind, const struct export *export)
{
	struct facts facts;
	int status = export_check(export);

	if (status == STATUS_DONE)
		status = read_certificate(words, kind, &facts);
	if (status != STATUS_DONE)
		return status;
	if (is_encoded(words))
		status = write_encoded(words, export, &facts);
	else if (verb_has(words, OPTION_JSON))
		json_print(to_json(kind, &facts));
	else
		print_for_people(kind, &facts);
	facts_free(&facts);
	return status;
}

static int
run(const struct words *words)
{
	static const enum option_id forms[] = {
	    OPTION_PEM, OPTION_DER, OPTION_TEXT, OPTION_JSON, OPTION_NONE};
	const struct kind *kind = find_kind(words->count > 0 ? words->word[0] : "auth");
	struct export export = {.path = export_path(words->value[OPTION_OUTPUT]),
	    .force = verb_has(words, OPTION_FORCE)};
	int status;

	if (kind == NULL)
		return verb_misused(words, _("there is no certificate \"%s\""), words->word[0]);
	if (!verb_one_of(words, forms) || !verb_needs(words, OPTION_FORCE, OPTION_OUTPUT))
		return STATUS_USAGE;
	if (verb_has(words, OPTION_OUTPUT) && verb_has(words, OPTION_JSON))
		return verb_misused(words, "%s", _("--output goes with --pem, --der or --text"));
	if (verb_has(words, OPTION_DER) && export.path == NULL && isatty(STDOUT_FILENO))
		return verb_misused(
		    words, "%s", _("--der would garble the terminal: use --output FILE"));
	/* the signature certificate contains personal data */
	export.mode = kind->which == JPKI_CERTIFICATE ? 0600 : 0666;
	status = show(words, kind, &export);
	jpki_stop();
	return status;
}

static const enum option_id options[] = {OPTION_PEM, OPTION_DER, OPTION_TEXT, OPTION_OUTPUT,
    OPTION_FORCE, UNLOCK_OPTIONS, OPTION_READER, OPTION_JSON, OPTION_NONE};

const struct verb verb_cert = {
    .name = "cert",
    .summary = N_("show a certificate, or write it to a file"),
    .usage = N_("[auth|sign|auth-ca|sign-ca] [OPTION]..."),
    .about =
	N_("Shows a certificate of the card: that for user authentication (auth, the default), "
	   "that for digital signature (sign; asks for the password, and shows name, date of "
	   "birth, sex and address), or that of the CA that has issued one of them."),
    .options = options,
    .words_max = 1,
    .run = run,
};
