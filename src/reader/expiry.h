/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_EXPIRY_H
#define READER_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What is open for a time is to be locked after it, also if the program makes no call then. So
 * while there is such a thing there is a thread that waits for the moment. Where there can be none,
 * the next call sees to it.
 */

/* `work` is what it does when the time has come: to be called in a thread of ours. */
void expiry_start(void (*work)(void));

/*
 * Work is to be done at that moment (clock_now_ms), or a little later; the earliest that was said
 * counts. It may come to nothing: then the next moment is to be said. False if nobody will do it:
 * no thread is to be had, or work is over.
 */
bool expiry_at(uint64_t moment);

/*
 * No more work. Waits until the thread has come out of it, at most `patience_ms` (-1: without end).
 */
void expiry_stop(int patience_ms);

/* In a forked child, which does not have the thread. */
void expiry_abandon(void);

#endif
