/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_DESCRIPTOR_H
#define BASE_DESCRIPTOR_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * A file descriptor kept inside a program of others, which may close what it has not opened
 * (daemons do) and get the same number for a file of its own.
 */
struct descriptor {
	int number; /* -1: none */
	dev_t device;
	ino_t inode;
};
#define NO_DESCRIPTOR ((struct descriptor){.number = -1})

/* Keep an open descriptor, or none if it is -1. */
struct descriptor descriptor_keep(int number);

/* Is it still what it was? */
bool descriptor_is_ours(const struct descriptor *descriptor);

/* Close it if so; it is none then. */
void descriptor_close(struct descriptor *descriptor);

/*
 * Give back the locks of an open file (F_OFD_SETLK) and close it; -1 is none. To close it alone
 * would not do where a child has it too, one that was forked without a word to us (_Fork). Not to
 * be called in a forked child.
 */
void descriptor_unlock(int number);

#endif
