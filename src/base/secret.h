/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

/*
 * Memory for a PIN, and for nothing else: pages of its own, kept out of core dumps, zeroed in
 * a forked child, wiped when freed. It is locked against swapping where the system lets us
 * (RLIMIT_MEMLOCK may forbid it; a person who cannot log in at all would be no safer).
 */
struct secret {
	size_t size;   /* bytes that fit */
	size_t length; /* bytes in use; the owner sets it */
	uint8_t bytes[];
};

/* A zeroed secret with room for `size` bytes, or NULL. */
struct secret *secret_new(size_t size);

/* Wipe and give back; sets the pointer to NULL, accepts a pointer to NULL. */
void secret_free(struct secret **secret);

/*
 * Zeroed memory for what this process and the children that it forks are to know of secrets, as
 * long as one of them lives: locked and kept out of core dumps in the same way. NULL if there is
 * none.
 */
void *secret_share(size_t size);

/* Wipe it, for all of them, and give it back. */
void secret_unshare(void *shared, size_t size);

#endif
