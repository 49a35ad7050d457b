/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef COMMON_REFUSED_H
#define COMMON_REFUSED_H

/*
 * The functions that the module refuses, each called by its own type with arguments that are all
 * made of numbers: a table of them, refused_functions, for who wants to call any of them.
 */

#include <stdint.h>

#include "pkcs11-3.h"

#define REFUSED_ARGUMENTS_MAX 8 /* after the session */

#define POINTER(i) ((void *)(uintptr_t)a[i])
#define TYPE(name, types, ...)                                                                     \
	typedef CK_RV(*name) types;                                                                \
	static CK_RV call_##name(void (*function)(void), CK_SESSION_HANDLE session,                \
	    const CK_ULONG a[REFUSED_ARGUMENTS_MAX])                                               \
	{                                                                                          \
		(void)a;                                                                           \
		return ((name)function)(__VA_ARGS__);                                              \
	}

/* clang-format off */
TYPE(of_session, (CK_ULONG), session)
TYPE(of_mechanism, (CK_ULONG, CK_MECHANISM *, CK_ULONG), session, POINTER(0), a[1])
TYPE(of_input, (CK_ULONG, CK_BYTE *, CK_ULONG), session, POINTER(0), a[1])
TYPE(of_output, (CK_ULONG, CK_BYTE *, CK_ULONG *), session, POINTER(0), POINTER(1))
TYPE(of_both, (CK_ULONG, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *),
    session, POINTER(0), a[1], POINTER(2), POINTER(3))
TYPE(of_state, (CK_ULONG, CK_BYTE *, CK_ULONG, CK_ULONG, CK_ULONG),
    session, POINTER(0), a[1], a[2], a[3])
TYPE(of_new_key, (CK_ULONG, CK_MECHANISM *, CK_ATTRIBUTE *, CK_ULONG, CK_ULONG *),
    session, POINTER(0), POINTER(1), a[2], POINTER(3))
TYPE(of_new_pair, (CK_ULONG, CK_MECHANISM *, CK_ATTRIBUTE *, CK_ULONG, CK_ATTRIBUTE *, CK_ULONG,
    CK_ULONG *, CK_ULONG *),
    session, POINTER(0), POINTER(1), a[2], POINTER(3), a[4], POINTER(5), POINTER(6))
TYPE(of_wrapped_key, (CK_ULONG, CK_MECHANISM *, CK_ULONG, CK_ULONG, CK_BYTE *, CK_ULONG *),
    session, POINTER(0), a[1], a[2], POINTER(3), POINTER(4))
TYPE(of_unwrapped_key, (CK_ULONG, CK_MECHANISM *, CK_ULONG, CK_BYTE *, CK_ULONG, CK_ATTRIBUTE *,
    CK_ULONG, CK_ULONG *),
    session, POINTER(0), a[1], POINTER(2), a[3], POINTER(4), a[5], POINTER(6))
TYPE(of_derived_key, (CK_ULONG, CK_MECHANISM *, CK_ULONG, CK_ATTRIBUTE *, CK_ULONG, CK_ULONG *),
    session, POINTER(0), a[1], POINTER(2), a[3], POINTER(4))
TYPE(of_message, (CK_ULONG, void *, CK_ULONG), session, POINTER(0), a[1])
TYPE(of_message_input, (CK_ULONG, void *, CK_ULONG, CK_BYTE *, CK_ULONG),
    session, POINTER(0), a[1], POINTER(2), a[3])
TYPE(of_message_value, (CK_ULONG, void *, CK_ULONG, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG),
    session, POINTER(0), a[1], POINTER(2), a[3], POINTER(4), a[5])
TYPE(of_message_both, (CK_ULONG, void *, CK_ULONG, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *),
    session, POINTER(0), a[1], POINTER(2), a[3], POINTER(4), POINTER(5))
TYPE(of_message_part, (CK_ULONG, void *, CK_ULONG, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG *,
    CK_ULONG),
    session, POINTER(0), a[1], POINTER(2), a[3], POINTER(4), POINTER(5), a[6])
TYPE(of_whole_message, (CK_ULONG, void *, CK_ULONG, CK_BYTE *, CK_ULONG, CK_BYTE *, CK_ULONG,
    CK_BYTE *, CK_ULONG *),
    session, POINTER(0), a[1], POINTER(2), a[3], POINTER(4), a[5], POINTER(6), POINTER(7))

#define CALLER(type) type: call_##type
#define NOTHING(name, ...)
#define ROW(name, ...) {#name, (void (*)(void))name, _Generic(&name, \
	CALLER(of_session), CALLER(of_mechanism), CALLER(of_input), CALLER(of_output), \
	CALLER(of_both), CALLER(of_state), CALLER(of_new_key), CALLER(of_new_pair), \
	CALLER(of_wrapped_key), CALLER(of_unwrapped_key), CALLER(of_derived_key), \
	CALLER(of_message), CALLER(of_message_input), CALLER(of_message_value), \
	CALLER(of_message_both), CALLER(of_message_part), CALLER(of_whole_message))},

static const struct {
	const char *name;
	void (*function)(void);
	CK_RV (*call)(void (*function)(void), CK_SESSION_HANDLE session,
	    const CK_ULONG a[REFUSED_ARGUMENTS_MAX]);
} refused_functions[] = {
	PKCS11_FUNCTIONS_2_40(NOTHING, ROW)
	PKCS11_FUNCTIONS_3_0(NOTHING, ROW)
};
/* clang-format on */
#define REFUSED_FUNCTIONS (sizeof(refused_functions) / sizeof(refused_functions[0]))

#undef POINTER
#undef TYPE
#undef CALLER
#undef NOTHING
#undef ROW

static inline CK_RV
refused_call(size_t which, CK_SESSION_HANDLE session, const CK_ULONG a[REFUSED_ARGUMENTS_MAX])
{
	return refused_functions[which].call(refused_functions[which].function, session, a);
}

#endif
