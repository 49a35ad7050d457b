/* SPDX-License-Identifier: BSD-2-Clause */
/* What reads PDF files, a library of its own that is loaded when it is needed: functions that need
 * nothing else of the program. */
#ifndef JPKI_TOOL_PDF_READER_H
#define JPKI_TOOL_PDF_READER_H

#include <stdbool.h>
#include <stddef.h>

#define PDF_READER_FILE "jpki-pdf.so"
#define PDF_READER_FUNCTION "jpki_pdf_read"
#define PDF_MENDER_FUNCTION "jpki_pdf_mend"

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
	bool is_listed;	 /* by the form; else a page names it, or nothing that is known */
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
 * only pages name, and if there are such, what looks like one and is in neither. */
typedef enum pdf_result (*pdf_reader)(const char *path, pdf_taker take, void *to);
enum pdf_result jpki_pdf_read(const char *path, pdf_taker take, void *to);

enum pdf_form {
	PDF_FORM_GOOD,
	PDF_FORM_MENDED,
	PDF_FORM_FAILED, /* it cannot be read or written */
};

/* Poppler (22.12) puts a new field into the form of a file only if that is an object of its
 * own, with the list of its fields in it; else the list stays as it was. Write a file anew that is
 * not so, if `output` is not NULL. */
typedef enum pdf_form (*pdf_mender)(const char *path, const char *output);
enum pdf_form jpki_pdf_mend(const char *path, const char *output);

#endif
