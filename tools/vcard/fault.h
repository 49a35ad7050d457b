/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_FAULT_H
#define VCARD_FAULT_H

#include "internal.h"

/* Whether this command meets a fault. *fault is the caller's copy. */
bool fault_due(
    struct vcard *card, const uint8_t *command, size_t length, struct waiting_fault *fault);

#endif
