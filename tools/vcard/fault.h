/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_FAULT_H
#define VCARD_FAULT_H

#include "vcard.h"

struct waiting_fault;

/*
 * Count this exchange for the waiting faults. True if a fault is due: it is copied to *fault and
 * waits no longer.
 */
bool fault_due(
    struct vcard *card, const uint8_t *command, size_t length, struct waiting_fault *fault);

#endif
