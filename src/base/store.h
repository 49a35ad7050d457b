/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_STORE_H
#define BASE_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/*
 * Small files in a folder of this user's own: jpki in $XDG_CACHE_HOME, or in ~/.cache. They can be
 * lost without harm: if anything goes wrong, a file counts as missing. All functions keep errno.
 *
 * The folder is the user's alone (0700), and so are the files (0600). A folder or file that is a
 * link or belongs to somebody else is not used, nor is a file that others may write; a folder that
 * is open to others gets mode 0700. Nothing is created in a folder of somebody else, nor through a
 * link of theirs. A file is written under another name and then renamed, so that readers see either
 * the old or the new one, and a full disk leaves the old one.
 */

/* Longest name of a file, with the NUL. */
#define STORE_NAME_SIZE 32
/* Largest file that is read. */
#define STORE_FILE_MAX 32768
/* The names of files that are still being written begin with this. */
#define STORE_NEW_PREFIX ".new-"

/*
 * The folder's path, whether it is there or not. False if there can be none: the environment names
 * no home, or the program has more rights than its user.
 */
bool store_path(char path[PATH_MAX]);

/*
 * Open the folder, and with `make` create it if it does not exist; the caller closes the
 * descriptor. -1 if there is no folder, or it is not this user's.
 */
int store_open(bool make);

/*
 * Read a file, `room` bytes at most. Returns the number of bytes, and in *written, unless that is
 * NULL, when it was written. Returns 0 if there is no such file, it is larger, or it must not be
 * used.
 */
size_t store_read(int folder, const char *name, void *bytes, size_t room, time_t *written);

/*
 * Write or replace a file. False if that failed. Of the files whose names begin like this one up to
 * the first '-', the `most` newest are kept; older ones are removed, and those older than `age`
 * seconds, and unfinished files older than an hour.
 */
bool store_write(
    int folder, const char *name, const void *bytes, size_t length, unsigned most, time_t age);

/* Call `each` for the name of each file, in no order, until it returns false. */
void store_each(
    int folder, bool (*each)(int folder, const char *name, void *context), void *context);

/* Remove a file. */
bool store_remove(int folder, const char *name);

#endif
