/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki doctor: programs that use the card, and OpenSC's module beside ours in them. */
#ifndef JPKI_TOOL_DOCTOR_PROGRAMS_H
#define JPKI_TOOL_DOCTOR_PROGRAMS_H

#include <stdbool.h>

#include "diagnosis.h"

/* Whether one of these files exists and can be run; the list ends with NULL. */
bool doctor_is_installed(const char *const *files);

/* Add a finding for each installed program: is our module registered in it? */
void doctor_look_at_programs(struct diagnosis *diagnosis);

/* Correct our module's path and remove OpenSC's module in the person's own files; and undo the
 * latter. Both return an exit status. */
int doctor_fix(void);
int doctor_unfix(void);

#endif
