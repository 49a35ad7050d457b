/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_RUNTIME_H
#define BASE_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The folder for what programs of one user tell each other while they run: /run/user/UID/jpki, or
 * /tmp/jpki-UID where there is no such place. It depends on the user alone, not on the environment,
 * in which a service, a shell and a server's worker differ. Made, if need be, and checked: it is a
 * folder, the user's own, and nobody else can write there or look into it. False if there is none
 * to be had. Keeps errno.
 */
bool runtime_folder(char *path, size_t size);

/*
 * /tmp/jpki-UID, if it is there, and checked in the same way; it is not made. Programs that began
 * before there was a /run/user/UID are there, and those from which that is hidden.
 */
bool runtime_spare_folder(char *path, size_t size);

#endif
