/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_DESCRIPTOR_H
#define BASE_DESCRIPTOR_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * A file descriptor that we keep open in another program's process. That program may close it
 * (daemons close all descriptors) and get the same number for a file of its own.
 */
struct descriptor {
	int number; /* -1: none */
	dev_t device;
	ino_t inode;
};
#define NO_DESCRIPTOR ((struct descriptor){.number = -1})

/* Keep an open descriptor, or none if it is -1. */
struct descriptor descriptor_keep(int number);

/* Is it still the file that was kept? */
bool descriptor_is_ours(const struct descriptor *descriptor);

/* Close it if it is still ours. It becomes NO_DESCRIPTOR. */
void descriptor_close(struct descriptor *descriptor);

/*
 * Release the locks of an open file (F_OFD_SETLK) and close it; does nothing for -1. Closing alone
 * would not release them if a child has the file too, forked without our handlers (_Fork). Do not
 * call it in a forked child.
 */
void descriptor_unlock(int number);

#endif
