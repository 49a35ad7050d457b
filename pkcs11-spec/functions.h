/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PKCS11_SPEC_FUNCTIONS_H
#define PKCS11_SPEC_FUNCTIONS_H

/*
 * The one list of all PKCS#11 functions, in the order of the specification's pkcs11f.h, which is
 * the order of the function lists: PKCS11_FUNCTIONS_2_40 are the 68 of version 2.40,
 * PKCS11_FUNCTIONS_3_0 the 24 that version 3.0 puts after them. Each takes two macros, one for
 * either kind of row:
 *
 *	OWN(name, parameters)                   the module implements it
 *	REFUSED(name, parameters, needs, code)  a read-only token that signs cannot do it
 *
 * A macro that needs the name only is written (name, ...) and given twice. parameters has its
 * parentheses. A refused function answers code, but CKR_ARGUMENTS_BAD unless needs holds, an
 * expression in its parameters: the pointers that nobody may leave out, and TEMPLATE(template,
 * count), which holds unless attributes are counted that are not there. The first parameter of
 * every refused function is the session and is called session, so that a stub can check it.
 * CKR_FUNCTION_NOT_SUPPORTED is the specification's answer of a function that a library lacks; a
 * row has another code where the function's own return values hold a more precise one. This file
 * needs the types of pkcs11-3.h, which includes it.
 *
 * A function list:
 *
 *	#define ENTRY(name, ...) .name = name,
 *	CK_FUNCTION_LIST list = {
 *		.version = {2, 40},
 *		PKCS11_FUNCTIONS_2_40(ENTRY, ENTRY)
 *	};
 *	CK_FUNCTION_LIST_3_0 list_3_0 = {
 *		.version = {3, 0},
 *		PKCS11_FUNCTIONS_2_40(ENTRY, ENTRY)
 *		PKCS11_FUNCTIONS_3_0(ENTRY, ENTRY)
 *	};
 *
 * Prototypes (pkcs11-3.h and p11-kit have those of the C_ names; these have a prefix):
 *
 *	#define OWN(name, parameters) CK_RV mock_##name parameters;
 *	#define REFUSED(name, parameters, needs, code) OWN(name, parameters)
 *	PKCS11_FUNCTIONS_2_40(OWN, REFUSED)
 *
 * The functions that refuse, in a file that holds nothing else, because of the pragma
 * (refuse() checks that the module is initialised, the arguments, and that the session exists):
 *
 *	#pragma GCC diagnostic ignored "-Wunused-parameter"
 *	#define NOTHING(name, ...)
 *	#define TEMPLATE(template, count) ((template) != NULL || (count) == 0)
 *	#define STUB(name, parameters, needs, code) \
 *		CK_RV name parameters { return refuse(needs, session, code); }
 *	PKCS11_FUNCTIONS_2_40(NOTHING, STUB)
 *	PKCS11_FUNCTIONS_3_0(NOTHING, STUB)
 *
 * A table of names:
 *
 *	#define NAME(name, ...) #name,
 *	static const char *const names[] = {PKCS11_FUNCTIONS_2_40(NAME, NAME)};
 */
/* A row is not a statement. */
/* clang-format off */

