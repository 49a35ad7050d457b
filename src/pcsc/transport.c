/* SPDX-License-Identifier: BSD-2-Clause */
#include <jpki/transport.h>

#include "pcsc/connection.h"
#include "pcsc/opening.h"
#include "pcsc/service.h"
#include "pcsc/turn.h"
#include "pcsc/watch.h"

static void
stop(struct jpki_service **service)
{
	if (*service == NULL)
		return;
	watch_cancel(*service);
	opening_forget(*service);
	service_free(service);
}

const struct jpki_transport jpki_transport = {
    .start = service_start,
    .stop = stop,
    .readers = service_readers,
    .poll = service_poll,
    .wait = watch_wait,
    .cancel = watch_cancel,
    .open = opening_open,
    .close = turn_close,
    .guard = connection_guard,
    .guard_until = connection_guard_until,
    .check = connection_check,
    .atr = connection_atr,
    .longest = connection_longest,
    .reset = connection_reset,
    .begin = turn_begin,
    .end = turn_end,
    .transmit = connection_transmit,
};
