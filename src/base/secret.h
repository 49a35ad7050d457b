/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

#include <jpki/secret.h>

/*
 * Zeroed memory for what this process and the children that it forks are to know of secrets, as
 * long as one of them lives: locked and kept out of core dumps in the same way. NULL if there is
 * none.
 */
void *secret_share(size_t size);

/* Wipe it, for all of them, and give it back. */
void secret_unshare(void *shared, size_t size);

#endif
