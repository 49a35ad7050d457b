/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef E2E_LOAD_H
#define E2E_LOAD_H

#include "pkcs11-3.h"

/*
 * Load a module and take its function list. Returns the library, for dlclose. Ends the program
 * with status 1, having said why, if that fails.
 */
void *load(const char *path, CK_FUNCTION_LIST **list);

/* Unless all is well, print what failed and its code, and end the program at once with status 1. */
void expect(const char *what, CK_RV rv);

#endif
