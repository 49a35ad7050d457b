/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PKCS11_SPEC_PKCS11_3_H
#define PKCS11_SPEC_PKCS11_3_H

/*
 * PKCS#11 for the module: p11-kit's header under the specification's names and, where that
 * header is older (0.24 stops at version 2.40), what a read-only token that signs needs of
 * versions 3.0 to 3.2. Numbers, member orders and parameter types are those of the OASIS
 * headers pkcs11t.h and pkcs11f.h 3.0 and 3.2. Every constant yields to the one of p11-kit; the
 * types and prototypes are all there from p11-kit 0.25 (Cryptoki 3.0) on, and not before.
 *
 * CRYPTOKI_VERSION_MAJOR and _MINOR are those of p11-kit's header, not of a function list made
 * here: a list says {2, 40} or {3, 0} itself.
 */
#ifdef CRYPTOKI_GNU
#error "the names of the specification are needed, not those of CRYPTOKI_GNU"
#endif

#include <p11-kit/pkcs11.h>

#include "functions.h"

/* Objects and attributes */
#ifndef CKO_PROFILE
#define CKO_PROFILE 0x09UL
#endif
#ifndef CKO_VALIDATION
#define CKO_VALIDATION 0x0aUL
#endif
#ifndef CKO_TRUST
#define CKO_TRUST 0x0bUL
#endif
#ifndef CKA_UNIQUE_ID
#define CKA_UNIQUE_ID 0x04UL
#endif
#ifndef CKA_PROFILE_ID
#define CKA_PROFILE_ID 0x601UL
#endif
#ifndef CKA_OBJECT_VALIDATION_FLAGS
#define CKA_OBJECT_VALIDATION_FLAGS 0x61eUL
#endif
#ifndef CKA_ENCAPSULATE
#define CKA_ENCAPSULATE 0x633UL
#endif
#ifndef CKA_DECAPSULATE
#define CKA_DECAPSULATE 0x634UL
#endif
#ifndef CKA_PUBLIC_CRC64_VALUE
#define CKA_PUBLIC_CRC64_VALUE 0x636UL
#endif

/* Profiles (CKA_PROFILE_ID) */
#ifndef CKP_INVALID_ID
#define CKP_INVALID_ID 0x00UL
#endif
#ifndef CKP_BASELINE_PROVIDER
#define CKP_BASELINE_PROVIDER 0x01UL
#endif
#ifndef CKP_EXTENDED_PROVIDER
#define CKP_EXTENDED_PROVIDER 0x02UL
#endif
#ifndef CKP_AUTHENTICATION_TOKEN
#define CKP_AUTHENTICATION_TOKEN 0x03UL
#endif
#ifndef CKP_PUBLIC_CERTIFICATES_TOKEN
#define CKP_PUBLIC_CERTIFICATES_TOKEN 0x04UL
#endif
#ifndef CKP_COMPLETE_PROVIDER
#define CKP_COMPLETE_PROVIDER 0x05UL
#endif
#ifndef CKP_HKDF_TLS_TOKEN
#define CKP_HKDF_TLS_TOKEN 0x06UL
#endif
#ifndef CKP_VENDOR_DEFINED
#define CKP_VENDOR_DEFINED 0x80000000UL
#endif

/* Values of CKA_CERTIFICATE_CATEGORY and CKA_JAVA_MIDP_SECURITY_DOMAIN, of version 2.40 already */
#ifndef CK_CERTIFICATE_CATEGORY_UNSPECIFIED
#define CK_CERTIFICATE_CATEGORY_UNSPECIFIED 0x00UL
#endif
#ifndef CK_CERTIFICATE_CATEGORY_TOKEN_USER
#define CK_CERTIFICATE_CATEGORY_TOKEN_USER 0x01UL
#endif
#ifndef CK_CERTIFICATE_CATEGORY_AUTHORITY
#define CK_CERTIFICATE_CATEGORY_AUTHORITY 0x02UL
#endif
#ifndef CK_CERTIFICATE_CATEGORY_OTHER_ENTITY
#define CK_CERTIFICATE_CATEGORY_OTHER_ENTITY 0x03UL
#endif
#ifndef CK_SECURITY_DOMAIN_UNSPECIFIED
#define CK_SECURITY_DOMAIN_UNSPECIFIED 0x00UL
#endif
#ifndef CK_SECURITY_DOMAIN_MANUFACTURER
#define CK_SECURITY_DOMAIN_MANUFACTURER 0x01UL
#endif
#ifndef CK_SECURITY_DOMAIN_OPERATOR
#define CK_SECURITY_DOMAIN_OPERATOR 0x02UL
#endif
#ifndef CK_SECURITY_DOMAIN_THIRD_PARTY
#define CK_SECURITY_DOMAIN_THIRD_PARTY 0x03UL
#endif

