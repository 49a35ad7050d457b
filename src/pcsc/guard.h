/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PCSC_GUARD_H
#define PCSC_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/descriptor.h"

/*
 * A program that is killed cannot lock its card. So while a PIN may be verified a small program of
 * ours, jpki-guard (guard_main.c), waits for this process to end, and then cuts the power of the
 * card. It is told when it is not needed any more.
 */

/*
 * Start one for the card in `reader`, which was seen last at that count of events. It is looked for
 * beside the shared object (or program) that this code is in, then where it is installed. Returns
 * the channel that it listens to, or none if it could not be started, which the log tells the first
 * time. `share` is the path of the file whose lock leaves the card to others
 * (jpki_transport.guard), or NULL.
 */
struct descriptor guard_start(const char *reader, uint32_t events, const char *share);

/* From now on it is to leave the card to others that share it, or to cut the power whatever they
 * do. */
void guard_heed(const struct descriptor *channel, bool others);

/*
 * The process locks the card at that moment (clock_now_ms; 0: at none). If it does not, as one that
 * is stopped, it is the guard that does, a little later.
 */
void guard_until(const struct descriptor *channel, uint64_t moment);

/*
 * Has it locked the card, since the process was late or a signal told it to? Others may have logged
 * in since then.
 */
bool guard_has_locked(const struct descriptor *channel);

/*
 * It is not needed any more, if the card is locked or was never unlocked; else it is to cut the
 * power now. Closes the channel; accepts none.
 */
void guard_stop(struct descriptor *channel, bool locked);

#endif
