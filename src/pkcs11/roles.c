/* SPDX-License-Identifier: BSD-2-Clause */

/* Compiled once for each shared object, with the roles that it shows. */

#include "token/module.h"

const unsigned module_roles = MODULE_SHOWS;
