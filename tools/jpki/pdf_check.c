/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "columns.h"
#include "json.h"
#include "message.h"
#include "pdf_check.h"
#include "pdf_file.h"
#include "signer.h"
#include "text.h"

#define COLUMN 22

/* What is wanted of each signature. */
enum want {
	WANT_TYPE,
	WANT_SUB_FILTER,
	WANT_NAME,
	WANT_TIME,
	WANT_RANGE,
	WANT_GAP,
	WANT_CMS,
	WANT_CERTIFICATE,
	WANT_HASH,
	WANTS,
};

static const struct {
	const char *word, *label;
} wants[WANTS] = {
    [WANT_TYPE] = {"type", "/Type"},
    [WANT_SUB_FILTER] = {"sub_filter", "/SubFilter"},
    [WANT_NAME] = {"name", "/Name"},
    [WANT_TIME] = {"m", "/M"},
    [WANT_RANGE] = {"byte_range", "/ByteRange"},
    [WANT_GAP] = {"contents", "/Contents"},
    [WANT_CMS] = {"cms", "CMS"},
    [WANT_CERTIFICATE] = {"certificate", N_("Certificate")},
    [WANT_HASH] = {"hash", N_("Hash")},
};

struct found {
	struct {
		bool ok;
		char *why; /* NULL: nothing to say */
	} want[WANTS];
	struct signers signers;
};

struct check {
	struct pdf_file file;
	struct known_cas cas;
	enum jpki_role role;
	struct found *list; /* as many as the file has signatures */
};

static void
set(struct found *found, enum want want, bool ok, const char *why)
{
	found->want[want].ok = ok;
	text_free(&found->want[want].why);
	if (why != NULL)
		found->want[want].why = text_format("%s", why);
}

/* ---------------------------------------------------------------- the dictionary */

static void
want_word(struct found *found, enum want want, const char *value, const char *wanted)
{
	bool ok = value != NULL && strcmp(value, wanted) == 0;

	set(found, want, ok, value != NULL ? value : _("it is missing"));
}

static void
want_any(struct found *found, enum want want, const char *value)
{
	bool ok = value != NULL && *value != '\0';

	set(found, want, ok, ok ? value : _("it is missing"));
}

static void
check_range(const struct check *check, const struct pdf_signature *signature, struct found *found)
{
	uint64_t left_out = 0;
	char *why;

	if (!pdf_file_left_out(&check->file, signature, &left_out)) {
		set(found, WANT_RANGE, false, _("it makes no sense"));
		return;
	}
	if (left_out == 0) {
		set(found, WANT_RANGE, true, _("the whole file"));
		return;
	}
	why = text_format(
	    ngettext("%llu byte of the file is not covered: it was added after the signature",
		"%llu bytes of the file are not covered: they were added after the signature",
		(unsigned long)left_out),
	    (unsigned long long)left_out);
	set(found, WANT_RANGE, false, why);
	text_free(&why);
}

static void
check_dictionary(
    const struct check *check, const struct pdf_signature *signature, struct found *found)
{
	want_word(found, WANT_TYPE, signature->type, "/Sig");
	want_word(found, WANT_SUB_FILTER, signature->sub_filter, "/adbe.pkcs7.detached");
	want_any(found, WANT_NAME, signature->name);
	want_any(found, WANT_TIME, signature->time);
	check_range(check, signature, found);
	if (pdf_file_is_gap_only(&check->file, signature))
		set(found, WANT_GAP, true, NULL);
	else
		set(found, WANT_GAP, false,
		    _("something else than the signature stands in the part that is not covered"));
}

/* ---------------------------------------------------------------- the signature */

/* Behind it, the room that was too much is filled with zeros. */
static CMS_ContentInfo *
read_cms(const struct pdf_signature *signature)
{
	const unsigned char *at = signature->contents;
	const unsigned char *end = at + signature->contents_length;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)signature->contents_length);

	while (cms != NULL && at < end && *at == 0)
		at++;
	if (cms != NULL && at == end && OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed &&
	    OBJ_obj2nid(CMS_get0_eContentType(cms)) == NID_pkcs7_data && CMS_is_detached(cms) == 1)
		return cms;
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return NULL;
}

