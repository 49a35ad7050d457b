/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Function lists and interfaces (PKCS#11 3.0, sections 5.4.4 to 5.4.6), from the list of all
 * functions in pkcs11-spec/functions.h.
 */

#include <string.h>

#include "pkcs11/entry.h"

#define ENTRY(name, ...) .name = name,

/* C_GetInfo of the 2.40 list says that the version is 2.40. */
static CK_RV
get_info_2_40(CK_INFO *info)
{
	CK_RV rv = C_GetInfo(info);

	if (rv == CKR_OK)
		info->cryptokiVersion = (CK_VERSION){2, 40};
	return rv;
}

/* clang-format off */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static CK_FUNCTION_LIST list_2_40 = {
	.version = {2, 40},
	PKCS11_FUNCTIONS_2_40(ENTRY, ENTRY)
	.C_GetInfo = get_info_2_40,
};
#pragma GCC diagnostic pop

static CK_FUNCTION_LIST_3_0 list_3_0 = {
	.version = {3, 0},
	PKCS11_FUNCTIONS_2_40(ENTRY, ENTRY)
	PKCS11_FUNCTIONS_3_0(ENTRY, ENTRY)
};
/* clang-format on */

static char interface_name[] = "PKCS 11";

/*
 * The first that fits is returned, so the best one is first. Neither is CKF_INTERFACE_FORK_SAFE,
 * which would promise a forked child the sessions and the login of its parent.
 */
static CK_INTERFACE interfaces[] = {
    {interface_name, &list_3_0, 0},
    {interface_name, &list_2_40, 0},
};
#define INTERFACES (sizeof(interfaces) / sizeof(interfaces[0]))

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR function_list)
{
	if (function_list == NULL)
		return CKR_ARGUMENTS_BAD;
	*function_list = &list_2_40;
	return CKR_OK;
}

CK_RV
C_GetInterfaceList(CK_INTERFACE_PTR interface_list, CK_ULONG_PTR count)
{
	CK_ULONG room;

	if (count == NULL)
		return CKR_ARGUMENTS_BAD;
	room = *count;
	*count = INTERFACES;
	if (interface_list == NULL)
		return CKR_OK;
	if (room < INTERFACES)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(interface_list, interfaces, sizeof(interfaces));
	return CKR_OK;
}

static bool
fits(const CK_INTERFACE *interface, const char *name, const CK_VERSION *version, CK_FLAGS flags)
{
	/* every function list begins with its version */
	const CK_VERSION *own = interface->pFunctionList;

	if (name != NULL && strcmp(name, interface->pInterfaceName) != 0)
		return false;
	if (version != NULL && (version->major != own->major || version->minor != own->minor))
		return false;
	return (interface->flags & flags) == flags;
}

CK_RV
C_GetInterface(CK_UTF8CHAR_PTR interface_name_wanted, CK_VERSION_PTR version,
    CK_INTERFACE_PTR_PTR interface, CK_FLAGS flags)
{
	if (interface == NULL)
		return CKR_ARGUMENTS_BAD;
	for (size_t i = 0; i < INTERFACES; i++) {
		if (!fits(&interfaces[i], (const char *)interface_name_wanted, version, flags))
			continue;
		*interface = &interfaces[i];
		return CKR_OK;
	}
	return CKR_ARGUMENTS_BAD; /* as other modules do, and OpenSC's test expects */
}
