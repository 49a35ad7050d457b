/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef COMMON_TSAN_H
#define COMMON_TSAN_H

/*
 * To be included by one file of a program. OpenSSL 3.5 looks names up in a table that it locks by
 * atomic operations, which ThreadSanitizer does not see in a library that was built without it: it
 * takes two threads that fetch a digest for a race.
 */

#include <openssl/opensslv.h>

#if defined(__SANITIZE_THREAD__) && OPENSSL_VERSION_PREREQ(3, 5)
const char *__tsan_default_suppressions(void);
const char *
__tsan_default_suppressions(void)
{
	return "race:libcrypto.so\n";
}
#endif

#endif