/* Of the only signer: a PDF has one for each signature. */
static void
check_hash(CMS_ContentInfo *cms, struct found *found)
{
	CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
	X509_ALGOR *hash = NULL;
	const ASN1_OBJECT *name = NULL;
	char text[80] = "";

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &hash, NULL);
	X509_ALGOR_get0(&name, NULL, NULL, hash);
	OBJ_obj2txt(text, sizeof(text), name, 0);
	set(found, WANT_HASH, signer_has_good_hash(info), text);
}

static int
take_for_chain(void *to, const void *bytes, size_t length)
{
	if (BIO_write(to, bytes, (int)length) != (int)length)
		out_of_memory();
	return STATUS_DONE;
}

static int
check_signers(struct check *check, const struct pdf_signature *signature, CMS_ContentInfo *cms,
    struct found *found)
{
	BIO *sink = BIO_new(BIO_s_null());
	BIO *chain = CMS_dataInit(cms, sink);
	int status;

	if (chain == NULL) {
		BIO_free(sink);
		return STATUS_DONE;
	}
	status = pdf_file_feed(&check->file, signature, take_for_chain, chain);
	if (status == STATUS_DONE)
		signers_check(&found->signers, cms, chain, &check->cas, check->role);
	BIO_free_all(chain);
	return status;
}

static int
check_cms(struct check *check, const struct pdf_signature *signature, struct found *found)
{
	CMS_ContentInfo *cms = signature->contents != NULL ? read_cms(signature) : NULL;
	int status = STATUS_DONE;
	uint64_t left_out;
	bool has;

	if (cms == NULL || sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) != 1) {
		set(found, WANT_CMS, false, _("there is not one signature of one signer"));
		CMS_ContentInfo_free(cms);
		return STATUS_DONE;
	}
	set(found, WANT_CMS, true, NULL);
	check_hash(cms, found);
	if (pdf_file_left_out(&check->file, signature, &left_out))
		status = check_signers(check, signature, cms, found);
	has = found->signers.count == 1 && found->signers.list[0].facts.certificate != NULL;
	set(found, WANT_CERTIFICATE, has, has ? _("it is in the signature") : _("it is missing"));
	CMS_ContentInfo_free(cms);
	return status;
}

/* ---------------------------------------------------------------- what comes of it */

static bool
fits_one(const struct found *found)
{
	for (int want = 0; want < WANTS; want++)
		if (!found->want[want].ok)
			return false;
	return true;
}

static bool
fits(const struct check *check)
{
	for (size_t i = 0; i < check->file.count; i++)
		if (!fits_one(&check->list[i]))
			return false;
	return check->file.count > 0;
}

/* Of all signatures. */
static enum signer_state
state_of(const struct check *check)
{
	enum signer_state state = SIGNER_OK;

	if (!fits(check))
		return SIGNER_WRONG;
	for (size_t i = 0; i < check->file.count && state != SIGNER_WRONG; i++) {
		enum signer_state one = signers_state(&check->list[i].signers);

		if (one != SIGNER_OK)
			state = one;
	}
	return state;
}

static const char *
sentence_of(const struct check *check)
{
	if (check->file.count == 0)
		return _("Nobody has signed this PDF.");
	if (!fits(check))
		return _("This PDF is NOT as the registry offices' online filing wants it.");
	switch (state_of(check)) {
	case SIGNER_OK:
		return _("This PDF is as the registry offices' online filing wants it, and its "
			 "signature is valid. Whether the certificate has been revoked was not "
			 "checked.");
	case SIGNER_UNKNOWN:
		return _("This PDF is as the registry offices' online filing wants it, but whether "
			 "the certificate is a real one cannot be told: its CA is not known here.");
	default:
		return _(
		    "This PDF has the form that the registry offices' online filing wants, but "
		    "its signature is NOT valid.");
	}
}

