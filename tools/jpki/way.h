/* SPDX-License-Identifier: BSD-2-Clause */
/* The way to a file of another program, through folders and symbolic links.
 *
 * In another user's folder root could be tricked: that user can replace any file by a link to a
 * file of root's, at any moment. So root follows no link of another user, and nothing on the way
 * is looked up twice: the folder at its end stays open. */
#ifndef JPKI_TOOL_WAY_H
#define JPKI_TOOL_WAY_H

struct way {
	int folder;	 /* the file's folder, for openat() and the like; -1 if there is none */
	char *path;	 /* of the file, without links; a part of it if the folder is missing */
	char *strangers; /* for root: another user's folder on the way; NULL: none */
	unsigned links;	 /* number of links followed */
};

/* Follow a path. 0, also if there is no such file or folder; -1 after telling why. The caller
 * calls way_end() in either case. */
int way_go(struct way *way, const char *path);

void way_end(struct way *way);

/* The name of the file in its folder. */
const char *way_name(const struct way *way);

/* Open the file for reading, without blocking; it may be of any kind. -1 with errno. For root the
 * file must belong to the owner of its folder (EPERM). */
int way_open(const struct way *way);

#endif
