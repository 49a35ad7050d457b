/* SPDX-License-Identifier: BSD-2-Clause */
/* One window at a time: the process that asks for a PIN holds a lock on a file in
 * /run/user/UID/jpki, or in /tmp/jpki-UID if that does not exist. The kernel releases it when the
 * process ends, in whatever way. */
#ifndef JPKI_PORTAL_WINDOW_LOCK_H
#define JPKI_PORTAL_WINDOW_LOCK_H

#include "word.h"

/* Take the lock. It lasts until window_lock_release or the end of the process. WORD_DONE;
 * WORD_BUSY if another process has it; WORD_INTERNAL if there is no such folder. */
enum word window_lock_take(int *lock);
void window_lock_release(int lock);

#endif
