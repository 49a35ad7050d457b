/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_DOCTOR_REPORT_H
#define JPKI_TOOL_DOCTOR_REPORT_H

#include "diagnosis.h"

/* Print a text for a report of a bug: versions and what was found, in English, without anything
 * about the person: no names, no serial numbers, "~" for the home folder. */
void doctor_report(const struct diagnosis *diagnosis);

#endif
