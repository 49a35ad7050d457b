/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki pdf: signatures in PDF files. */
#include <string.h>

#include "known_ca.h"
#include "message.h"
#include "pdf_check.h"

static int
run(const struct words *words)
{
	if (words->count < 1 || strcmp(words->word[0], "check") != 0)
		return verb_misused(words, "%s", _("say what to do: check FILE"));
	if (words->count < 2)
		return verb_misused(words, "%s", _("a file is missing"));
	return pdf_check(words, words->word[1]);
}

static const enum option_id options[] = {KNOWN_CA_OPTIONS, OPTION_JSON, OPTION_NONE};

const struct verb verb_pdf = {
    .name = "pdf",
    .summary = N_("check the signature of a PDF"),
    .usage = N_("check FILE [OPTION]..."),
    .about =
	N_("Checks whether a signed PDF is what the registry offices' online filing wants,\n"
	   "point by point: the form of the signature, that it covers the whole file, so\n"
	   "that nothing was added afterwards, and that it holds the certificate; and whether\n"
	   "the signature is valid, as \"jpki verify\" does. Needs no card.\n\n"
	   "The exit status is 0 if all is so, 1 if not, and 5 if the CA is not known."),
    .options = options,
    .words_max = 2,
    .run = run,
};
