/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki doctor: the programs that use the card, and OpenSC's module beside ours in them. */
#ifndef JPKI_TOOL_DOCTOR_PROGRAMS_H
#define JPKI_TOOL_DOCTOR_PROGRAMS_H

#include <stdbool.h>

#include "diagnosis.h"

/* Whether one of these files is there, to be run; NULL ends them. */
bool doctor_is_installed(const char *const *files);

/* Say of each program that is installed whether it knows our module. */
void doctor_look_at_programs(struct diagnosis *diagnosis);

/* Put our module's path right, and take OpenSC's out, in files of the person's own; and undo the
 * latter. An exit status. */
int doctor_fix(void);
int doctor_unfix(void);

#endif
