/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef E2E_LOAD_H
#define E2E_LOAD_H

#include "pkcs11-3.h"

/*
 * Load a module and take its function list. Returns the library, for dlclose. Ends the program
 * with status 1, having said why, if that fails.
 */
void *load(const char *path, CK_FUNCTION_LIST **list);

#endif
