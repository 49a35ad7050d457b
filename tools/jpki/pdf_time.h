/* SPDX-License-Identifier: BSD-2-Clause */
/* A date as PDF has it (ISO 32000-1, 7.9.4). */
#ifndef JPKI_TOOL_PDF_TIME_H
#define JPKI_TOOL_PDF_TIME_H

#include <stdbool.h>

/* Whether it is one, D:YYYY[MM[DD[HH[mm[SS]]]]] and perhaps the difference to UTC, of a day that
 * there is. */
bool pdf_time_is_one(const char *text);

#endif
