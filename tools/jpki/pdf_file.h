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
	int range_count; /* numbers in /ByteRange, all of them whole; -1: else */
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

/* What a signature covers is: nothing else than its own bytes, and the zeros behind them, stands
 * between the two parts. */
bool pdf_file_is_gap_only(const struct pdf_file *file, const struct pdf_signature *signature);

/* How many bytes of the file it leaves out before, behind and, beside itself, between its parts;
 * false if its range makes no sense. */
bool pdf_file_left_out(
    const struct pdf_file *file, const struct pdf_signature *signature, uint64_t *bytes);

/* Give both parts of what is signed to `take`; only of a range that pdf_file_left_out() likes. As
 * content_read(). */
int pdf_file_feed(const struct pdf_file *file, const struct pdf_signature *signature,
    content_taker take, void *to);

#endif
