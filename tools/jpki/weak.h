/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_WEAK_H
#define JPKI_TOOL_WEAK_H

#include <stdbool.h>

#include <jpki/secret.h>
#include <jpki/types.h>

/* Why somebody who has found the card would soon guess this PIN, translated; NULL if there is
 * nothing to be said against it. */
const char *weak_reason(enum jpki_role role, const struct jpki_secret *pin);

/* Whether they are the same to a card, which knows neither small letters nor full-width ones. */
bool weak_same(const struct jpki_secret *one, const struct jpki_secret *other);

#endif
