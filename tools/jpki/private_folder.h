/* SPDX-License-Identifier: BSD-2-Clause */
/* A temporary folder for files of other programs. If jpki is killed it stays; the next call
 * removes such folders first, if they have our mark and contain nothing else. */
#ifndef JPKI_TOOL_PRIVATE_FOLDER_H
#define JPKI_TOOL_PRIVATE_FOLDER_H

#include <stdint.h>

struct private_folder {
	char *path; /* NULL: none */
	int lock;   /* descriptor of the folder, locked while this process lives */
};

/* Make a folder for `size` bytes: below TMPDIR if that is set; otherwise below XDG_RUNTIME_DIR,
 * which is in memory and ends with the person's session, if there is room; otherwise below /tmp.
 * Returns an exit status; what is wrong was told. */
int private_folder_make(struct private_folder *folder, uint64_t size);

/* Check whether such a folder could probably be made. Returns an exit status; what is wrong was
 * told. */
int private_folder_check(uint64_t size);

/* Remove the folder, if there is one, with the files made in it. */
void private_folder_remove(struct private_folder *folder);

#endif
