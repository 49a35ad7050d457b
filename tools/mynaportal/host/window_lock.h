/* SPDX-License-Identifier: BSD-2-Clause */
/* One window at a time: whoever asks a person holds a lock in the folder for what programs of one
 * user tell each other, /run/user/UID/jpki, or /tmp/jpki-UID where there is no such place. The
 * kernel gives it back when a process ends, in whatever way. */
#ifndef JPKI_PORTAL_WINDOW_LOCK_H
#define JPKI_PORTAL_WINDOW_LOCK_H

#include "word.h"

/* Take it, until the process ends, or it is given back: WORD_DONE; WORD_BUSY if another one has it;
 * WORD_INTERNAL if there is no such folder. */
enum word window_lock_take(int *lock);
void window_lock_release(int lock);

#endif
