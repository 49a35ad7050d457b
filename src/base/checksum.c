/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/checksum.h"

#define PRIME UINT64_C(0x100000001B3)

uint64_t
checksum_add(uint64_t sum, const void *bytes, size_t length)
{
	for (const unsigned char *byte = bytes; length > 0; length--)
		sum = (sum ^ *byte++) * PRIME;
	return sum;
}
