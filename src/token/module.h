/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_MODULE_H
#define TOKEN_MODULE_H

#include <stdbool.h>

#include <jpki/pin.h>

#include "token/cryptoki.h"

/* Start and stop: what there is once in a process is below (reader/library.h), but for the
 * sessions. */

/* Which roles this shared object shows: the one constant in which the modules differ. */
extern const unsigned module_roles;
#define MODULE_ROLE(role) (1u << (role))
#define MODULE_ALL_ROLES (MODULE_ROLE(JPKI_AUTHENTICATION) | MODULE_ROLE(JPKI_SIGNATURE))

/*
 * As library_start and library_stop_begin with library_stop_finish.
 * CKR_CRYPTOKI_ALREADY_INITIALIZED, CKR_CRYPTOKI_NOT_INITIALIZED. Arguments of the application that
 * are not CKR_OK start nothing; they are what the log and the application are told.
 */
CK_RV module_start(CK_RV arguments);
CK_RV module_stop(void);

#endif
