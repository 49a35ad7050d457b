/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_COMMON_BUFFER_H
#define TESTS_COMMON_BUFFER_H

#include <stddef.h>

/*
 * Output buffers that show what was written to them, and how far. One is allocated with exactly its
 * size, so that AddressSanitizer sees the first byte beyond it; the caller frees it (free).
 */
unsigned char *buffer_new(size_t room);
/* Nothing was written to the bytes from `from` to before `to`. */
void assert_untouched(const unsigned char *buffer, size_t from, size_t to);

#endif
