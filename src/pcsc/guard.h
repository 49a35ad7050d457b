/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_GUARD_H
#define PCSC_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/descriptor.h"

/*
 * A program that is killed cannot lock its card. So while a PIN may be verified a small program of
 * ours, jpki-guard (guard_main.c), waits for this process to end, and then cuts the power of the
 * card. We tell it when it is not needed any more.
 */

/*
 * Start a guard for the card in `reader`, which was seen last at that count of events. The program
 * is looked for in the folder of the shared object (or program) that contains this code, then where
 * it is installed. Returns the channel that it listens to, or none if it could not be started; the
 * first failure is logged. `share` is the path of the file whose lock leaves the card to others
 * (jpki_transport.guard), or NULL.
 */
struct descriptor guard_start(const char *reader, uint32_t events, const char *share);

/*
 * With `others`, the guard does not cut the power while other programs share the card; without, it
 * cuts the power whatever they do.
 */
void guard_heed(const struct descriptor *channel, bool others);

/*
 * Tell the guard when the process will have locked the card (clock_now_ms; 0: no such moment). If
 * the process has not, for example because it is stopped, the guard locks the card a little later.
 */
void guard_until(const struct descriptor *channel, uint64_t moment);

/*
 * Has the guard locked the card already, because the process was late, or because a signal
 * ended the guard? Other programs may have logged in since then.
 */
bool guard_has_locked(const struct descriptor *channel);

/*
 * End the guard. With `locked` it is not needed any more: the card is locked, or was never
 * unlocked. Without, it cuts the power now. Closes the channel; accepts none.
 */
void guard_stop(struct descriptor *channel, bool locked);

#endif
