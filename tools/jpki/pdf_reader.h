/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads PDF files, in a separate library that is loaded when it is needed. Its functions need
 * nothing else of the program. */
#ifndef JPKI_TOOL_PDF_READER_H
#define JPKI_TOOL_PDF_READER_H

#include <stdbool.h>
#include <stddef.h>

#define PDF_READER_FILE "jpki-pdf.so"
#define PDF_READER_FUNCTION "jpki_pdf_read"
#define PDF_MENDER_FUNCTION "jpki_pdf_mend"

/* Numbers in a range: offset and length of two parts, with the signature between them. */
#define PDF_RANGE 4

/* Bytes as they are in the file; NULL: none. */
struct pdf_text {
	char *bytes;
	size_t length;
};

/* The dictionary of a signature. */
struct pdf_dictionary {
	struct pdf_text type, sub_filter, name, time, contents;
	bool is_listed;	 /* the form lists its field; else only a page names it, or nothing known */
	int range_count; /* numbers in /ByteRange; 0: not all are integers; -1: it is missing */
	long long range[PDF_RANGE];
};

enum pdf_result {
	PDF_READ,
	PDF_UNREADABLE, /* not a PDF, or a damaged one */
	PDF_ENCRYPTED,
	PDF_DAMAGED, /* it could be read, but is damaged */
};

typedef void (*pdf_taker)(void *to, const struct pdf_dictionary *dictionary);

/* Pass the dictionary of each signed field to `take`: first those of the form, then those that
 * only pages name, and, if there are any, dictionaries in neither that look like a signature. */
typedef enum pdf_result (*pdf_reader)(const char *path, pdf_taker take, void *to);
enum pdf_result jpki_pdf_read(const char *path, pdf_taker take, void *to);

enum pdf_form {
	PDF_FORM_GOOD,
	PDF_FORM_MENDED,
	PDF_FORM_FAILED, /* the file cannot be read or written */
};

/* Poppler (22.12) adds a new field only to a form that is an object of its own, with the list of
 * its fields in it; otherwise the list stays as it was. If the file is not so, write a file that
 * is, unless `output` is NULL. */
typedef enum pdf_form (*pdf_mender)(const char *path, const char *output);
enum pdf_form jpki_pdf_mend(const char *path, const char *output);

#endif
