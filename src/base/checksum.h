/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * FNV-1a, 64 bits: for short names of things, and to detect a file that was not written completely.
 * It is no protection against forgery. Begin with CHECKSUM_START.
 */
#define CHECKSUM_START UINT64_C(0xCBF29CE484222325)

/* Continue the hash `sum` with these bytes. */
uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length);

#endif
