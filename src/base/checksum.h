/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * FNV-1a, 64 bits: to give things short names, and to tell what was written whole from what was
 * not. It keeps out nobody who means harm. Begin with CHECKSUM_START.
 */
#define CHECKSUM_START UINT64_C(0xCBF29CE484222325)

/* The hash of what `sum` is of, and of these bytes after it. */
uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length);

#endif
