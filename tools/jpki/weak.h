/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_WEAK_H
#define JPKI_TOOL_WEAK_H

#include <stdbool.h>

#include <jpki/secret.h>
#include <jpki/types.h>

/* Why somebody who finds the card would soon guess this PIN, translated; NULL if it is acceptable.
 */
const char *weak_reason(enum jpki_role role, const struct jpki_secret *pin);

/* Whether both are the same to the card, which has neither lower-case nor full-width letters. */
bool weak_same(const struct jpki_secret *one, const struct jpki_secret *other);

#endif
