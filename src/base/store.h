/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_STORE_H
#define BASE_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/*
 * Small files in a folder of this user's own: jpki in $XDG_CACHE_HOME, or in ~/.cache. What is in
 * them is no loss: whatever goes wrong, there is just nothing. All functions keep errno.
 *
 * The folder is the user's alone (0700), and so are the files (0600). A folder or file that is a
 * link or somebody else's is not taken, nor is a file that others may write; a folder that is open
 * to others is closed to them. Nothing is made in what is somebody else's, nor where a link of
 * his leads. A file is written under
 * another name and then renamed, so that others read the old one or the new one, and a full disk
 * leaves the old one.
 */

/* Longest name of a file, with the NUL. */
#define STORE_NAME_SIZE 32
/* Largest file that is taken. */
#define STORE_FILE_MAX 32768
/* What the names of those begin with that are being written. */
#define STORE_NEW_PREFIX ".new-"

/*
 * The folder's path, whether it is there or not. False if there is none to be had: no home is told,
 * or the program has more rights than its user.
 */
bool store_path(char path[PATH_MAX]);

/*
 * Open the folder; the caller closes what it gets. -1 if there is none, it cannot be made where
 * `make` says that it is to be, or it is not this user's.
 */
int store_open(bool make);

/*
 * Read a file, `room` bytes at most. Returns how many, and when it was written in *written unless
 * that is NULL; 0 if there is none, or it is larger, or not to be taken.
 */
size_t store_read(int folder, const char *name, void *bytes, size_t room, time_t *written);

/*
 * Write a file, or put it in the place of another. False if that failed. Of files whose names begin
 * as this one up to the first '-', no more than `most` are left, the oldest go; so do those that
 * are older than `age` seconds, and what was begun and not ended an hour ago.
 */
bool store_write(
    int folder, const char *name, const void *bytes, size_t length, unsigned most, time_t age);

/* Call that for the name of each file, in no order, until it says false. */
void store_each(
    int folder, bool (*each)(int folder, const char *name, void *context), void *context);

/* Take a file away. */
bool store_remove(int folder, const char *name);

#endif
