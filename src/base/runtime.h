/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_RUNTIME_H
#define BASE_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The folder through which running programs of one user communicate: /run/user/UID/jpki, or
 * /tmp/jpki-UID if there is no /run/user/UID. It depends on the user alone, not on the environment,
 * which differs between a service, a shell and a server's worker. It is made if it does not exist,
 * and checked: it must be a folder of this user that nobody else can read or write. False if there
 * is no such folder. Keeps errno.
 */
bool runtime_folder(char *path, size_t size);

/*
 * /tmp/jpki-UID, if it exists; checked as by runtime_folder, but not made. Programs use it that
 * started before there was a /run/user/UID, or cannot see that.
 */
bool runtime_spare_folder(char *path, size_t size);

#endif
