/* SPDX-License-Identifier: BSD-2-Clause */
/* Dates in PDF (ISO 32000-1, 7.9.4). */
#ifndef JPKI_TOOL_PDF_TIME_H
#define JPKI_TOOL_PDF_TIME_H

#include <stdbool.h>

/* Whether the text is a PDF date, D:YYYY[MM[DD[HH[mm[SS]]]]] and perhaps the difference to UTC, of
 * a day that exists. */
bool pdf_time_is_one(const char *text);

#endif
