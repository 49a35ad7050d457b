/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_FEATURES_H
#define PCSC_FEATURES_H

#include <stddef.h>
#include <winscard.h>

/* The data of a short response. */
#define SHORT_DATA_MAX 256

/*
 * What a reader tells of itself (PC/SC part 10): the most bytes of data that it brings in one
 * answer, JPKI_LONG_DATA_MAX or, if it does not tell, SHORT_DATA_MAX. A driver that knows nothing
 * of that answers with an error, which is none. Waits for another program's transaction.
 */
size_t features_longest(SCARDHANDLE card);

#endif
