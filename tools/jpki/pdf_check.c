/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "columns.h"
#include "json.h"
#include "message.h"
#include "pdf_check.h"
#include "pdf_file.h"
#include "pdf_points.h"
#include "text.h"

struct check {
	struct pdf_file file;
	struct known_cas cas;
	struct pdf_points *list; /* one for each signature of the file */
};

/* ---------------------------------------------------------------- the result */

static bool
fits(const struct check *check)
{
	for (size_t i = 0; i < check->file.count; i++)
		if (!pdf_points_fit(&check->list[i]))
			return false;
	return check->file.count > 0;
}

/* The state of all signatures together: the worst. */
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
print_for_people(const struct check *check)
{
	columns_text(stdout, 0, sentence_of(check));
	for (size_t i = 0; i < check->file.count; i++) {
		tell("%s", "");
		if (check->file.count > 1)
			tell(_("Signature %zu of %zu"), i + 1, check->file.count);
		pdf_points_print(&check->list[i]);
	}
}

static void
print_for_programs(const struct check *check)
{
	json_t *list = json_array();

	for (size_t i = 0; i < check->file.count; i++)
		json_array_append_new(list, pdf_points_to_json(&check->list[i]));
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
	for (size_t i = 0; i < check->file.count && status == STATUS_DONE; i++)
		status = pdf_points_look(
		    &check->list[i], &check->file, &check->file.list[i], &check->cas);
	return status;
}

static void
check_free(struct check *check)
{
	for (size_t i = 0; check->list != NULL && i < check->file.count; i++)
		pdf_points_free(&check->list[i]);
	free(check->list);
	pdf_file_close(&check->file);
	known_cas_free(&check->cas);
}

int
pdf_check(const struct words *words, const char *path)
{
	struct check check = {.file.content.file = -1};
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

/* The state of the signature that covers the whole file, which is the last one. */
static enum signer_state
state_of_last(const struct check *check)
{
	for (size_t i = 0; i < check->file.count; i++)
		if (check->list[i].point[PDF_BYTE_RANGE].ok)
			return pdf_points_fit(&check->list[i])
				   ? signers_state(&check->list[i].signers)
				   : SIGNER_WRONG;
	return SIGNER_WRONG;
}

int
pdf_check_made(const char *path, const X509 *issuer)
{
	struct check check = {.file.content.file = -1};
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
