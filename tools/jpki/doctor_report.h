/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_DOCTOR_REPORT_H
#define JPKI_TOOL_DOCTOR_REPORT_H

#include "diagnosis.h"

/* Print a text for a report of a bug: versions and what was found, in English, without anything
 * about the person: no names, no serial numbers, "~" for the home folder. */
void doctor_report(const struct diagnosis *diagnosis);

/* Put an "X" in place of each character of a serial number, as some readers have in their names. */
void doctor_report_hide_numbers(char *text);

#endif
