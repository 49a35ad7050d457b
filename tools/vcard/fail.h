/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_FAIL_H
#define VCARD_FAIL_H

#include "vcard.h"

/* Write the reason to *error (if not NULL) and return -1. */
int fail(struct vcard_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