static void
print_want(const struct found *found, int want)
{
	const char *state = found->want[want].ok ? _("OK") : _("NOT OK");
	const char *why = found->want[want].why;
	char *text = why != NULL ? text_format(_("%s: %s"), state, why) : text_format("%s", state);

	columns_row(0, COLUMN, _(wants[want].label), text);
	text_free(&text);
}

static void
print_for_people(const struct check *check)
{
	columns_text(stdout, 0, sentence_of(check));
	for (size_t i = 0; i < check->file.count; i++) {
		tell("%s", "");
		if (check->file.count > 1)
			tell(_("Signature %zu of %zu"), i + 1, check->file.count);
		for (int want = 0; want < WANTS; want++)
			print_want(&check->list[i], want);
		signers_print(&check->list[i].signers);
	}
}

static json_t *
found_to_json(const struct found *found)
{
	json_t *object = json_object();

	for (int want = 0; want < WANTS; want++)
		json_object_set_new(object, wants[want].word, json_boolean(found->want[want].ok));
	json_object_set_new(object, "signers", signers_to_json(&found->signers));
	return object;
}

static void
print_for_programs(const struct check *check)
{
	json_t *list = json_array();

	for (size_t i = 0; i < check->file.count; i++)
		json_array_append_new(list, found_to_json(&check->list[i]));
	json_print(json_pack("{s:s, s:b, s:s, s:o}", "result", signer_state_word(state_of(check)),
	    "fits", fits(check), "revocation", "unchecked", "signatures", list));
}

static int
check_signatures(struct check *check, const char *path)
{
	int status = pdf_file_open(path, &check->file);

	if (status != STATUS_DONE)
		return status;
	check->list = memory_new(check->file.count * sizeof(*check->list));
	for (size_t i = 0; i < check->file.count && status == STATUS_DONE; i++) {
		check_dictionary(check, &check->file.list[i], &check->list[i]);
		status = check_cms(check, &check->file.list[i], &check->list[i]);
	}
	return status;
}

static void
check_free(struct check *check)
{
	for (size_t i = 0; check->list != NULL && i < check->file.count; i++) {
		signers_free(&check->list[i].signers);
		for (int want = 0; want < WANTS; want++)
			text_free(&check->list[i].want[want].why);
	}
	free(check->list);
	pdf_file_close(&check->file);
	known_cas_free(&check->cas);
}

int
pdf_check(const struct words *words, const char *path)
{
	struct check check = {.file.content.file = -1, .role = JPKI_SIGNATURE};
	int status = known_cas_load(words, &check.cas);

	if (status == STATUS_DONE)
		status = check_signatures(&check, path);
	if (status == STATUS_DONE) {
		if (verb_has(words, OPTION_JSON))
			print_for_programs(&check);
		else
			print_for_people(&check);
		status = signer_state_status(state_of(&check));
	}
	check_free(&check);
	return status;
}

/* Of the one that covers the whole file, which is the last one. */
static enum signer_state
state_of_last(const struct check *check)
{
	for (size_t i = 0; i < check->file.count; i++)
		if (check->list[i].want[WANT_RANGE].ok)
			return fits_one(&check->list[i]) ? signers_state(&check->list[i].signers)
							 : SIGNER_WRONG;
	return SIGNER_WRONG;
}

int
pdf_check_made(const char *path, const X509 *issuer)
{
	struct check check = {.file.content.file = -1, .role = JPKI_SIGNATURE};
	int status;

	if (issuer != NULL)
		known_cas_add(&check.cas, issuer);
	status = check_signatures(&check, path);
	if (status == STATUS_DONE && state_of_last(&check) == SIGNER_WRONG) {
		print_for_people(&check);
		advise("%s", _("Nothing was written."));
		status = STATUS_FAILED;
	} else if (status == STATUS_DONE && check.file.count > 1)
		advise("%s", _("The PDF had been signed before. The registry offices' online "
			       "filing wants\none signature that covers the whole file."));
	check_free(&check);
	return status;
}
