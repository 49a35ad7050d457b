/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TOKEN_MODULE_H
#define TOKEN_MODULE_H

#include <stdbool.h>

#include <jpki/pin.h>

#include "token/cryptoki.h"

/*
 * Start and stop of the module. Its state for the whole process is in the library below
 * (reader/library.h), except the sessions.
 */

/*
 * The roles whose tokens this shared object shows (JPKI_ROLE bits): the one constant in which the
 * modules differ.
 */
extern const unsigned module_roles;

/*
 * Start and stop the library, as C_Initialize and C_Finalize. `arguments` is the result of checking
 * the application's arguments: if it is not CKR_OK, nothing is started, and it is logged and
 * returned. Otherwise CKR_OK; CKR_CRYPTOKI_ALREADY_INITIALIZED from module_start,
 * CKR_CRYPTOKI_NOT_INITIALIZED from module_stop; or the CKR_ code of an error of library_start.
 */
CK_RV module_start(CK_RV arguments);
CK_RV module_stop(void);

#endif
