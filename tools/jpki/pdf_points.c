/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include <wctype.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "columns.h"
#include "exit_status.h"
#include "message.h"
#include "pdf_points.h"
#include "pdf_time.h"
#include "text.h"
#include "wrap.h"

#define COLUMN 22

static const struct {
	const char *word, *label;
} rows[PDF_POINTS] = {
    [PDF_TYPE] = {"type", "/Type"},
    [PDF_SUB_FILTER] = {"sub_filter", "/SubFilter"},
    [PDF_NAME] = {"name", "/Name"},
    [PDF_TIME] = {"m", "/M"},
    [PDF_FORM] = {"form", "/AcroForm"},
    [PDF_BYTE_RANGE] = {"byte_range", "/ByteRange"},
    [PDF_CONTENTS] = {"contents", "/Contents"},
    [PDF_CMS] = {"cms", "CMS"},
    [PDF_CERTIFICATE] = {"certificate", N_("Certificate")},
    [PDF_HASH] = {"hash", N_("Hash")},
};

static void
set(struct pdf_points *points, enum pdf_point point, bool ok, const char *why)
{
	points->point[point].ok = ok;
	text_free(&points->point[point].why);
	if (why != NULL)
		points->point[point].why = text_format("%s", why);
}

/* ---------------------------------------------------------------- the dictionary */

static void
look_at_word(struct pdf_points *points, enum pdf_point point, const char *value, const char *wanted)
{
	bool ok = value != NULL && strcmp(value, wanted) == 0;

	set(points, point, ok, value != NULL ? value : _("it is missing"));
}

/* Does it consist of blanks only, of any width? */
static bool
is_blank(const char *text)
{
	locale_t before = wrap_enter();
	bool blank = true;

	while (*text != '\0' && blank) {
		struct wrap_character one = wrap_character_at(text, strlen(text));

		blank = one.good && (iswspace((wint_t)one.code) || one.code == 0xa0);
		text += one.size;
	}
	uselocale(before);
	return blank;
}

static void
look_at_name(struct pdf_points *points, const char *value)
{
	bool ok = value != NULL && !is_blank(value);

	set(points, PDF_NAME, ok, ok ? value : _("it is missing"));
}

static void
look_at_time(struct pdf_points *points, const char *value)
{
	bool is_there = value != NULL && *value != '\0', ok = is_there && pdf_time_is_one(value);

	set(points, PDF_TIME, ok,
	    ok		? value
	    : !is_there ? _("it is missing")
			: _("it is no date as PDF has it, as D:20261129120000+09'00'"));
}

/* ISO 32000-1, 12.7.2: the form lists all of its fields. */
static void
look_at_form(struct pdf_points *points, const struct pdf_signature *signature)
{
	set(points, PDF_FORM, signature->is_listed,
	    signature->is_listed
		? NULL
		: _("the form does not list the field of the signature: not every program finds "
		    "it elsewhere"));
}

/* What is wrong with the range, for _(); NULL if nothing can be said without the file's size. */
static const char *
fault_of_range(const struct pdf_file *file, const struct pdf_signature *signature)
{
	uint64_t left_out;

	if (signature->range_count < 0)
		return N_("it is missing");
	if (signature->range_count != PDF_RANGE)
		return N_("it is not four whole numbers");
	if (pdf_file_is_short(file, signature))
		return N_("the file is shorter than it says");
	if (!pdf_file_left_out(file, signature, &left_out))
		return N_("it makes no sense");
	if (signature->contents != NULL && pdf_file_gap(file, signature) == PDF_GAP_OTHER)
		return N_("what it leaves out is not the signature: the file was written anew "
			  "after it was signed, or it was wrong from the beginning");
	return signature->range[0] != 0 ? N_("the beginning of the file is not covered") : NULL;
}

static void
look_at_range(
    struct pdf_points *points, const struct pdf_file *file, const struct pdf_signature *signature)
{
	const char *fault = fault_of_range(file, signature);
	uint64_t left_out = 0;
	char *why;

	if (fault != NULL) {
		set(points, PDF_BYTE_RANGE, false, _(fault));
		return;
	}
	(void)pdf_file_left_out(file, signature, &left_out);
	if (left_out == 0) {
		set(points, PDF_BYTE_RANGE, true, _("the whole file"));
		return;
	}
	why = text_format(
	    ngettext("%llu byte of the file is not covered: it was added after the signature",
		"%llu bytes of the file are not covered: they were added after the signature",
		(unsigned long)left_out),
	    (unsigned long long)left_out);
	set(points, PDF_BYTE_RANGE, false, why);
	text_free(&why);
}

/* Check the contents. If the range leaves out something else, that is told as an error of the
 * range. */
static void
look_at_contents(
    struct pdf_points *points, const struct pdf_file *file, const struct pdf_signature *signature)
{
	if (signature->contents == NULL)
		set(points, PDF_CONTENTS, false, _("it is missing"));
	else if (pdf_file_gap(file, signature) == PDF_GAP_MORE)
		set(points, PDF_CONTENTS, false,
		    _("something else than the signature stands in the part that is not covered"));
	else
		set(points, PDF_CONTENTS, true, NULL);
}

/* ---------------------------------------------------------------- the signature */

/* Parse the CMS signature; unused room after it is filled with zeros. */
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

