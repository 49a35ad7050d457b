/* SPDX-License-Identifier: BSD-2-Clause */

/* General-purpose functions (PKCS#11 3.0, section 5.4). */

#include <string.h>

#include "pkcs11/entry.h"
#include "reader/library.h"
#include "token/module.h"
#include "token/slot.h"

#define NAME "JPKI PKCS#11 module"
#define MANUFACTURER "jpki-pkcs11"

/*
 * The module locks with the operating system's primitives. It makes threads for calls that may
 * block and for what expires, whatever CKF_LIBRARY_CANT_CREATE_OS_THREADS says: NSS always sets
 * that flag, in programs that have threads, and without our threads a browser could wait for ever.
 */
static CK_RV
check_arguments(const CK_C_INITIALIZE_ARGS *arguments)
{
	unsigned callbacks;

	if (arguments == NULL)
		return CKR_OK;
	if (arguments->pReserved != NULL)
		return CKR_ARGUMENTS_BAD;
	callbacks = (arguments->CreateMutex != NULL) + (arguments->DestroyMutex != NULL) +
		    (arguments->LockMutex != NULL) + (arguments->UnlockMutex != NULL);
	if (callbacks != 0 && callbacks != 4)
		return CKR_ARGUMENTS_BAD;
	if (callbacks == 4 && (arguments->flags & CKF_OS_LOCKING_OK) == 0)
		return CKR_CANT_LOCK;
	return CKR_OK;
}

CK_RV
C_Initialize(CK_VOID_PTR init_args)
{
	if (entry_check(true) == CKR_OK)
		return entry_done(CKR_CRYPTOKI_ALREADY_INITIALIZED);
	return module_start(check_arguments(init_args));
}

CK_RV
C_Finalize(CK_VOID_PTR reserved)
{
	CK_RV rv = entry_check(reserved == NULL);

	if (rv != CKR_OK)
		return rv;
	(void)entry_done(CKR_OK); /* module_stop waits for calls under way, and closes the log */
	return module_stop();
}

CK_RV
C_GetInfo(CK_INFO_PTR info)
{
	CK_RV rv = entry_check(info != NULL);

	if (rv != CKR_OK)
		return rv;
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): entry_check refused NULL */
	memset(info, 0, sizeof(*info));
	info->cryptokiVersion = (CK_VERSION){3, 0};
	info->libraryVersion = (CK_VERSION){JPKI_VERSION_MAJOR, JPKI_VERSION_MINOR};
	slot_pad(info->manufacturerID, sizeof(info->manufacturerID), MANUFACTURER);
	slot_pad(info->libraryDescription, sizeof(info->libraryDescription), NAME);
	return entry_done(CKR_OK);
}