#define PKCS11_FUNCTIONS_2_40(OWN, REFUSED) \
	/* General-purpose functions */ \
	OWN(C_Initialize, (CK_VOID_PTR init_args)) \
	OWN(C_Finalize, (CK_VOID_PTR reserved)) \
	OWN(C_GetInfo, (CK_INFO_PTR info)) \
	OWN(C_GetFunctionList, (CK_FUNCTION_LIST_PTR_PTR function_list)) \
	/* Slot and token management */ \
	OWN(C_GetSlotList, (CK_BBOOL token_present, CK_SLOT_ID_PTR slot_list, \
	    CK_ULONG_PTR count)) \
	OWN(C_GetSlotInfo, (CK_SLOT_ID slot_id, CK_SLOT_INFO_PTR info)) \
	OWN(C_GetTokenInfo, (CK_SLOT_ID slot_id, CK_TOKEN_INFO_PTR info)) \
	OWN(C_GetMechanismList, (CK_SLOT_ID slot_id, CK_MECHANISM_TYPE_PTR mechanism_list, \
	    CK_ULONG_PTR count)) \
	OWN(C_GetMechanismInfo, (CK_SLOT_ID slot_id, CK_MECHANISM_TYPE type, \
	    CK_MECHANISM_INFO_PTR info)) \
	OWN(C_InitToken, (CK_SLOT_ID slot_id, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len, \
	    CK_UTF8CHAR_PTR label)) \
	/* C_InitPIN: needs the SO logged in, and there is no SO */ \
	REFUSED(C_InitPIN, (CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len), \
	    pin != NULL, CKR_USER_NOT_LOGGED_IN) \
	OWN(C_SetPIN, (CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR old_pin, CK_ULONG old_len, \
	    CK_UTF8CHAR_PTR new_pin, CK_ULONG new_len)) \
	/* Session management */ \
	OWN(C_OpenSession, (CK_SLOT_ID slot_id, CK_FLAGS flags, CK_VOID_PTR application, \
	    CK_NOTIFY notify, CK_SESSION_HANDLE_PTR session)) \
	OWN(C_CloseSession, (CK_SESSION_HANDLE session)) \
	OWN(C_CloseAllSessions, (CK_SLOT_ID slot_id)) \
	OWN(C_GetSessionInfo, (CK_SESSION_HANDLE session, CK_SESSION_INFO_PTR info)) \
	/* C_GetOperationState: CKR_STATE_UNSAVEABLE would mean that an operation is active */ \
	REFUSED(C_GetOperationState, (CK_SESSION_HANDLE session, CK_BYTE_PTR operation_state, \
	    CK_ULONG_PTR operation_state_len), \
	    operation_state_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	/* C_SetOperationState: no state was ever given out */ \
	REFUSED(C_SetOperationState, (CK_SESSION_HANDLE session, CK_BYTE_PTR operation_state, \
	    CK_ULONG operation_state_len, CK_OBJECT_HANDLE encryption_key, \
	    CK_OBJECT_HANDLE authentication_key), \
	    operation_state != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	OWN(C_Login, (CK_SESSION_HANDLE session, CK_USER_TYPE user_type, CK_UTF8CHAR_PTR pin, \
	    CK_ULONG pin_len)) \
	OWN(C_Logout, (CK_SESSION_HANDLE session)) \
	/* Object management */ \
	OWN(C_CreateObject, (CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR template, \
	    CK_ULONG count, CK_OBJECT_HANDLE_PTR object)) \
	OWN(C_CopyObject, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, \
	    CK_ATTRIBUTE_PTR template, CK_ULONG count, CK_OBJECT_HANDLE_PTR new_object)) \
	OWN(C_DestroyObject, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object)) \
	OWN(C_GetObjectSize, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, \
	    CK_ULONG_PTR size)) \
	OWN(C_GetAttributeValue, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, \
	    CK_ATTRIBUTE_PTR template, CK_ULONG count)) \
	OWN(C_SetAttributeValue, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, \
	    CK_ATTRIBUTE_PTR template, CK_ULONG count)) \
	OWN(C_FindObjectsInit, (CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR template, \
	    CK_ULONG count)) \
	OWN(C_FindObjects, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE_PTR object, \
	    CK_ULONG max_object_count, CK_ULONG_PTR object_count)) \
	OWN(C_FindObjectsFinal, (CK_SESSION_HANDLE session)) \
	/* Encryption */ \
	REFUSED(C_EncryptInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE key), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_Encrypt, (CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_len, \
	    CK_BYTE_PTR encrypted_data, CK_ULONG_PTR encrypted_data_len), \
	    encrypted_data_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_EncryptUpdate, (CK_SESSION_HANDLE session, CK_BYTE_PTR part, \
	    CK_ULONG part_len, CK_BYTE_PTR encrypted_part, CK_ULONG_PTR encrypted_part_len), \
	    encrypted_part_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_EncryptFinal, (CK_SESSION_HANDLE session, CK_BYTE_PTR last_encrypted_part, \
	    CK_ULONG_PTR last_encrypted_part_len), \
	    last_encrypted_part_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	/* Decryption */ \
	REFUSED(C_DecryptInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE key), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_Decrypt, (CK_SESSION_HANDLE session, CK_BYTE_PTR encrypted_data, \
	    CK_ULONG encrypted_data_len, CK_BYTE_PTR data, CK_ULONG_PTR data_len), \
	    data_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_DecryptUpdate, (CK_SESSION_HANDLE session, CK_BYTE_PTR encrypted_part, \
	    CK_ULONG encrypted_part_len, CK_BYTE_PTR part, CK_ULONG_PTR part_len), \
	    part_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_DecryptFinal, (CK_SESSION_HANDLE session, CK_BYTE_PTR last_part, \
	    CK_ULONG_PTR last_part_len), \
	    last_part_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	/* Message digesting */ \
	OWN(C_DigestInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism)) \
	OWN(C_Digest, (CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_len, \
	    CK_BYTE_PTR digest, CK_ULONG_PTR digest_len)) \
	OWN(C_DigestUpdate, (CK_SESSION_HANDLE session, CK_BYTE_PTR part, CK_ULONG part_len)) \
	OWN(C_DigestKey, (CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key)) \
	OWN(C_DigestFinal, (CK_SESSION_HANDLE session, CK_BYTE_PTR digest, \
	    CK_ULONG_PTR digest_len)) \
	/* Signing and MACing */ \
	OWN(C_SignInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE key)) \
	OWN(C_Sign, (CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_len, \
	    CK_BYTE_PTR signature, CK_ULONG_PTR signature_len)) \
	OWN(C_SignUpdate, (CK_SESSION_HANDLE session, CK_BYTE_PTR part, CK_ULONG part_len)) \
	OWN(C_SignFinal, (CK_SESSION_HANDLE session, CK_BYTE_PTR signature, \
	    CK_ULONG_PTR signature_len)) \
	REFUSED(C_SignRecoverInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE key), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_SignRecover, (CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_len, \
	    CK_BYTE_PTR signature, CK_ULONG_PTR signature_len), \
	    signature_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	/* Verifying signatures and MACs */ \
	OWN(C_VerifyInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE key)) \
	OWN(C_Verify, (CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_len, \
	    CK_BYTE_PTR signature, CK_ULONG signature_len)) \
	OWN(C_VerifyUpdate, (CK_SESSION_HANDLE session, CK_BYTE_PTR part, CK_ULONG part_len)) \
	OWN(C_VerifyFinal, (CK_SESSION_HANDLE session, CK_BYTE_PTR signature, \
	    CK_ULONG signature_len)) \
	REFUSED(C_VerifyRecoverInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE key), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_VerifyRecover, (CK_SESSION_HANDLE session, CK_BYTE_PTR signature, \
	    CK_ULONG signature_len, CK_BYTE_PTR data, CK_ULONG_PTR data_len), \
	    signature != NULL && data_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	/* Dual-function cryptographic functions */ \
	REFUSED(C_DigestEncryptUpdate, (CK_SESSION_HANDLE session, CK_BYTE_PTR part, \
	    CK_ULONG part_len, CK_BYTE_PTR encrypted_part, CK_ULONG_PTR encrypted_part_len), \
	    encrypted_part_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_DecryptDigestUpdate, (CK_SESSION_HANDLE session, CK_BYTE_PTR encrypted_part, \
	    CK_ULONG encrypted_part_len, CK_BYTE_PTR part, CK_ULONG_PTR part_len), \
	    part_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_SignEncryptUpdate, (CK_SESSION_HANDLE session, CK_BYTE_PTR part, \
	    CK_ULONG part_len, CK_BYTE_PTR encrypted_part, CK_ULONG_PTR encrypted_part_len), \
	    encrypted_part_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_DecryptVerifyUpdate, (CK_SESSION_HANDLE session, CK_BYTE_PTR encrypted_part, \
	    CK_ULONG encrypted_part_len, CK_BYTE_PTR part, CK_ULONG_PTR part_len), \
	    part_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	/* Key management */ \
	REFUSED(C_GenerateKey, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_ATTRIBUTE_PTR template, CK_ULONG count, CK_OBJECT_HANDLE_PTR key), \
	    mechanism != NULL && TEMPLATE(template, count) && key != NULL, \
	    CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_GenerateKeyPair, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_ATTRIBUTE_PTR public_key_template, CK_ULONG public_key_attribute_count, \
	    CK_ATTRIBUTE_PTR private_key_template, CK_ULONG private_key_attribute_count, \
	    CK_OBJECT_HANDLE_PTR public_key, CK_OBJECT_HANDLE_PTR private_key), \
	    mechanism != NULL && \
	    TEMPLATE(public_key_template, public_key_attribute_count) && \
	    TEMPLATE(private_key_template, private_key_attribute_count) && \
	    public_key != NULL && private_key != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_WrapKey, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE wrapping_key, CK_OBJECT_HANDLE key, CK_BYTE_PTR wrapped_key, \
	    CK_ULONG_PTR wrapped_key_len), \
	    mechanism != NULL && wrapped_key_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_UnwrapKey, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE unwrapping_key, CK_BYTE_PTR wrapped_key, CK_ULONG wrapped_key_len, \
	    CK_ATTRIBUTE_PTR template, CK_ULONG attribute_count, CK_OBJECT_HANDLE_PTR key), \
	    mechanism != NULL && wrapped_key != NULL && \
	    TEMPLATE(template, attribute_count) && key != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_DeriveKey, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE base_key, CK_ATTRIBUTE_PTR template, CK_ULONG attribute_count, \
	    CK_OBJECT_HANDLE_PTR key), \
	    mechanism != NULL && TEMPLATE(template, attribute_count) && key != NULL, \
	    CKR_FUNCTION_NOT_SUPPORTED) \
	/* Random number generation */ \
	/* C_SeedRandom: has priority over CKR_RANDOM_SEED_NOT_SUPPORTED */ \
	REFUSED(C_SeedRandom, (CK_SESSION_HANDLE session, CK_BYTE_PTR seed, CK_ULONG seed_len), \
	    seed != NULL || seed_len == 0, CKR_RANDOM_NO_RNG) \
	REFUSED(C_GenerateRandom, (CK_SESSION_HANDLE session, CK_BYTE_PTR random_data, \
	    CK_ULONG random_len), \
	    random_data != NULL || random_len == 0, CKR_RANDOM_NO_RNG) \
	/* Parallel function management */ \
	OWN(C_GetFunctionStatus, (CK_SESSION_HANDLE session)) \
	OWN(C_CancelFunction, (CK_SESSION_HANDLE session)) \
	/* Slot and token management; last because version 2.01 added it */ \
	OWN(C_WaitForSlotEvent, (CK_FLAGS flags, CK_SLOT_ID_PTR slot, CK_VOID_PTR reserved))

