/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_EXPIRY_H
#define READER_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What is unlocked for a limited time has to be locked in time even if the program makes no call.
 * So a thread waits for that moment. If no thread can be made, the next call locks it.
 */

/* `work` is called in a thread of ours when the time has come. */
void expiry_start(void (*work)(void));

/*
 * Call the work at that moment (clock_now_ms), or a little later; of several moments the earliest
 * counts. If it is too early for the work, the work itself asks for the next moment. False if no
 * thread can be made, or expiry_stop was called.
 */
bool expiry_at(uint64_t moment);

/*
 * Do not call the work any more, and wait at most `patience_ms` (-1: without end) for one under way
 * to return.
 */
void expiry_stop(int patience_ms);

/* In a forked child, which does not have the thread. */
void expiry_abandon(void);

#endif
