/* SPDX-License-Identifier: BSD-2-Clause */
/* What reads PDF files, a library of its own that is loaded when it is needed: one function, which
 * needs nothing else of the program. */
#ifndef JPKI_TOOL_PDF_READER_H
#define JPKI_TOOL_PDF_READER_H

#include <stdbool.h>
#include <stddef.h>

#define PDF_READER_FILE "jpki-pdf.so"
#define PDF_READER_FUNCTION "jpki_pdf_read"

/* What is signed of a file: two parts, with the signature between them. */
#define PDF_RANGE 4

/* Bytes as they are; NULL: there are none. */
struct pdf_text {
	char *bytes;
	size_t length;
};

/* The dictionary of a signature. */
struct pdf_dictionary {
	struct pdf_text type, sub_filter, name, time, contents;
	bool is_listed;	 /* by the form; else only a page names it */
	int range_count; /* numbers in /ByteRange; 0: not all are whole; -1: it is not there */
	long long range[PDF_RANGE];
};

enum pdf_result {
	PDF_READ,
	PDF_UNREADABLE, /* no PDF, or a damaged one */
	PDF_ENCRYPTED,
	PDF_DAMAGED, /* it could be read, though something is wrong with it */
};

typedef void (*pdf_taker)(void *to, const struct pdf_dictionary *dictionary);

/* Give the dictionary of each field that is signed to `take`: those of the form, then those that
 * only pages name. */
typedef enum pdf_result (*pdf_reader)(const char *path, pdf_taker take, void *to);
enum pdf_result jpki_pdf_read(const char *path, pdf_taker take, void *to);

#endif