/* Check the hash of the only signer: in a PDF each signature has one. */
static void
look_at_hash(struct pdf_points *points, CMS_SignerInfo *info)
{
	X509_ALGOR *hash = NULL;
	const ASN1_OBJECT *name = NULL;
	char text[80] = "";

	CMS_SignerInfo_get0_algs(info, NULL, NULL, &hash, NULL);
	X509_ALGOR_get0(&name, NULL, NULL, hash);
	OBJ_obj2txt(text, sizeof(text), name, 0);
	set(points, PDF_HASH, signer_has_good_hash(info), text);
}

static void
look_at_certificate(struct pdf_points *points, CMS_ContentInfo *cms, CMS_SignerInfo *info)
{
	STACK_OF(X509) *certificates = CMS_get1_certs(cms);
	bool has = false;

	for (int i = 0; i < sk_X509_num(certificates) && !has; i++)
		has = CMS_SignerInfo_cert_cmp(info, sk_X509_value(certificates, i)) == 0;
	sk_X509_pop_free(certificates, X509_free);
	set(points, PDF_CERTIFICATE, has, has ? _("it is in the signature") : _("it is missing"));
}

static int
take_for_chain(void *to, const void *bytes, size_t length)
{
	if (BIO_write(to, bytes, (int)length) != (int)length)
		out_of_memory();
	return STATUS_DONE;
}

static int
look_at_signers(struct pdf_points *points, const struct pdf_file *file,
    const struct pdf_signature *signature, CMS_ContentInfo *cms, struct known_cas *cas)
{
	BIO *sink = BIO_new(BIO_s_null());
	BIO *chain = CMS_dataInit(cms, sink);
	int status;

	if (chain == NULL) {
		BIO_free(sink);
		return STATUS_DONE;
	}
	status = pdf_file_feed(file, signature, take_for_chain, chain);
	if (status == STATUS_DONE)
		signers_check(&points->signers, cms, chain, cas, JPKI_SIGNATURE);
	BIO_free_all(chain);
	return status;
}

/* Check the CMS structure itself. The signers are checked only if it is known what the signature
 * covers. */
static int
look_at_cms(struct pdf_points *points, const struct pdf_file *file,
    const struct pdf_signature *signature, struct known_cas *cas)
{
	CMS_ContentInfo *cms = signature->contents != NULL ? read_cms(signature) : NULL;
	STACK_OF(CMS_SignerInfo) *infos = cms != NULL ? CMS_get0_SignerInfos(cms) : NULL;
	int status = STATUS_DONE;
	uint64_t left_out;

	if (sk_CMS_SignerInfo_num(infos) != 1) {
		set(points, PDF_CMS, false, _("there is not one signature of one signer"));
		CMS_ContentInfo_free(cms);
		return STATUS_DONE;
	}
	set(points, PDF_CMS, true, NULL);
	look_at_hash(points, sk_CMS_SignerInfo_value(infos, 0));
	look_at_certificate(points, cms, sk_CMS_SignerInfo_value(infos, 0));
	if (pdf_file_left_out(file, signature, &left_out))
		status = look_at_signers(points, file, signature, cms, cas);
	CMS_ContentInfo_free(cms);
	return status;
}

/* ---------------------------------------------------------------- all of it */

int
pdf_points_look(struct pdf_points *points, const struct pdf_file *file,
    const struct pdf_signature *signature, struct known_cas *cas)
{
	*points = (struct pdf_points){0};
	look_at_word(points, PDF_TYPE, signature->type, "/Sig");
	look_at_word(points, PDF_SUB_FILTER, signature->sub_filter, "/adbe.pkcs7.detached");
	look_at_name(points, signature->name);
	look_at_time(points, signature->time);
	look_at_form(points, signature);
	look_at_range(points, file, signature);
	look_at_contents(points, file, signature);
	return look_at_cms(points, file, signature, cas);
}

void
pdf_points_free(struct pdf_points *points)
{
	signers_free(&points->signers);
	for (int point = 0; point < PDF_POINTS; point++)
		text_free(&points->point[point].why);
}

bool
pdf_points_fit(const struct pdf_points *points)
{
	for (int point = 0; point < PDF_POINTS; point++)
		if (!points->point[point].ok)
			return false;
	return true;
}

static void
print_one(const struct pdf_points *points, int point)
{
	const char *state = points->point[point].ok ? _("OK") : _("NOT OK");
	const char *why = points->point[point].why;
	char *text = why != NULL ? text_format(_("%s: %s"), state, why) : text_format("%s", state);

	columns_row(0, COLUMN, _(rows[point].label), text);
	text_free(&text);
}

void
pdf_points_print(const struct pdf_points *points)
{
	for (int point = 0; point < PDF_POINTS; point++)
		print_one(points, point);
	signers_print(&points->signers);
	if (points->signers.count > 0)
		return;
	tell("%s", "");
	columns_row(0, COLUMN, _("Signature"),
	    points->point[PDF_CMS].ok ? _("not checked: it cannot be told what it covers")
				      : _("not checked"));
}

json_t *
pdf_points_to_json(const struct pdf_points *points)
{
	json_t *object = json_object();

	for (int point = 0; point < PDF_POINTS; point++)
		json_object_set_new(
		    object, rows[point].word, json_boolean(points->point[point].ok));
	json_object_set_new(object, "signers", signers_to_json(&points->signers));
	return object;
}
