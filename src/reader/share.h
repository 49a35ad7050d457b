/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef READER_SHARE_H
#define READER_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include <jpki/pin.h>

#include "base/descriptor.h"

/*
 * Several programs of one user may be logged in with a card at the same time, and the last of them
 * locks it. Each holds a shared lock on a file, one for each time that a card is put in, with a
 * byte for each key; whoever ends, and gets the whole of it for himself, is the last. The kernel
 * gives the locks of a process back when that ends in whatever way. They belong to the open file
 * (F_OFD_…), so two modules in one process count as two.
 *
 * The file has a mark (base/mark.h) while the card may be open for somebody: who finds it, and is
 * alone, locks the card, also if his own PIN was refused.
 */
#define SHARE_PATH_SIZE 128
struct share {
	struct descriptor file; /* none: we hold nothing */
	char path[SHARE_PATH_SIZE];
	uint64_t insertion; /* which the file is for */
	unsigned roles;	    /* whose locks we hold: SHARE_ROLE of each */
};
#define SHARE_ROLE(role) (1u << (role))
#define SHARE_ALL (SHARE_ROLE(JPKI_ROLES) - 1)
#define SHARE_NONE ((struct share){.file = NO_DESCRIPTOR})

/* What came of joining. */
enum share_joined {
	SHARE_JOINED,
	SHARE_LATER, /* somebody is locking the card just now, or is about to: let him, and try
			again */
	SHARE_ALONE, /* there is no place for the file: as far as we know, there is nobody else */
};

/* Open the file, whose path is known then; no lock is taken. False: there is no place for it. */
bool share_prepare(struct share *share, uint64_t insertion);

/*
 * A shared lock for `role`: to come before a PIN is sent. Does not wait. Who waits does so outside
 * of a transaction: it is what the other one needs.
 */
enum share_joined share_join(struct share *share, uint64_t insertion, enum jpki_role role);

/* The card is open from now on. */
void share_open(const struct share *share);

/*
 * Give back the locks of some roles. True if somebody else holds one: the card is his to lock. Else
 * we hold nothing any more, *rest is a descriptor that keeps others from joining until it is
 * closed, or -1, and *was_open tells whether somebody has left the card open for us.
 */
bool share_leave(struct share *share, unsigned roles, int *rest, bool *was_open);

/* Give back those of one role, while we stay for the other one. */
void share_give_back(struct share *share, enum jpki_role role);

/* Close the file of another process, in a forked child; its locks stay with the parent. */
void share_abandon(struct share *share);

/*
 * Is a program of this user logged in with that card? As far as it can be seen: not those of other
 * users. For who holds no share.
 */
bool share_is_taken(uint64_t insertion);

#endif
