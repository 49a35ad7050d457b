/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/rv.h"

#include <stdarg.h>
#include <stdio.h>

#include <jpki/error.h>

#include "base/error.h"
#include "base/log.h"

CK_RV
rv_of_as(int error, CK_RV rv)
{
	if (rv != CKR_OK)
		log_line(LOG_INFO, "%s: %s (%s) -> %s", error_word(error), jpki_strerror(error),
		    error_name(error), rv_name(rv));
	return rv;
}

static const struct {
	int error;
	CK_RV rv;
} codes[] = {
#define ERROR(name, word, code, sentence) {name, code},
#include "base/errors.h"
#undef ERROR
};

CK_RV
rv_of(int error)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].error == error)
			return rv_of_as(error, codes[i].rv);
	return rv_of_as(error, CKR_GENERAL_ERROR);
}

/* Bytes of the longest reason, with its NUL; a longer one is cut off. */
#define REASON_SIZE 160

CK_RV
rv_because(CK_RV rv, const char *format, ...)
{
	char why[REASON_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	log_line(LOG_INFO, "the program: %s -> %s", why, rv_name(rv));
	return rv;
}

/* All codes of PKCS#11, versions 2.40 to 3.2. */
static const struct {
	CK_RV rv;
	const char *name;
} names[] = {
#define CODE(name)                                                                                 \
	{                                                                                          \
		name, #name                                                                        \
	}
    CODE(CKR_OK),
    CODE(CKR_CANCEL),
    CODE(CKR_HOST_MEMORY),
    CODE(CKR_SLOT_ID_INVALID),
    CODE(CKR_GENERAL_ERROR),
    CODE(CKR_FUNCTION_FAILED),
    CODE(CKR_ARGUMENTS_BAD),
    CODE(CKR_NO_EVENT),
    CODE(CKR_NEED_TO_CREATE_THREADS),
    CODE(CKR_CANT_LOCK),
    CODE(CKR_ATTRIBUTE_READ_ONLY),
    CODE(CKR_ATTRIBUTE_SENSITIVE),
    CODE(CKR_ATTRIBUTE_TYPE_INVALID),
    CODE(CKR_ATTRIBUTE_VALUE_INVALID),
    CODE(CKR_ACTION_PROHIBITED),
    CODE(CKR_DATA_INVALID),
    CODE(CKR_DATA_LEN_RANGE),
    CODE(CKR_DEVICE_ERROR),
    CODE(CKR_DEVICE_MEMORY),
    CODE(CKR_DEVICE_REMOVED),
    CODE(CKR_ENCRYPTED_DATA_INVALID),
    CODE(CKR_ENCRYPTED_DATA_LEN_RANGE),
    CODE(CKR_AEAD_DECRYPT_FAILED),
    CODE(CKR_FUNCTION_CANCELED),
    CODE(CKR_FUNCTION_NOT_PARALLEL),
    CODE(CKR_FUNCTION_NOT_SUPPORTED),
    CODE(CKR_KEY_HANDLE_INVALID),
    CODE(CKR_KEY_SIZE_RANGE),
    CODE(CKR_KEY_TYPE_INCONSISTENT),
    CODE(CKR_KEY_NOT_NEEDED),
    CODE(CKR_KEY_CHANGED),
    CODE(CKR_KEY_NEEDED),
    CODE(CKR_KEY_INDIGESTIBLE),
    CODE(CKR_KEY_FUNCTION_NOT_PERMITTED),
    CODE(CKR_KEY_NOT_WRAPPABLE),
    CODE(CKR_KEY_UNEXTRACTABLE),
    CODE(CKR_MECHANISM_INVALID),
    CODE(CKR_MECHANISM_PARAM_INVALID),
    CODE(CKR_OBJECT_HANDLE_INVALID),
    CODE(CKR_OPERATION_ACTIVE),
    CODE(CKR_OPERATION_NOT_INITIALIZED),
    CODE(CKR_PIN_INCORRECT),
    CODE(CKR_PIN_INVALID),
    CODE(CKR_PIN_LEN_RANGE),
    CODE(CKR_PIN_EXPIRED),
    CODE(CKR_PIN_LOCKED),
    CODE(CKR_SESSION_CLOSED),
    CODE(CKR_SESSION_COUNT),
    CODE(CKR_SESSION_HANDLE_INVALID),
    CODE(CKR_SESSION_PARALLEL_NOT_SUPPORTED),
    CODE(CKR_SESSION_READ_ONLY),
    CODE(CKR_SESSION_EXISTS),
    CODE(CKR_SESSION_READ_ONLY_EXISTS),
    CODE(CKR_SESSION_READ_WRITE_SO_EXISTS),
    CODE(CKR_SIGNATURE_INVALID),
    CODE(CKR_SIGNATURE_LEN_RANGE),
    CODE(CKR_TEMPLATE_INCOMPLETE),
    CODE(CKR_TEMPLATE_INCONSISTENT),
    CODE(CKR_TOKEN_NOT_PRESENT),
    CODE(CKR_TOKEN_NOT_RECOGNIZED),
    CODE(CKR_TOKEN_WRITE_PROTECTED),
    CODE(CKR_UNWRAPPING_KEY_HANDLE_INVALID),
    CODE(CKR_UNWRAPPING_KEY_SIZE_RANGE),
    CODE(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT),
    CODE(CKR_USER_ALREADY_LOGGED_IN),
    CODE(CKR_USER_NOT_LOGGED_IN),
    CODE(CKR_USER_PIN_NOT_INITIALIZED),
    CODE(CKR_USER_TYPE_INVALID),
    CODE(CKR_USER_ANOTHER_ALREADY_LOGGED_IN),
    CODE(CKR_USER_TOO_MANY_TYPES),
    CODE(CKR_WRAPPED_KEY_INVALID),
    CODE(CKR_WRAPPED_KEY_LEN_RANGE),
    CODE(CKR_WRAPPING_KEY_HANDLE_INVALID),
    CODE(CKR_WRAPPING_KEY_SIZE_RANGE),
    CODE(CKR_WRAPPING_KEY_TYPE_INCONSISTENT),
    CODE(CKR_RANDOM_SEED_NOT_SUPPORTED),
    CODE(CKR_RANDOM_NO_RNG),
    CODE(CKR_DOMAIN_PARAMS_INVALID),
    CODE(CKR_CURVE_NOT_SUPPORTED),
    CODE(CKR_BUFFER_TOO_SMALL),
    CODE(CKR_SAVED_STATE_INVALID),
    CODE(CKR_INFORMATION_SENSITIVE),
    CODE(CKR_STATE_UNSAVEABLE),
    CODE(CKR_CRYPTOKI_NOT_INITIALIZED),
    CODE(CKR_CRYPTOKI_ALREADY_INITIALIZED),
    CODE(CKR_MUTEX_BAD),
    CODE(CKR_MUTEX_NOT_LOCKED),
    CODE(CKR_NEW_PIN_MODE),
    CODE(CKR_NEXT_OTP),
    CODE(CKR_EXCEEDED_MAX_ITERATIONS),
    CODE(CKR_FIPS_SELF_TEST_FAILED),
    CODE(CKR_LIBRARY_LOAD_FAILED),
    CODE(CKR_PIN_TOO_WEAK),
    CODE(CKR_PUBLIC_KEY_INVALID),
    CODE(CKR_FUNCTION_REJECTED),
    CODE(CKR_TOKEN_RESOURCE_EXCEEDED),
    CODE(CKR_OPERATION_CANCEL_FAILED),
    CODE(CKR_KEY_EXHAUSTED),
    CODE(CKR_PENDING),
    CODE(CKR_SESSION_ASYNC_NOT_SUPPORTED),
    CODE(CKR_SEED_RANDOM_REQUIRED),
    CODE(CKR_OPERATION_NOT_VALIDATED),
    CODE(CKR_TOKEN_NOT_INITIALIZED),
    CODE(CKR_PARAMETER_SET_NOT_SUPPORTED),
};

const char *
rv_name(CK_RV rv)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].rv == rv)
			return names[i].name;
	return "no code of PKCS#11";
}
