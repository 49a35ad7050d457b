/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef COMMON_TSAN_H
#define COMMON_TSAN_H

/*
 * To be included by one file of a program. What ThreadSanitizer takes for a race, as it does not
 * see how libraries that were built without it lock:
 * - glibc gives back what a loaded module has of a thread when another thread needs a stack, and
 *   only of one that has ended;
 * - OpenSSL 3.5 looks names up in a table that it locks by atomic operations, which two threads do
 *   that fetch a digest.
 */

#include <openssl/opensslv.h>

#if OPENSSL_VERSION_PREREQ(3, 5)
#define TSAN_OPENSSL "race:libcrypto.so\n"
#else
#define TSAN_OPENSSL ""
#endif

#ifdef __SANITIZE_THREAD__
const char *__tsan_default_suppressions(void);
const char *
__tsan_default_suppressions(void)
{
	return "race:_dl_deallocate_tls\n" TSAN_OPENSSL;
}
#endif

#endif
