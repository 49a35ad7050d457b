/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SEARCH_PINS_H
#define SEARCH_PINS_H

#include "scene.h"
#include "watch.h"

/* What a person may type, right, wrong or impossible, for a role of a card (-1: any). */
void pins_type(struct given *pin, int card, enum jpki_role role, unsigned number);
/* One that no card has, unless it has been changed to that. */
void pins_wrong(struct given *pin, enum jpki_role role, unsigned number);
/* The right one. */
void pins_right(struct given *pin, int card, enum jpki_role role);
/* One to change to. */
void pins_new(struct given *pin, enum jpki_role role, unsigned number);

#endif
