/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_DOCTOR_CARD_H
#define JPKI_TOOL_DOCTOR_CARD_H

#include "verb.h"

/* jpki doctor --card: ask the person's own card what is not known of all cards, with one PIN, and
 * print what comes of it, which tells nothing of the person. An exit status. */
int doctor_card(const struct words *words);

#endif
