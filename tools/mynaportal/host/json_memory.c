/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "json_memory.h"

/* Stands before each block of memory, which stays aligned for any type. */
struct block {
	_Alignas(max_align_t) size_t size;
};

static void *
allocate(size_t size)
{
	struct block *block =
	    size <= SIZE_MAX - sizeof(*block) ? malloc(sizeof(*block) + size) : NULL;

	if (block == NULL)
		return NULL;
	block->size = size;
	return block + 1;
}

static void
release(void *memory)
{
	struct block *block = memory;

	if (block == NULL)
		return;
	block--;
	explicit_bzero(block, sizeof(*block) + block->size);
	free(block);
}

void
json_memory_wipe(void)
{
	json_set_alloc_funcs(allocate, release);
}
