/* SPDX-License-Identifier: BSD-2-Clause */
/* Searches all objects of a PDF file for dictionaries that look like a signature but are in no
 * field that was found: another program may find and show them. */
#ifndef JPKI_TOOL_PDF_OBJECTS_H
#define JPKI_TOOL_PDF_OBJECTS_H

#include <stdbool.h>

#include <qpdf/qpdf-c.h>

/* A number that identifies the object, made from its number and generation, greater than 0; 0 if
 * it is a part of another object. */
long long pdf_object_key(qpdf_data qpdf, qpdf_oh object);

/* Gets a dictionary that looks like a signature, with its key; or with -KEY if it is the value of
 * a field in the object with that key. */
typedef void (*pdf_finder)(void *to, qpdf_oh dictionary, long long key);

/* Pass all of them to `find`. False if there is no memory, or there are too many objects. */
bool pdf_objects_look(qpdf_data qpdf, pdf_finder find, void *to);

#endif
