/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of other programs: read whole, replaced in one step. Each function tells what goes wrong.
 */
#ifndef JPKI_TOOL_FILE_H
#define JPKI_TOOL_FILE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "way.h"

/* More than that no file has that is edited here. */
#define FILE_SIZE_MAX 8388608

struct file {
	char *path; /* with symbolic links followed: that file is replaced, the links stay */
	struct way way;
	bool exists;
	int number;	  /* open, if it exists */
	char *text;	  /* "" if there is no such file */
	struct stat info; /* as it was when read */
	mode_t new_mode;  /* of one that is made; 0600 if nobody changes it */
};

/* Read a text file. 0, also if there is none; else -1: it cannot be read, is larger than
 * FILE_SIZE_MAX, no regular file, or no text (it has a zero byte), or is nothing for root to touch
 * (way.h). To be freed in any case. */
int file_read(struct file *file, const char *path);

void file_free(struct file *file);

/* Whether the path by which a file was read is that of a link to it. Links to folders above do not
 * count. */
bool file_is_linked(const struct file *file, const char *path);

/* Give the file another text, or make it. At each moment the whole old or the whole
 * new text is there, also on disk. Mode, owner, group and access list stay. 0, or -1 with the old
 * file as it was: also if it changed since it was read, or if its owner or group could not be kept.
 */
int file_replace(const struct file *file, const char *text);

/* Give a file another name, which nothing else may have: 0, or -1 with errno (EEXIST). Both are in
 * one folder or in one below the other. */
int file_take_name(const char *temporary, const char *path);

/* Remove a file that was read. 0 or -1; root removes none below a folder of another user's, and
 * makes none there. */
int file_remove(const struct file *file);

/* Around what is to be done as a whole: signals that come meanwhile wait, so that nothing is left
 * half done or behind. */
void signals_hold(sigset_t *before);
void signals_release(const sigset_t *before);

/* Make a folder, and those above it that are missing, with a mode. How many were made, or -1 (then
 * none is left). */
int folders_make(const char *path, mode_t mode);

/* Remove a folder and those above it, so many in all, as far as they are empty. */
void folders_remove(const char *path, int count);

bool is_folder(const char *path);

/* Whether there is anything of this name. */
bool is_there(const char *path);

/* Whether both are there, and are the same file. */
bool is_same_file(const char *one, const char *other);

#endif
