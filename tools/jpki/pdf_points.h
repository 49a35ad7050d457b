/* SPDX-License-Identifier: BSD-2-Clause */
/* What the registry offices' online filing wants of a signature in a PDF, point by point. */
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

/* What was found of one signature. */
struct pdf_points {
	struct {
		bool ok;
		char *why; /* NULL: nothing to say */
	} point[PDF_POINTS];
	struct signers signers; /* none if what it covers cannot be told */
};

/* Look at one. STATUS_DONE, or it was told: the file cannot be read. To be freed in any case. */
int pdf_points_look(struct pdf_points *points, const struct pdf_file *file,
    const struct pdf_signature *signature, struct known_cas *cas);
void pdf_points_free(struct pdf_points *points);

/* Whether all points are right; it says nothing of the signers. */
bool pdf_points_fit(const struct pdf_points *points);

/* For people: rows on standard output. For programs: an object. */
void pdf_points_print(const struct pdf_points *points);
json_t *pdf_points_to_json(const struct pdf_points *points);

#endif
