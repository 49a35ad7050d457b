/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_DOCTOR_CARD_H
#define JPKI_TOOL_DOCTOR_CARD_H

#include "verb.h"

/* jpki doctor --card: examine the person's own card, with one PIN, for what is not known of all
 * cards. Prints the results, which contain nothing personal. Returns an exit status. */
int doctor_card(const struct words *words);

#endif
