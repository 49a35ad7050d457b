/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_DOCTOR_REPORT_H
#define JPKI_TOOL_DOCTOR_REPORT_H

#include "diagnosis.h"

/* Print a report for a bug tracker: versions and findings, in English, without anything personal:
 * no names, no serial numbers, "~" for the home folder. */
void doctor_report(const struct diagnosis *diagnosis);

/* Replace each character of a serial number, which some readers have in their names, by "X". */
void doctor_report_hide_numbers(char *text);

#endif
