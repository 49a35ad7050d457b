/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_FOLDER_H
#define VCARD_FOLDER_H

#include "vcard.h"

/* Make a folder (mode 0700) and those above it. 0, or -1 with *error set. */
int folder_make(const char *path, struct vcard_error *error);
/* Replace `folder`/`name` with `length` bytes in one step (mode 0600). 0, or -1 with *error set. */
int folder_write(const char *folder, const char *name, const void *bytes, size_t length,
    struct vcard_error *error);
/*
 * Open `folder`/`name` and lock it. Without `wait`, fails if another process has the lock. Returns
 * the descriptor, which the caller closes, or -1 with *error set.
 */
int folder_lock(const char *folder, const char *name, bool wait, struct vcard_error *error);
/* `folder`/`name`, for free(); NULL if memory is short. */
char *folder_path(const char *folder, const char *name);

#endif