/* Flags of a token and of a session */
#ifndef CKF_ERROR_STATE
#define CKF_ERROR_STATE 0x1000000UL
#endif
#ifndef CKF_SEED_RANDOM_REQUIRED
#define CKF_SEED_RANDOM_REQUIRED 0x2000000UL
#endif
#ifndef CKF_ASYNC_SESSION_SUPPORTED
#define CKF_ASYNC_SESSION_SUPPORTED 0x4000000UL
#endif
#ifndef CKF_ASYNC_SESSION
#define CKF_ASYNC_SESSION 0x08UL
#endif

/* Flags of an interface and of the last part of a message */
#ifndef CKF_INTERFACE_FORK_SAFE
#define CKF_INTERFACE_FORK_SAFE 0x01UL
#endif
#ifndef CKF_END_OF_MESSAGE
#define CKF_END_OF_MESSAGE 0x01UL
#endif

/* Flags of C_SessionCancel, beside CKF_ENCRYPT to CKF_DERIVE; the first five also of a mechanism */
#ifndef CKF_MESSAGE_ENCRYPT
#define CKF_MESSAGE_ENCRYPT 0x02UL
#endif
#ifndef CKF_MESSAGE_DECRYPT
#define CKF_MESSAGE_DECRYPT 0x04UL
#endif
#ifndef CKF_MESSAGE_SIGN
#define CKF_MESSAGE_SIGN 0x08UL
#endif
#ifndef CKF_MESSAGE_VERIFY
#define CKF_MESSAGE_VERIFY 0x10UL
#endif
#ifndef CKF_MULTI_MESSAGE
#define CKF_MULTI_MESSAGE 0x20UL
#endif
#ifndef CKF_FIND_OBJECTS
#define CKF_FIND_OBJECTS 0x40UL
#endif

/* Return values */
#ifndef CKR_AEAD_DECRYPT_FAILED
#define CKR_AEAD_DECRYPT_FAILED 0x42UL
#endif
#ifndef CKR_TOKEN_RESOURCE_EXCEEDED
#define CKR_TOKEN_RESOURCE_EXCEEDED 0x201UL
#endif
#ifndef CKR_OPERATION_CANCEL_FAILED
#define CKR_OPERATION_CANCEL_FAILED 0x202UL
#endif
#ifndef CKR_KEY_EXHAUSTED
#define CKR_KEY_EXHAUSTED 0x203UL
#endif
#ifndef CKR_PENDING
#define CKR_PENDING 0x204UL
#endif
#ifndef CKR_SESSION_ASYNC_NOT_SUPPORTED
#define CKR_SESSION_ASYNC_NOT_SUPPORTED 0x205UL
#endif
#ifndef CKR_SEED_RANDOM_REQUIRED
#define CKR_SEED_RANDOM_REQUIRED 0x206UL
#endif
#ifndef CKR_OPERATION_NOT_VALIDATED
#define CKR_OPERATION_NOT_VALIDATED 0x207UL
#endif
#ifndef CKR_TOKEN_NOT_INITIALIZED
#define CKR_TOKEN_NOT_INITIALIZED 0x208UL
#endif
#ifndef CKR_PARAMETER_SET_NOT_SUPPORTED
#define CKR_PARAMETER_SET_NOT_SUPPORTED 0x209UL
#endif

#if CRYPTOKI_VERSION_MAJOR < 3

/* pInterfaceName is char, as p11-kit has it, where the specification has CK_CHAR. */
typedef struct ck_interface {
	char *pInterfaceName;
	void *pFunctionList;
	CK_FLAGS flags;
} CK_INTERFACE;
typedef CK_INTERFACE *CK_INTERFACE_PTR;
typedef CK_INTERFACE **CK_INTERFACE_PTR_PTR;

/* A row is not a statement. */
/* clang-format off */
#define PKCS11_DECLARE(name, parameters) \
	typedef CK_RV (*CK_##name) parameters; \
	CK_RV CK_SPEC name parameters;
#define PKCS11_DECLARE_REFUSED(name, parameters, ...) PKCS11_DECLARE(name, parameters)
PKCS11_FUNCTIONS_3_0(PKCS11_DECLARE, PKCS11_DECLARE_REFUSED)
#undef PKCS11_DECLARE_REFUSED
#undef PKCS11_DECLARE

#define PKCS11_MEMBER(name, ...) CK_##name name;
typedef struct ck_function_list_3_0 {
	CK_VERSION version;
	PKCS11_FUNCTIONS_2_40(PKCS11_MEMBER, PKCS11_MEMBER)
	PKCS11_FUNCTIONS_3_0(PKCS11_MEMBER, PKCS11_MEMBER)
} CK_FUNCTION_LIST_3_0;
#undef PKCS11_MEMBER
/* clang-format on */
typedef CK_FUNCTION_LIST_3_0 *CK_FUNCTION_LIST_3_0_PTR;
typedef CK_FUNCTION_LIST_3_0 **CK_FUNCTION_LIST_3_0_PTR_PTR;

#endif

#endif
