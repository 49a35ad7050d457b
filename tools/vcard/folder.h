/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VCARD_FOLDER_H
#define VCARD_FOLDER_H

#include "vcard.h"

/* Make a folder and those above it, 0700. */
int folder_make(const char *path, struct vcard_error *error);
/* Replace `folder`/`name` with `length` bytes in one step, 0600. */
int folder_write(const char *folder, const char *name, const void *bytes, size_t length,
    struct vcard_error *error);
/* Open `folder`/`name` and lock it; without `wait` -1 if another process has it. */
int folder_lock(const char *folder, const char *name, bool wait, struct vcard_error *error);
/* `folder`/`name`, for free(); NULL if memory is short. */
char *folder_path(const char *folder, const char *name);

#endif
