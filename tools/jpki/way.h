/* SPDX-License-Identifier: BSD-2-Clause */
/* The way to a file of another program, through folders and symbolic links.
 *
 * In a folder of another user root might be led astray: that user can lay a link to a file of
 * root's in the place of any file, at any moment. So root follows no link of another user's, and
 * what is on the way is not looked up a second time: the folder at its end stays open. */
#ifndef JPKI_TOOL_WAY_H
#define JPKI_TOOL_WAY_H

struct way {
	int folder;	 /* the file's, for openat() and the like; -1 if there is no such folder */
	char *path;	 /* of the file, without links; of a part of it if the folder is missing */
	char *strangers; /* for root: a folder on the way that is another user's; NULL: none */
	unsigned links;	 /* that were followed */
};

/* 0, also if there is no such file or folder; else -1, and it was told why. To be ended in any
 * case.
 */
int way_go(struct way *way, const char *path);

void way_end(struct way *way);

/* The name of the file in its folder. */
const char *way_name(const struct way *way);

/* The file, open for reading; it may be anything, and none that is waited for. -1 with errno. For
 * root it has to be of the user whose folder it is in (EPERM). */
int way_open(const struct way *way);

#endif
