/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

#include <jpki/secret.h>

/*
 * Zeroed memory for secrets that this process shares with the children that it forks; it lasts
 * until the last of them ends. Like jpki_secret_new, locked and kept out of core dumps. NULL if
 * there is not enough memory.
 */
void *secret_share(size_t size);

/* Wipe it, for all these processes, and unmap it in this one. */
void secret_unshare(void *shared, size_t size);

#endif
