/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads files of other programs, and replaces them in one step. Each function tells what is wrong.
 */
#ifndef JPKI_TOOL_FILE_H
#define JPKI_TOOL_FILE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "way.h"

/* Larger than any file that is edited here, in bytes. */
#define FILE_SIZE_MAX 8388608

struct file {
	char *path; /* with symbolic links followed: the file is replaced, the links stay */
	struct way way;
	bool exists;
	int number;	  /* open, if it exists */
	char *text;	  /* "" if there is no such file */
	struct stat info; /* when it was read */
	mode_t new_mode;  /* of a new file; 0600 by default */
};

/* Read a text file. 0, also if it does not exist. -1 if it cannot be read, is larger than
 * FILE_SIZE_MAX, is not a regular file, is not text (has a zero byte), or root must not touch it
 * (way.h). The caller frees *file in either case. */
int file_read(struct file *file, const char *path);

void file_free(struct file *file);

/* Whether the path by which a file was read is itself a link. Links to folders above do not count.
 */
bool file_is_linked(const struct file *file, const char *path);

/* Replace the text of the file, or create it. At any moment either the whole old or the whole new
 * text exists, also on disk. Mode, owner, group and access list stay. 0, or -1 and the old file is
 * unchanged: also if it has changed since it was read, or its owner or group could not be kept. */
int file_replace(const struct file *file, const char *text);

/* Rename a file to a name that must not exist: 0, or -1 with errno (EEXIST). Both are in the same
 * folder, or one in a folder below the other's. */
int file_take_name(const char *temporary, const char *path);

/* Remove a file that was read. 0 or -1. Root neither removes nor creates files below another
 * user's folder. */
int file_remove(const struct file *file);

/* Between these two, signals stay pending, so that nothing is left half done. */
void signals_hold(sigset_t *before);
void signals_release(const sigset_t *before);

/* Make a folder, and missing ones above it, with that mode. Returns how many were made, or -1
 * (then none is left). */
int folders_make(const char *path, mode_t mode);

/* Remove a folder and those above it, `count` in all, as far as they are empty. */
void folders_remove(const char *path, int count);

bool is_folder(const char *path);

/* Whether anything of this name exists. */
bool is_there(const char *path);

/* Whether both exist and are the same file. */
bool is_same_file(const char *one, const char *other);

#endif
