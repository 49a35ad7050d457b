/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki verify: who has signed a file, and is that valid? */
#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>

#include "columns.h"
#include "json.h"
#include "message.h"
#include "signed_file.h"
#include "signer.h"
#include "text.h"

struct check {
	struct signed_file file;
	struct known_cas cas;
	struct signers signers;
	bool is_file; /* the content is data, not another type of CMS content */
};

/* The result. Bytes beside the signature are in the file, but not signed. */
static enum signer_state
state_of(const struct check *check)
{
	if (check->file.beside > 0 || !check->is_file)
		return SIGNER_WRONG;
	return signers_state(&check->signers);
}

static char *
sentence_of(const struct check *check)
{
	if (check->file.beside > 0)
		return text_format(ngettext("%llu byte stands beside the signature, which it does "
					    "not cover.",
				       "%llu bytes stand beside the signature, which it does not "
				       "cover.",
				       (unsigned long)check->file.beside),
		    (unsigned long long)check->file.beside);
	if (!check->is_file)
		return text_format("%s", _("What is signed is no file."));
	if (check->signers.count == 0)
		return text_format("%s", _("Nobody has signed it."));
	switch (signers_state(&check->signers)) {
	case SIGNER_OK:
		return text_format(
		    "%s", _("Whether a certificate has been revoked was not checked."));
	case SIGNER_UNKNOWN:
		return text_format("%s",
		    _("The signature fits, but whether the certificate is a real one cannot be "
		      "told: its CA is not known here. Do not believe the name."));
	default:
		return text_format("%s", _("Do not believe what it says."));
	}
}

static const char *
verdict(enum signer_state state)
{
	return state == SIGNER_OK	 ? _("The signature is valid.")
	       : state == SIGNER_UNKNOWN ? _("It is not known whether the signature is valid.")
					 : _("The signature is NOT valid.");
}

static void
print_for_people(const struct check *check)
{
	char *sentence = sentence_of(check);

	columns_text(stdout, 0, verdict(state_of(check)));
	columns_text(stdout, 0, sentence);
	if (check->file.content_path != NULL) {
		char *clean = content_name(check->file.content_path);

		tell(_("Signed file: %s"), clean);
		text_free(&clean);
	}
	signers_print(&check->signers);
	text_free(&sentence);
}

static void
print_for_programs(const struct check *check)
{
	json_print(json_pack("{s:s, s:b, s:I, s:s, s:o}", "result",
	    signer_state_word(state_of(check)), "attached", check->file.has_content,
	    "bytes_not_covered", (json_int_t)check->file.beside, "revocation", "unchecked",
	    "signers", signers_to_json(&check->signers)));
}

static int
check_signers(struct check *check, enum jpki_role role)
{
	BIO *sink = BIO_new(BIO_s_null());
	BIO *chain = CMS_dataInit(check->file.cms, sink);
	int status;

	if (chain == NULL) {
		BIO_free(sink);
		return content_refuse(
		    check->file.path, _("it is made with a hash that is not known here"));
	}
	status = signed_file_feed(&check->file, chain);
	if (status == STATUS_DONE)
		signers_check(&check->signers, check->file.cms, chain, &check->cas, role);
	BIO_free_all(chain);
	return status;
}

static bool
has_signers(CMS_ContentInfo *cms)
{
	return sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) > 0;
}

static int
check_file(const struct words *words, struct check *check)
{
	int status = signed_file_open(words->word[0], &check->file);

	if (status != STATUS_DONE)
		return status;
	check->is_file = OBJ_obj2nid(CMS_get0_eContentType(check->file.cms)) == NID_pkcs7_data;
	if (!has_signers(check->file.cms))
		return STATUS_DONE;
	status = signed_file_find_content(&check->file, words->value[OPTION_CONTENT]);
	if (status == STATUS_DONE)
		status = check_signers(
		    check, verb_has(words, OPTION_AUTH) ? JPKI_AUTHENTICATION : JPKI_SIGNATURE);
	return status;
}

static int
run(const struct words *words)
{
	struct check check = {.file.content.file = -1};
	int status;

	if (words->count == 0)
		return verb_misused(words, "%s", _("a file is missing"));
	if (content_is_input(words->word[0]) && verb_has(words, OPTION_CONTENT) &&
	    content_is_input(words->value[OPTION_CONTENT]))
		return verb_misused(
		    words, "%s", _("standard input cannot be both the signature and the file"));
	status = known_cas_load(words, &check.cas);
	if (status == STATUS_DONE)
		status = check_file(words, &check);
	if (status == STATUS_DONE) {
		if (verb_has(words, OPTION_JSON))
			print_for_programs(&check);
		else
			print_for_people(&check);
		status = signer_state_status(state_of(&check));
	}
	signers_free(&check.signers);
	signed_file_close(&check.file);
	known_cas_free(&check.cas);
	return status;
}

static const enum option_id options[] = {
    OPTION_CONTENT, OPTION_AUTH, KNOWN_CA_OPTIONS, OPTION_JSON, OPTION_NONE};

const struct verb verb_verify = {
    .name = "verify",
    .summary = N_("check the signature of a file"),
    .usage = N_("FILE [OPTION]..."),
    .about = N_("Checks a signature (CMS), as \"jpki sign\" and other programs make it, and tells\n"
		"who has signed. All of these have to be right: the file is as it was signed; the\n"
		"certificate was issued by a CA that is known, is valid today, and is one for\n"
		"digital signature; and so it is with each signer if there are several. Needs no\n"
		"card.\n\n"
		"The exit status is 0 if it is valid, 1 if not, and 5 if the CA is not known."),
    .options = options,
    .words_max = 1,
    .run = run,
};
