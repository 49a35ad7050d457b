/* SPDX-License-Identifier: BSD-2-Clause */

/* Slot and token management (PKCS#11 3.0, section 5.5). */

#include "token/slot.h"

#include "pkcs11/entry.h"
#include "token/user.h"

CK_RV
C_GetSlotList(CK_BBOOL token_present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count)
{
	CK_RV rv = entry_check(count != NULL);

	return rv != CKR_OK ? rv : entry_done(slot_list(token_present, list, count));
}

CK_RV
C_GetSlotInfo(CK_SLOT_ID id, CK_SLOT_INFO_PTR info)
{
	CK_RV rv = entry_check(info != NULL);

	return rv != CKR_OK ? rv : entry_done(slot_info(id, info));
}

CK_RV
C_GetTokenInfo(CK_SLOT_ID id, CK_TOKEN_INFO_PTR info)
{
	CK_RV rv = entry_check(info != NULL);

	return rv != CKR_OK ? rv : entry_done(slot_token_info(id, info));
}

CK_RV
C_GetMechanismList(CK_SLOT_ID id, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count)
{
	CK_RV rv = entry_check(count != NULL);

	return rv != CKR_OK ? rv : entry_done(slot_mechanism_list(id, list, count));
}

CK_RV
C_GetMechanismInfo(CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO_PTR info)
{
	CK_RV rv = entry_check(info != NULL);

	return rv != CKR_OK ? rv : entry_done(slot_mechanism_info(id, type, info));
}

CK_RV
C_InitToken(CK_SLOT_ID id, CK_UTF8CHAR_PTR pin, CK_ULONG pin_length, CK_UTF8CHAR_PTR label)
{
	CK_RV rv = entry_check(buffer_well(pin, pin_length) && label != NULL);

	return rv != CKR_OK ? rv : entry_done(slot_init_token(id));
}

CK_RV
C_SetPIN(CK_SESSION_HANDLE handle, CK_UTF8CHAR_PTR old_pin, CK_ULONG old_length,
    CK_UTF8CHAR_PTR new_pin, CK_ULONG new_length)
{
	struct session *session;
	CK_RV rv;

	/* without a PIN pad both PINs are needed */
	rv = entry_session(old_pin != NULL && new_pin != NULL, handle, &session);
	if (rv != CKR_OK)
		return rv;
	if ((session->flags & CKF_RW_SESSION) != 0)
		rv = user_set_pin(session, old_pin, old_length, new_pin, new_length);
	else
		rv = CKR_SESSION_READ_ONLY;
	return entry_leave(session, rv);
}

CK_RV
C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved)
{
	CK_RV rv = entry_check(slot != NULL && reserved == NULL);

	return rv != CKR_OK ? rv : entry_done(slot_wait_event((flags & CKF_DONT_BLOCK) == 0, slot));
}
