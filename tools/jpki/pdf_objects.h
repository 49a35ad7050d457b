/* SPDX-License-Identifier: BSD-2-Clause */
/* Every object of a PDF file, for what looks like a signature but is in no field that is found:
 * what one program does not find another one may show. */
#ifndef JPKI_TOOL_PDF_OBJECTS_H
#define JPKI_TOOL_PDF_OBJECTS_H

#include <stdbool.h>

#include <qpdf/qpdf-c.h>

/* Which object it is, by number and generation, more than 0; 0: it stands in another one. */
long long pdf_object_key(qpdf_data qpdf, qpdf_oh object);

/* Gets a dictionary that looks like a signature, with its key; or with -KEY: it stands in the
 * object of this key, as the value of a field. */
typedef void (*pdf_finder)(void *to, qpdf_oh dictionary, long long key);

/* Give all of them to `find`. False: memory is used up, or there are too many objects. */
bool pdf_objects_look(qpdf_data qpdf, pdf_finder find, void *to);

#endif
