/* SPDX-License-Identifier: BSD-2-Clause */
/* The signatures in a PDF file (ISO 32000-1, 12.8), by qpdf. */
#ifndef JPKI_TOOL_PDF_FILE_H
#define JPKI_TOOL_PDF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "content.h"
#include "pdf_reader.h"

/* What the dictionary of a signature says. Texts are clean; NULL: it is not there. */
struct pdf_signature {
	char *type, *sub_filter, *name, *time;
	bool is_listed;	 /* by the form */
	int range_count; /* numbers in /ByteRange; 0: not all are whole; -1: it is not there */
	long long range[PDF_RANGE];
	uint8_t *contents; /* NULL: it is not there */
	size_t contents_length;
};

struct pdf_file {
	const char *path;
	struct content content;
	struct pdf_signature *list;
	size_t count;
};

/* Read one, with the fields that are signed. STATUS_DONE; else it was told: it cannot be read, or
 * is none, or is damaged. To be closed in any case. */
int pdf_file_open(const char *path, struct pdf_file *file);
void pdf_file_close(struct pdf_file *file);

/* Make a file's form fit for a new field (pdf_reader.h); with NULL only look whether it is. */
enum pdf_form pdf_file_mend(const char *path, const char *output);

/* What stands between the two parts that a signature covers. */
enum pdf_gap {
	PDF_GAP_SIGNATURE, /* its own bytes, with the zeros behind them, and nothing else */
	PDF_GAP_MORE,	   /* something else beside them */
	PDF_GAP_OTHER,	   /* not they, or its range makes no sense */
};
enum pdf_gap pdf_file_gap(const struct pdf_file *file, const struct pdf_signature *signature);

/* How many bytes of the file it leaves out before and behind its parts; false if its range makes no
 * sense. */
bool pdf_file_left_out(
    const struct pdf_file *file, const struct pdf_signature *signature, uint64_t *bytes);

/* Whether it goes on where the file has ended. */
bool pdf_file_is_short(const struct pdf_file *file, const struct pdf_signature *signature);

/* Give both parts of what is signed to `take`; only of a range that pdf_file_left_out() likes. As
 * content_read(). */
int pdf_file_feed(const struct pdf_file *file, const struct pdf_signature *signature,
    content_taker take, void *to);

#endif
