/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_COMMON_RECORD_H
#define TESTS_COMMON_RECORD_H

#include "pkcs11-3.h"

/*
 * With JPKI_RECORD=FILE in the environment: a function list that does what `list` does and notes
 * in FILE each code that each function has answered, a line for each pair when it is first seen.
 * tests/conformance compares them with pkcs11-spec/conformance.md. Without it: `list`. NULL if the
 * file cannot be written.
 */
CK_FUNCTION_LIST_3_0 *record(CK_FUNCTION_LIST_3_0 *list);

#endif
