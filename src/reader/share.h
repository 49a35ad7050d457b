/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_SHARE_H
#define READER_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include <jpki/pin.h>

#include "base/descriptor.h"

/*
 * Several programs of one user may be logged in with a card at the same time, and the last of them
 * locks it (PIN rule 7). Each holds a shared lock on a file, one for each time that a card is put
 * in, with a byte for each key. A program that logs out tries to lock the whole file for itself: if
 * that works, it is the last. The kernel releases the locks of a process when it ends, in whatever
 * way. They belong to the open file (F_OFD_…), so two modules in one process count as two.
 *
 * The file has a mark (base/mark.h) while the card may be open for somebody: a program that finds
 * the mark, and is alone, locks the card, also if its own PIN was refused.
 */
#define SHARE_PATH_SIZE 128
struct share {
	struct descriptor file; /* NO_DESCRIPTOR: we hold no lock */
	char path[SHARE_PATH_SIZE];
	uint64_t insertion; /* that the file is for */
	unsigned roles;	    /* for which we hold locks: SHARE_ROLE bits */
};
#define SHARE_ROLE(role) (1u << (role))
#define SHARE_ALL (SHARE_ROLE(JPKI_ROLES) - 1)
#define SHARE_NONE ((struct share){.file = NO_DESCRIPTOR})

/* The results of share_join. */
enum share_joined {
	SHARE_JOINED,
	SHARE_LATER, /* another program is locking the card, or is about to: try again after it */
	SHARE_ALONE, /* there is no folder for the file: we count as alone */
};

/*
 * Open the file for that insertion, and set share->path; no lock is taken. False if there is no
 * folder for it.
 */
bool share_prepare(struct share *share, uint64_t insertion);

/*
 * Take a shared lock for `role`, before a PIN is sent. Does not wait. After SHARE_LATER the caller
 * waits outside of a transaction, because the program that locks the card needs one.
 */
enum share_joined share_join(struct share *share, uint64_t insertion, enum jpki_role role);

/* Set the mark of the file: the card may be open from now on. */
void share_open(const struct share *share);

/*
 * Release the locks of some roles (SHARE_ROLE bits). True if another program holds one: that
 * program will lock the card. Otherwise we hold no lock any more, *rest is a descriptor that keeps
 * others from joining until it is closed, or -1, and *was_open tells whether a program has left the
 * card open without locking it.
 */
bool share_leave(struct share *share, unsigned roles, int *rest, bool *was_open);

/* Release the lock of one role, and keep that of the other. */
void share_give_back(struct share *share, enum jpki_role role);

/* Close the file of another process, in a forked child; its locks stay with the parent. */
void share_abandon(struct share *share);

/*
 * Is a program of this user logged in with the card of that insertion? Programs of other users are
 * not seen. Only for a caller that holds no lock itself.
 */
bool share_is_taken(uint64_t insertion);

#endif
