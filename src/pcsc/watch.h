/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_WATCH_H
#define PCSC_WATCH_H

#include <jpki/transport.h>

/* `wait` and `cancel` of the table: jpki/transport.h has what they do and return. */
int watch_wait(struct jpki_service *service, const struct jpki_reader_state *states, size_t count,
    int timeout_ms);
void watch_cancel(struct jpki_service *service);

#endif
