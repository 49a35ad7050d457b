/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_FEATURES_H
#define PCSC_FEATURES_H

#include <stddef.h>
#include <winscard.h>

/* The data of a short response. */
#define SHORT_DATA_MAX 256

/*
 * The most bytes of data that the reader returns in one response, by its own properties (PC/SC part
 * 10): JPKI_LONG_DATA_MAX, or SHORT_DATA_MAX if it does not say so. A driver without these
 * properties returns an error, which is ignored. Waits for another program's transaction.
 */
size_t features_longest(SCARDHANDLE card);

#endif
