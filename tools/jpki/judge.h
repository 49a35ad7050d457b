/* SPDX-License-Identifier: BSD-2-Clause */
/* The points of a check that need neither a card nor the net. */
#ifndef JPKI_TOOL_JUDGE_H
#define JPKI_TOOL_JUDGE_H

#include <jpki/jpki.h>

#include "chain.h"
#include "facts.h"
#include "point.h"

/* Judge period, issuer, key usage and policy of a certificate for a key, now. Returns what was
 * found about the issuer. */
struct chain judge_certificate(const struct facts *facts, enum jpki_role role,
    const struct known_cas *cas, struct points *points);

/* Judge the rule that the signature certificate does not outlive the card's authentication
 * certificate (F-VALIDITY), which is NULL if there is none. */
void judge_issue(
    const struct facts *signature, const struct facts *authentication, struct points *points);

#endif
