/* SPDX-License-Identifier: BSD-2-Clause */
/* The signatures in a PDF file (ISO 32000-1, 12.8), read with qpdf. */
#ifndef JPKI_TOOL_PDF_FILE_H
#define JPKI_TOOL_PDF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "content.h"
#include "pdf_reader.h"

/* The dictionary of a signature. Texts are cleaned for display; NULL: missing. */
struct pdf_signature {
	char *type, *sub_filter, *name, *time;
	bool is_listed;	 /* the form lists its field */
	int range_count; /* numbers in /ByteRange; 0: not all are integers; -1: it is missing */
	long long range[PDF_RANGE];
	uint8_t *contents; /* NULL: missing */
	size_t contents_length;
};

struct pdf_file {
	const char *path;
	struct content content;
	struct pdf_signature *list;
	size_t count;
};

/* Open a file and read its signatures. STATUS_DONE; otherwise it was told: the file cannot be
 * read, is not a PDF, or is damaged. The caller closes it in either case. */
int pdf_file_open(const char *path, struct pdf_file *file);
void pdf_file_close(struct pdf_file *file);

/* Write a copy of a file whose form can take a new field (pdf_reader.h). With NULL only check
 * whether the form can. */
enum pdf_form pdf_file_mend(const char *path, const char *output);

/* What is between the two parts that a signature covers. */
enum pdf_gap {
	PDF_GAP_SIGNATURE, /* only the signature, with zeros after it, and nothing else */
	PDF_GAP_MORE,	   /* the signature and something else */
	PDF_GAP_OTHER,	   /* not the signature, or the range is invalid */
};
enum pdf_gap pdf_file_gap(const struct pdf_file *file, const struct pdf_signature *signature);

/* How many bytes of the file the signature does not cover, before and after its two parts. False
 * if its range is invalid. */
bool pdf_file_left_out(
    const struct pdf_file *file, const struct pdf_signature *signature, uint64_t *bytes);

/* Whether its range extends beyond the end of the file. */
bool pdf_file_is_short(const struct pdf_file *file, const struct pdf_signature *signature);

/* Pass both signed parts to `take`; only for a range that pdf_file_left_out() accepts. Returns
 * what content_read() does. */
int pdf_file_feed(const struct pdf_file *file, const struct pdf_signature *signature,
    content_taker take, void *to);

#endif
