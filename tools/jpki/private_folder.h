/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder for what other programs need for a moment. One of ours that was killed meanwhile leaves
 * it behind: whoever makes one removes such first, if it is marked as ours and nothing else is in
 * it. */
#ifndef JPKI_TOOL_PRIVATE_FOLDER_H
#define JPKI_TOOL_PRIVATE_FOLDER_H

#include <stdint.h>

struct private_folder {
	char *path; /* NULL: there is none */
	int lock;   /* the folder, locked for as long as we live */
};

/* Make one that holds so many bytes: below TMPDIR if that is set; else below XDG_RUNTIME_DIR, which
 * is in memory and goes with the person's session, if there is room; else below /tmp. An exit
 * status; what is wrong was told. */
int private_folder_make(struct private_folder *folder, uint64_t size);

/* Whether one could be made, as far as can be told before: an exit status, as above. */
int private_folder_check(uint64_t size);

/* Remove it with the files that are made in it, if there is one. */
void private_folder_remove(struct private_folder *folder);

#endif
