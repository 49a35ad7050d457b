/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki pdf: signatures in PDF files. */
#include <string.h>

#include "content.h"
#include "export.h"
#include "known_ca.h"
#include "message.h"
#include "pdf_check.h"
#include "pdf_sign.h"
#include "unlock.h"

static int
run_sign(const struct words *words)
{
	static const enum option_id used[] = {
	    OPTION_OUTPUT, OPTION_FORCE, UNLOCK_OPTIONS, OPTION_READER, OPTION_NONE};

	if (!verb_only(words, "sign", used))
		return STATUS_USAGE;
	return pdf_sign(words, words->word[1]);
}

static int
run_check(const struct words *words)
{
	static const enum option_id used[] = {KNOWN_CA_OPTIONS, OPTION_JSON, OPTION_NONE};

	if (!verb_only(words, "check", used))
		return STATUS_USAGE;
	return pdf_check(words, words->word[1]);
}

static int
run(const struct words *words)
{
	const char *word = words->count > 0 ? words->word[0] : "";
	bool sign = strcmp(word, "sign") == 0;

	if (!sign && strcmp(word, "check") != 0)
		return verb_misused(words, "%s", _("say what to do: sign FILE or check FILE"));
	if (words->count < 2)
		return verb_misused(words, "%s", _("a file is missing"));
	/* "-" is not accepted here; "./-" is a file of that name */
	if (content_is_input(words->word[1]) ||
	    (verb_has(words, OPTION_OUTPUT) && export_path(words->value[OPTION_OUTPUT]) == NULL))
		return verb_misused(words, "%s",
		    _("a PDF is read from a file, and written to one: \"-\" stands for none"));
	return sign ? run_sign(words) : run_check(words);
}

static const enum option_id options[] = {OPTION_OUTPUT, OPTION_FORCE, UNLOCK_OPTIONS, OPTION_READER,
    KNOWN_CA_OPTIONS, OPTION_JSON, OPTION_NONE};

const struct verb verb_pdf = {
    .name = "pdf",
    .summary = N_("sign a PDF, or check the signature of one"),
    .usage = N_("sign|check FILE [OPTION]..."),
    .about =
	N_("sign puts a signature into a copy of a PDF: FILE.pdf becomes FILE-signed.pdf. It\n"
	   "holds your certificate: name, address, date of birth and sex.\n"
	   "check tells whether a signed PDF is what the registry offices' online filing\n"
	   "wants, point by point: that the signature covers the whole file, so that nothing\n"
	   "was added afterwards, and so on; and whether it is valid, as \"jpki verify\" does.\n"
	   "The exit status is then 0 if all is so, 1 if not, and 5 if the CA is not known."),
    .options = options,
    .words_max = 2,
    .run = run,
};
