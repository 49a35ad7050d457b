/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of the registry offices' online filing for a signature in a PDF, point by point. */
#ifndef JPKI_TOOL_PDF_POINTS_H
#define JPKI_TOOL_PDF_POINTS_H

#include <stdbool.h>

#include "known_ca.h"
#include "pdf_file.h"
#include "signer.h"

enum pdf_point {
	PDF_TYPE,
	PDF_SUB_FILTER,
	PDF_NAME,
	PDF_TIME,
	PDF_FORM,
	PDF_BYTE_RANGE,
	PDF_CONTENTS,
	PDF_CMS,
	PDF_CERTIFICATE,
	PDF_HASH,
	PDF_POINTS,
};

/* The result for one signature. */
struct pdf_points {
	struct {
		bool ok;
		char *why; /* NULL: nothing to say */
	} point[PDF_POINTS];
	struct signers signers; /* empty if it is not known what it covers */
};

/* Check one signature. STATUS_DONE, or it was told that the file cannot be read. The caller frees
 * *points in either case. */
int pdf_points_look(struct pdf_points *points, const struct pdf_file *file,
    const struct pdf_signature *signature, struct known_cas *cas);
void pdf_points_free(struct pdf_points *points);

/* Whether all points are right; the signers do not count here. */
bool pdf_points_fit(const struct pdf_points *points);

/* Print rows for people on standard output; make an object for programs. */
void pdf_points_print(const struct pdf_points *points);
json_t *pdf_points_to_json(const struct pdf_points *points);

#endif