#define PKCS11_FUNCTIONS_3_0(OWN, REFUSED) \
	/* General-purpose functions */ \
	OWN(C_GetInterfaceList, (CK_INTERFACE_PTR interfaces_list, CK_ULONG_PTR count)) \
	OWN(C_GetInterface, (CK_UTF8CHAR_PTR interface_name, CK_VERSION_PTR version, \
	    CK_INTERFACE_PTR_PTR found, CK_FLAGS flags)) \
	/* Session management */ \
	OWN(C_LoginUser, (CK_SESSION_HANDLE session, CK_USER_TYPE user_type, \
	    CK_UTF8CHAR_PTR pin, CK_ULONG pin_len, CK_UTF8CHAR_PTR username, \
	    CK_ULONG username_len)) \
	OWN(C_SessionCancel, (CK_SESSION_HANDLE session, CK_FLAGS flags)) \
	/* Message-based encryption */ \
	REFUSED(C_MessageEncryptInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE key), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_EncryptMessage, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len, CK_BYTE_PTR associated_data, CK_ULONG associated_data_len, \
	    CK_BYTE_PTR plaintext, CK_ULONG plaintext_len, CK_BYTE_PTR ciphertext, \
	    CK_ULONG_PTR ciphertext_len), \
	    ciphertext_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_EncryptMessageBegin, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len, CK_BYTE_PTR associated_data, CK_ULONG associated_data_len), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_EncryptMessageNext, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len, CK_BYTE_PTR plaintext_part, CK_ULONG plaintext_part_len, \
	    CK_BYTE_PTR ciphertext_part, CK_ULONG_PTR ciphertext_part_len, CK_FLAGS flags), \
	    ciphertext_part_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_MessageEncryptFinal, (CK_SESSION_HANDLE session), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	/* Message-based decryption */ \
	REFUSED(C_MessageDecryptInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE key), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_DecryptMessage, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len, CK_BYTE_PTR associated_data, CK_ULONG associated_data_len, \
	    CK_BYTE_PTR ciphertext, CK_ULONG ciphertext_len, CK_BYTE_PTR plaintext, \
	    CK_ULONG_PTR plaintext_len), \
	    plaintext_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_DecryptMessageBegin, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len, CK_BYTE_PTR associated_data, CK_ULONG associated_data_len), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_DecryptMessageNext, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len, CK_BYTE_PTR ciphertext_part, CK_ULONG ciphertext_part_len, \
	    CK_BYTE_PTR plaintext_part, CK_ULONG_PTR plaintext_part_len, CK_FLAGS flags), \
	    plaintext_part_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_MessageDecryptFinal, (CK_SESSION_HANDLE session), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	/* Message-based signing and MACing */ \
	REFUSED(C_MessageSignInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE key), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_SignMessage, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature, \
	    CK_ULONG_PTR signature_len), \
	    signature_len != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_SignMessageBegin, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_SignMessageNext, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature, \
	    CK_ULONG_PTR signature_len), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_MessageSignFinal, (CK_SESSION_HANDLE session), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	/* Message-based verifying */ \
	REFUSED(C_MessageVerifyInit, (CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, \
	    CK_OBJECT_HANDLE key), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_VerifyMessage, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature, \
	    CK_ULONG signature_len), \
	    signature != NULL, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_VerifyMessageBegin, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_VerifyMessageNext, (CK_SESSION_HANDLE session, CK_VOID_PTR parameter, \
	    CK_ULONG parameter_len, CK_BYTE_PTR data, CK_ULONG data_len, CK_BYTE_PTR signature, \
	    CK_ULONG signature_len), \
	    true, CKR_FUNCTION_NOT_SUPPORTED) \
	REFUSED(C_MessageVerifyFinal, (CK_SESSION_HANDLE session), \
	    true, CKR_FUNCTION_NOT_SUPPORTED)

#endif
